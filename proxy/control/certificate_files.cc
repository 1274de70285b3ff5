// By OpenSSL, which gRPC uses, too: what passes here it takes.
#include "proxy/control/certificate_files.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include <ctime>
#include <optional>
#include <utility>

#include "proxy/async/tls_certificate.h"
#include "proxy/base/status.h"
#include "proxy/control/config_fault.h"
#include "proxy/control/small_file.h"

namespace understudy {
namespace {

using File = CertificateFault::File;

constexpr std::size_t kMostPemBytes = 1u << 20;

WallTime EndOf(const X509& certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1) return {};
  return WallTime(std::chrono::seconds(timegm(&end)));
}

class Reader {
 public:
  CertificateReading Read(const CertificateFiles& own, const std::string& client_ca) {
    const auto certificate = FileOf(File::kCertificate, own.certificate, Secrecy::kPublic);
    const auto key = FileOf(File::kPrivateKey, own.private_key, Secrecy::kSecret);
    const auto chain =
        certificate ? CertificatesOf(File::kCertificate, own.certificate, *certificate) : nullptr;
    const auto parsed = key ? KeyOf(own.private_key, *key) : nullptr;
    if (chain != nullptr && parsed != nullptr && !KeyFits(*chain, *parsed)) {
      Fault(File::kPrivateKey, own.private_key,
            fmt::format("is not the key of the certificate in {}", Quoted(own.certificate)));
    }
    if (!client_ca.empty()) ReadAuthorities(client_ca);
    if (!reading_.faults.empty()) return std::move(reading_);
    reading_.pems.certificate = *certificate;
    reading_.pems.private_key = *key;
    reading_.pems.not_after = EndOf(*sk_X509_value(chain.get(), 0));
    return std::move(reading_);
  }

 private:
  std::optional<std::string> FileOf(File file, const std::string& path, Secrecy secrecy) {
    absl::StatusOr<std::string> bytes = ReadSmallFile(path, kMostPemBytes, secrecy);
    if (bytes.ok()) return *std::move(bytes);
    Fault(file, path, Message(bytes.status()));
    return std::nullopt;
  }

  // All of them must be readable: the chain's rest is sent to clients.
  TlsHandle<STACK_OF(X509)> CertificatesOf(File file, const std::string& path,
                                           const std::string& pem) {
    auto certificates = ParseCertificates(pem);
    if (certificates.ok()) return *std::move(certificates);
    Fault(file, path, "holds no certificate in PEM, or a damaged one");
    return nullptr;
  }

  TlsHandle<EVP_PKEY> KeyOf(const std::string& path, const std::string& pem) {
    auto key = ParsePrivateKey(pem);
    if (key.ok()) return *std::move(key);
    const bool encrypted = key.status().code() == absl::StatusCode::kFailedPrecondition;
    Fault(File::kPrivateKey, path,
          encrypted ? Message(key.status()) : "holds no private key in PEM, or a damaged one");
    return nullptr;
  }

  void ReadAuthorities(const std::string& path) {
    const auto pem = FileOf(File::kClientCa, path, Secrecy::kPublic);
    if (!pem || CertificatesOf(File::kClientCa, path, *pem) == nullptr) return;
    reading_.pems.client_ca = *pem;
  }

  void Fault(File file, const std::string& path, const std::string& what) {
    reading_.faults.push_back({file, fmt::format("the file {} {}", Quoted(path), what)});
  }

  CertificateReading reading_;
};

}  // namespace

CertificateReading ReadCertificateFiles(const CertificateFiles& own, const std::string& client_ca) {
  return Reader().Read(own, client_ca);
}

}  // namespace understudy
