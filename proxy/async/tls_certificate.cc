// Reading, and looking into what was read.
#include "proxy/async/tls_certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "proxy/base/status.h"

namespace understudy {
namespace {

TlsHandle<BIO> Reader(std::string_view pem) {
  return TlsHandle<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// OpenSSL would ask on the terminal.
int NoPassword(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string Day(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown day";
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace

absl::StatusOr<TlsHandle<STACK_OF(X509)>> ParseCertificates(std::string_view pem) {
  TlsHandle<STACK_OF(X509)> certificates(sk_X509_new_null());
  const TlsHandle<BIO> reader = Reader(pem);
  if (certificates == nullptr || reader == nullptr) return Internal("does not fit into memory");
  while (X509* const next = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    if (sk_X509_push(certificates.get(), next) <= 0) X509_free(next);
  }
  const unsigned long last = ERR_peek_last_error();
  ERR_clear_error();
  const bool at_end =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (!at_end) return InvalidArgument("holds a certificate that cannot be read");
  if (sk_X509_num(certificates.get()) == 0) return InvalidArgument("holds no certificate");
  return certificates;
}

absl::StatusOr<TlsHandle<EVP_PKEY>> ParsePrivateKey(std::string_view pem) {
  const TlsHandle<BIO> reader = Reader(pem);
  bool encrypted = false;
  TlsHandle<EVP_PKEY> key(
      reader == nullptr ? nullptr
                        : PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassword, &encrypted));
  ERR_clear_error();
  if (encrypted) return FailedPrecondition("is encrypted; a key without a password is needed");
  if (key == nullptr) return InvalidArgument("holds no private key");
  return key;
}

bool KeyFits(const STACK_OF(X509) & certificates, const EVP_PKEY& key) {
  const bool fits = X509_check_private_key(sk_X509_value(&certificates, 0), &key) == 1;
  ERR_clear_error();
  return fits;
}

TlsIdentity MakeIdentity(TlsHandle<STACK_OF(X509)> certificates, TlsHandle<EVP_PKEY> key) {
  TlsHandle<X509> first(sk_X509_shift(certificates.get()));
  return {std::move(first), std::move(certificates), std::move(key)};
}

std::vector<std::string> CertificateNames(const X509& certificate) {
  std::vector<std::string> names;
  auto* const found = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  if (found == nullptr) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(found, i);
    if (name->type != GEN_DNS) continue;
    std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                     static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    names.push_back(std::move(text));
  }
  GENERAL_NAMES_free(found);
  return names;
}

std::string OutOfDate(const X509& certificate, WallTime now) {
  const auto seconds = static_cast<std::time_t>(UnixSeconds(now));
  const ASN1_TIME* const end = X509_get0_notAfter(&certificate);
  const ASN1_TIME* const begin = X509_get0_notBefore(&certificate);
  if (ASN1_TIME_cmp_time_t(end, seconds) < 0) return "expired on " + Day(end);
  if (ASN1_TIME_cmp_time_t(begin, seconds) > 0) return "is not valid before " + Day(begin);
  return {};
}

}  // namespace understudy
