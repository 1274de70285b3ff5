// Making and signing.
#include "test/support/tls_files.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <stdexcept>

namespace understudy {
namespace {

constexpr long kDay = 24 * 3600;

EVP_PKEY* NewKey(int rsa_bits) {
  EVP_PKEY* const key =
      rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
  if (key == nullptr) throw std::runtime_error("no key");
  return key;
}

X509* NewCertificate(const std::string& name, EVP_PKEY* key, int from_days, int to_days) {
  static std::atomic<long> serial{1};
  X509* const made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made), from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made), to_days * kDay);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

void Extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  if (extension == nullptr) throw std::runtime_error("no such extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void Write(const std::string& path, X509* certificate) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr || PEM_write_X509(file, certificate) != 1) {
    throw std::runtime_error("cannot write " + path);
  }
  std::fclose(file);
}

void Write(const std::string& path, EVP_PKEY* key) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr ||
      PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("cannot write " + path);
  }
  std::fclose(file);
  ::chmod(path.c_str(), 0600);
}

}  // namespace

TestAuthority::TestAuthority(std::string folder, const std::string& name)
    : folder_(std::move(folder)), path_(folder_ + "/" + name + ".pem"), key_(NewKey(0)) {
  certificate_ = NewCertificate(name, key_, -1, 30);
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  Extend(certificate_, certificate_, NID_basic_constraints, "critical,CA:TRUE");
  Extend(certificate_, certificate_, NID_subject_key_identifier, "hash");
  X509_sign(certificate_, key_, EVP_sha256());
  Write(path_, certificate_);
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

TestCertificate TestAuthority::Issue(const std::string& name, const Wish& wish) const {
  EVP_PKEY* const key = NewKey(wish.rsa_bits);
  X509* const made = NewCertificate(name, key, wish.from_days, wish.to_days);
  X509_set_issuer_name(made, X509_get_subject_name(certificate_));
  std::string names;
  for (const std::string& one : wish.names) {
    names += (names.empty() ? "" : ",") + (one.starts_with("IP:") ? one : "DNS:" + one);
  }
  if (!names.empty()) Extend(made, certificate_, NID_subject_alt_name, names);
  Extend(made, certificate_, NID_authority_key_identifier, "keyid");
  X509_sign(made, key_, EVP_sha256());
  const TestCertificate files{folder_ + "/" + name + ".pem", folder_ + "/" + name + ".key"};
  Write(files.certificate, made);
  Write(files.private_key, key);
  X509_free(made);
  EVP_PKEY_free(key);
  return files;
}

}  // namespace understudy
