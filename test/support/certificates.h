// Certificates made for one test: an authority, and what it signs. Nothing of them is kept.
//
// Threads: one owner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy {

// A certificate and its key, in PEM.
struct CertificatePair {
  std::string certificate;
  std::string key;
};

struct CertificateRequest {
  std::string common_name;
  // As OpenSSL writes them: "DNS:localhost", "IP:127.0.0.1", "URI:spiffe://team/ci".
  std::vector<std::string> alternative_names = {};
  int days = 1;  // it ends so many days from now; below 0: it has expired
  std::optional<int> from_days = std::nullopt;  // it begins then; else long enough ago
  int rsa_bits = 0;                             // 0: a key of P-256
};

class PemAuthority {
 public:
  explicit PemAuthority(const std::string& name = "Test authority");
  ~PemAuthority();
  PemAuthority(const PemAuthority&) = delete;
  PemAuthority& operator=(const PemAuthority&) = delete;

  const std::string& Certificate() const { return own_.certificate; }
  CertificatePair Sign(const CertificateRequest& request) const;
  // For servers on this machine: localhost, 127.0.0.1 and ::1.
  CertificatePair SignServer() const {
    return Sign({"understudy", {"DNS:localhost", "IP:127.0.0.1", "IP:::1"}});
  }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  CertificatePair own_;
};

}  // namespace understudy
