// Writing what was signed.
#include "test/support/tls_files.h"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace understudy {
namespace {

void Write(const std::string& path, const std::string& pem) {
  std::ofstream file(path);
  file << pem << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace

TestAuthority::TestAuthority(std::string folder, const std::string& name)
    : folder_(std::move(folder)), path_(folder_ + "/" + name + ".pem"), authority_(name) {
  Write(path_, authority_.Certificate());
}

TestCertificate TestAuthority::Issue(const std::string& name, const Wish& wish) const {
  CertificateRequest request{name, {}, wish.to_days, wish.from_days, wish.rsa_bits};
  for (const std::string& one : wish.names) {
    request.alternative_names.push_back(one.starts_with("IP:") ? one : "DNS:" + one);
  }
  const CertificatePair pair = authority_.Sign(request);
  TestCertificate files{folder_ + "/" + name + ".pem", folder_ + "/" + name + ".key"};
  Write(files.certificate, pair.certificate);
  Write(files.private_key, pair.key);
  ::chmod(files.private_key.c_str(), 0600);
  return files;
}

}  // namespace understudy
