// Reading, in a bounded way.
#include "proxy/async/tls_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "proxy/base/status.h"

namespace understudy {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return InvalidArgument(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return InvalidArgument("it is no regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return InvalidArgument(std::strerror(errno));
  std::string text(kMostPemBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMostPemBytes) return InvalidArgument("it is too large");
  return text;
}

bool OpenToAll(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

absl::StatusOr<std::string> Read(const PemFiles& files, const std::string& path) {
  absl::StatusOr<std::string> text = files.read(path);
  if (text.ok()) return text;
  return InvalidArgument(
      fmt::format("the file '{}' cannot be read: {}", path, Message(text.status())));
}

absl::Status About(const std::string& path, const absl::Status& status) {
  return InvalidArgument(fmt::format("the file '{}' {}", path, Message(status)));
}

}  // namespace

PemFiles RealPemFiles() { return {ReadFile, OpenToAll}; }

absl::StatusOr<TlsIdentity> LoadIdentity(const PemFiles& files, const std::string& certificate,
                                         const std::string& private_key, bool* key_is_at_fault) {
  bool ignored = false;
  bool& of_key = key_is_at_fault == nullptr ? ignored : *key_is_at_fault;
  of_key = false;
  ASSIGN_OR_RETURN(const std::string certificate_text, Read(files, certificate));
  auto certificates = ParseCertificates(certificate_text);
  if (!certificates.ok()) return About(certificate, certificates.status());
  of_key = true;
  ASSIGN_OR_RETURN(const std::string key_text, Read(files, private_key));
  if (files.open_to_all(private_key)) {
    return InvalidArgument(
        fmt::format("everybody may read the private key in '{}'; take that right away (chmod o-r)",
                    private_key));
  }
  auto key = ParsePrivateKey(key_text);
  if (!key.ok()) return About(private_key, key.status());
  if (!KeyFits(**certificates, **key)) {
    return InvalidArgument(
        fmt::format("the private key in '{}' is not that of the certificate in '{}'", private_key,
                    certificate));
  }
  return MakeIdentity(*std::move(certificates), *std::move(key));
}

absl::StatusOr<TlsHandle<STACK_OF(X509)>> LoadAuthorities(const PemFiles& files,
                                                          const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, Read(files, path));
  auto authorities = ParseCertificates(text);
  if (!authorities.ok()) return About(path, authorities.status());
  return authorities;
}

std::string SystemAuthorities() {
  const char* const wanted = std::getenv(X509_get_default_cert_file_env());
  const std::array<const char*, 5> places = {wanted, "/etc/ssl/certs/ca-certificates.crt",
                                             "/etc/pki/tls/certs/ca-bundle.crt",
                                             "/etc/ssl/cert.pem", X509_get_default_cert_file()};
  for (const char* const place : places) {
    struct stat status {};
    if (place != nullptr && ::stat(place, &status) == 0) return place;
  }
  return {};
}

std::string FileStamps(const std::vector<std::string>& paths) {
  std::string stamps;
  for (const std::string& path : paths) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) {
      stamps += "none\n";
      continue;
    }
    stamps +=
        fmt::format("{} {} {} {}.{} {}.{} {}\n", s.st_dev, s.st_ino, s.st_size, s.st_mtim.tv_sec,
                    s.st_mtim.tv_nsec, s.st_ctim.tv_sec, s.st_ctim.tv_nsec, s.st_mode);
  }
  return stamps;
}

}  // namespace understudy
