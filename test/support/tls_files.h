// Authorities, certificates and keys that a test makes for itself, as PEM files in its folder.
#pragma once

#include <string>
#include <vector>

#include "test/support/certificates.h"

namespace understudy {

struct TestCertificate {
  std::string certificate;  // paths
  std::string private_key;
};

class TestAuthority {
 public:
  // Its certificate lies in `folder`/`name`.pem.
  TestAuthority(std::string folder, const std::string& name);

  struct Wish {
    std::vector<std::string> names = {"localhost"};  // of DNS, or addresses "IP:127.0.0.1"
    int from_days = -1;
    int to_days = 30;  // from now
    int rsa_bits = 0;  // 0: a key of P-256
  };
  // Writes `name`.pem and `name`.key.
  TestCertificate Issue(const std::string& name) const { return Issue(name, Wish()); }
  TestCertificate Issue(const std::string& name, const Wish& wish) const;
  const std::string& Path() const { return path_; }

 private:
  const std::string folder_;
  const std::string path_;
  const PemAuthority authority_;
};

}  // namespace understudy
