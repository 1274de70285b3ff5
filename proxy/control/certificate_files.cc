// By OpenSSL, which gRPC uses, too: what passes here it takes.
#include "proxy/control/certificate_files.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>

#include "proxy/base/status.h"
#include "proxy/control/config_fault.h"
#include "proxy/control/small_file.h"

namespace understudy {
namespace {

using File = CertificateFault::File;

constexpr std::size_t kMostPemBytes = 1u << 20;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

Bio Over(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Called for an encrypted key: there is nobody to ask.
int NoPassword(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

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
    const Certificate first = certificate ? FirstOf(own.certificate, *certificate) : nullptr;
    const Key parsed = key ? KeyOf(own.private_key, *key) : nullptr;
    if (first != nullptr && parsed != nullptr &&
        X509_check_private_key(first.get(), parsed.get()) != 1) {
      Fault(File::kPrivateKey, own.private_key,
            fmt::format("is not the key of the certificate in {}", Quoted(own.certificate)));
    }
    if (!client_ca.empty()) ReadAuthorities(client_ca);
    ERR_clear_error();
    if (!reading_.faults.empty()) return std::move(reading_);
    reading_.pems.certificate = *certificate;
    reading_.pems.private_key = *key;
    reading_.pems.not_after = EndOf(*first);
    return std::move(reading_);
  }

 private:
  std::optional<std::string> FileOf(File file, const std::string& path, Secrecy secrecy) {
    absl::StatusOr<std::string> bytes = ReadSmallFile(path, kMostPemBytes, secrecy);
    if (bytes.ok()) return *std::move(bytes);
    Fault(file, path, Message(bytes.status()));
    return std::nullopt;
  }

  // All of the chain must be readable: the rest is sent to clients.
  Certificate FirstOf(const std::string& path, const std::string& pem) {
    Certificate first;
    if (CountCertificates(pem, &first) > 0) return first;
    Fault(File::kCertificate, path, "holds no certificate in PEM, or a damaged one");
    return nullptr;
  }

  void ReadAuthorities(const std::string& path) {
    const auto pem = FileOf(File::kClientCa, path, Secrecy::kPublic);
    if (!pem) return;
    if (CountCertificates(*pem, nullptr) == 0) {
      return Fault(File::kClientCa, path, "holds no certificate in PEM, or a damaged one");
    }
    reading_.pems.client_ca = *pem;
  }

  // 0 when one of them is damaged.
  static int CountCertificates(const std::string& pem, Certificate* first) {
    const Bio bytes = Over(pem);
    int count = 0;
    while (true) {
      Certificate next(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr));
      if (next == nullptr) break;
      if (count++ == 0 && first != nullptr) *first = std::move(next);
    }
    // Behind the last one there is no further beginning; everything else is damage.
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE ? count
                                                                                             : 0;
  }

  Key KeyOf(const std::string& path, const std::string& pem) {
    bool encrypted = false;
    const Bio bytes = Over(pem);
    Key key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, NoPassword, &encrypted));
    if (key == nullptr) {
      Fault(File::kPrivateKey, path,
            encrypted ? "is encrypted; a key without a password is needed"
                      : "holds no private key in PEM, or a damaged one");
    }
    return key;
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
