// What TLS connections have in common: versions, ciphers, certificates, whom they believe. Made
// whole from what was read from files, then never changed: new files make a new context.
//
// Threads: made on any one; then used by any number at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/async/tls_certificate.h"
#include "proxy/async/tls_handles.h"
#include "proxy/async/tls_stream.h"

namespace understudy {

class TlsContext {
 public:
  explicit TlsContext(TlsHandle<SSL_CTX> context);
  SSL_CTX& Native() const { return *context_; }
  // Another one for each context there ever was.
  std::uint64_t Generation() const { return generation_; }

 private:
  const TlsHandle<SSL_CTX> context_;
  const std::uint64_t generation_;
};

struct TlsServerRules {
  std::vector<TlsIdentity> identities;  // the first for clients that name no host of the others
  TlsHandle<STACK_OF(X509)> client_authorities;  // null: clients need no certificate
  bool only_13 = false;
  bool http2 = false;    // offered, beside HTTP/1.1
  std::string sessions;  // contexts of the same text may take up each other's sessions
  const TlsContext* keys_of = nullptr;  // its tickets are taken, and given out, on
};

struct TlsClientRules {
  TlsHandle<STACK_OF(X509)> authorities;
  TlsIdentity identity;  // empty: none is shown
  bool only_13 = false;
};

// The error says which identity, and what is wrong: "the certificate cannot be used: ee key too
// small".
absl::StatusOr<std::shared_ptr<const TlsContext>> MakeServerContext(TlsServerRules rules);
absl::StatusOr<std::shared_ptr<const TlsContext>> MakeClientContext(TlsClientRules rules);

enum class TlsProtocols { kHttp1, kHttp2, kBoth };

// Before the handshake with a server: whose certificate is wanted, a host or an IP address, and
// what is spoken. False: that is no name.
bool AskFor(SSL& ssl, const std::string& server_name, TlsProtocols protocols);

}  // namespace understudy
