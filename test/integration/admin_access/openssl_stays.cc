// OpenSSL does not clear up when this process ends. gRPC has threads that end about then: what
// OpenSSL keeps for one that ends behind it would be a leak, and was found as such once in some
// hundred runs.
#include <openssl/crypto.h>

namespace {

[[maybe_unused]] const int kStays = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);

}  // namespace
