// Keys are on P-256 unless RSA is asked for: those take no time to make.
#include "test/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

#include "proxy/async/tls_handles.h"

namespace understudy {
namespace {

using Key = TlsHandle<EVP_PKEY>;
using X509Ptr = TlsHandle<X509>;
using Bio = TlsHandle<BIO>;

struct ExtensionFree {
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Extension = std::unique_ptr<X509_EXTENSION, ExtensionFree>;

constexpr long kDay = 24 * 60 * 60;

void Need(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("a certificate of a test: ") + what);
}

template <typename Writer>
std::string Pem(Writer write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  Need(write(memory.get()) == 1, "PEM");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void Extend(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  Need(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "extension");
}

// All but the issuer and the signature.
X509Ptr Draft(const CertificateRequest& request, EVP_PKEY& key) {
  X509Ptr draft(X509_new());
  Need(X509_set_version(draft.get(), X509_VERSION_3) == 1, "version");
  std::uint64_t serial = 0;
  Need(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random bytes");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(draft.get()), serial >> 1);
  const long until = request.days * kDay;
  const long since = request.from_days ? *request.from_days * kDay : until < 0 ? 2 * until : -kDay;
  X509_gmtime_adj(X509_getm_notBefore(draft.get()), since);
  X509_gmtime_adj(X509_getm_notAfter(draft.get()), until);
  X509_set_pubkey(draft.get(), &key);
  if (!request.common_name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(draft.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                               -1, -1, 0);
  }
  return draft;
}

CertificatePair Sealed(X509& draft, EVP_PKEY& key, EVP_PKEY& signer) {
  Need(X509_sign(&draft, &signer, EVP_sha256()) > 0, "signature");
  return {Pem([&](BIO* out) { return PEM_write_bio_X509(out, &draft); }), Pem([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, &key, nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace

struct PemAuthority::Parts {
  Key key{EVP_EC_gen("P-256")};
  X509Ptr certificate;
};

PemAuthority::PemAuthority(const std::string& name) : parts_(std::make_unique<Parts>()) {
  EVP_PKEY& key = *parts_->key;
  parts_->certificate = Draft({name}, key);
  X509& draft = *parts_->certificate;
  X509_set_issuer_name(&draft, X509_get_subject_name(&draft));
  Extend(draft, draft, NID_basic_constraints, "critical,CA:TRUE");
  Extend(draft, draft, NID_key_usage, "critical,keyCertSign,cRLSign");
  Extend(draft, draft, NID_subject_key_identifier, "hash");
  own_ = Sealed(draft, key, key);
}

PemAuthority::~PemAuthority() = default;

CertificatePair PemAuthority::Sign(const CertificateRequest& request) const {
  const Key key(request.rsa_bits == 0 ? EVP_EC_gen("P-256")
                                      : EVP_RSA_gen(static_cast<unsigned>(request.rsa_bits)));
  Need(key != nullptr, "key");
  const X509Ptr draft = Draft(request, *key);
  X509& issuer = *parts_->certificate;
  X509_set_issuer_name(draft.get(), X509_get_subject_name(&issuer));
  Extend(*draft, issuer, NID_basic_constraints, "critical,CA:FALSE");
  Extend(*draft, issuer, NID_authority_key_identifier, "keyid");
  std::string names;
  for (const std::string& name : request.alternative_names) {
    names += (names.empty() ? "" : ",") + name;
  }
  if (!names.empty()) Extend(*draft, issuer, NID_subject_alt_name, names);
  return Sealed(*draft, *key, *parts_->key);
}

}  // namespace understudy
