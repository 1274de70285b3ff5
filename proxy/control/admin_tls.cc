// gRPC's C library asks for certificates at each handshake, which its C++ library does not show; so
// the credentials are made with the former and handed to the latter.
#include "proxy/control/admin_tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/impl/codegen/grpc_library.h>

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/certificate_files.h"
#include "proxy/control/small_file.h"
#include "proxy/control/token_digest.h"

namespace understudy {
namespace {

using Config = grpc_ssl_server_certificate_config;

// The files, and what was last read of them.
class WatchedCertificates {
 public:
  explicit WatchedCertificates(const AdminConfig::Tls& files)
      : files_(files), watch_(PathsOf(files)) {}

  // The certificates when they are new since the last call; nothing when they are as before, or not
  // to be used.
  std::optional<CertificatePems> News() {
    std::lock_guard lock(mutex_);
    if (!watch_.MayHaveChanged()) return std::nullopt;
    CertificateReading reading = ReadCertificateFiles(files_.own, files_.client_ca);
    const TokenDigest digest = DigestOf(reading);
    if (digest == read_) return std::nullopt;
    const bool first = read_ == TokenDigest{};
    read_ = digest;
    for (const CertificateFault& fault : reading.faults) {
      spdlog::error("admin.tls: {}; the certificates of before stay in force", fault.message);
    }
    if (!reading.faults.empty()) return std::nullopt;
    if (!first) spdlog::info("admin.tls: new certificates are in force");
    return std::move(reading.pems);
  }

 private:
  static std::vector<std::string> PathsOf(const AdminConfig::Tls& files) {
    std::vector<std::string> paths = {files.own.certificate, files.own.private_key};
    if (!files.client_ca.empty()) paths.push_back(files.client_ca);
    return paths;
  }

  static TokenDigest DigestOf(const CertificateReading& reading) {
    std::string all = reading.pems.certificate + reading.pems.private_key + reading.pems.client_ca;
    for (const CertificateFault& fault : reading.faults) all += fault.message;
    return DigestOfToken(all);
  }

  const AdminConfig::Tls files_;
  std::mutex mutex_;
  FileWatch watch_;
  TokenDigest read_{};  // what was read last, with its faults
};

// gRPC keeps what it had on anything but NEW.
grpc_ssl_certificate_config_reload_status Fetch(void* watched, Config** config) {
  const std::optional<CertificatePems> news = static_cast<WatchedCertificates*>(watched)->News();
  if (!news) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair own{news->private_key.c_str(), news->certificate.c_str()};
  // gRPC takes no null here, also where it asks clients for nothing: then nobody is checked by
  // them.
  const std::string& authorities = news->client_ca.empty() ? news->certificate : news->client_ca;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &own, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

class AdminCredentials final : public grpc::ServerCredentials {
 public:
  AdminCredentials(const AdminConfig::Tls& tls, ClientCertificates clients) : watched_(tls) {
    const auto asked = tls.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                       : clients == ClientCertificates::kRequired
                           ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                           : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(asked, Fetch, &watched_));
  }
  ~AdminCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  WatchedCertificates watched_;
  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeAdminCredentials(
    const AdminConfig::Tls& tls, ClientCertificates clients) {
  std::string lines;
  for (const CertificateFault& fault : ReadCertificateFiles(tls.own, tls.client_ca).faults) {
    lines += (lines.empty() ? "admin.tls: " : "\nadmin.tls: ") + fault.message;
  }
  if (!lines.empty()) return InvalidArgument(lines);
  return std::make_shared<AdminCredentials>(tls, clients);
}

}  // namespace understudy
