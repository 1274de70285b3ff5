// TLS of the admin API: certificates of the server and of clients, and new ones of both.
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "guarded_admin.h"
#include "test/support/captured_log.h"

namespace understudy {
namespace {

using Catch::Contains;
using grpc::StatusCode;

struct TlsFixture : AdminFiles, GuardedAdmin {
  TlsFixture() : GuardedAdmin(WithClientCertificates()) {}
  explicit TlsFixture(AdminConfig (AdminFiles::*config)() const)
      : GuardedAdmin((this->*config)()) {}

  Someone Anonymous() const { return {.trusted = authority.Certificate()}; }
  Someone Showing(const CertificateRequest& request) const {
    return {.certificate = authority.Sign(request), .trusted = authority.Certificate()};
  }
};

// The version a handshake of at most `most` ends with; 0 when there is none.
int HandshakeVersion(std::uint16_t port, int most) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, most);
  BIO* connection = BIO_new_ssl_connect(context);
  BIO_set_conn_hostname(connection, ("127.0.0.1:" + std::to_string(port)).c_str());
  SSL* tls = nullptr;
  BIO_get_ssl(connection, &tls);
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(tls, kHttp2, sizeof kHttp2);
  const int version = BIO_do_handshake(connection) == 1 ? SSL_version(tls) : 0;
  BIO_free_all(connection);
  SSL_CTX_free(context);
  return version;
}

TEST_CASE("a server that its client does not know is not talked to") {
  TlsFixture admin(&AdminFiles::WithTls);
  CHECK(admin.List(admin.Anonymous()).ok());
  const PemAuthority other("Another authority");
  CHECK(admin.List({.trusted = other.Certificate()}).error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("a client without TLS gets nothing from a server with it") {
  TlsFixture admin(&AdminFiles::WithTls);
  CHECK(admin.List({}).error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("TLS is 1.2 or 1.3") {
  const TlsFixture admin(&AdminFiles::WithTls);
  const std::uint16_t port = admin.fixture.server->port();
  CHECK(HandshakeVersion(port, TLS1_3_VERSION) == TLS1_3_VERSION);
  CHECK(HandshakeVersion(port, TLS1_2_VERSION) == TLS1_2_VERSION);
  CHECK(HandshakeVersion(port, TLS1_1_VERSION) == 0);
}

TEST_CASE("a client without a certificate does not get past the handshake") {
  TlsFixture admin;
  CHECK(admin.List(admin.Anonymous()).error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("a certificate of another authority, or one that has expired, is refused") {
  TlsFixture admin;
  const PemAuthority other("Another authority");
  Someone someone = admin.Anonymous();
  someone.certificate = other.Sign({"deploy.example"});
  CHECK(admin.List(someone).error_code() == StatusCode::UNAVAILABLE);
  CHECK(admin.List(admin.Showing({"deploy.example", {}, -1})).error_code() ==
        StatusCode::UNAVAILABLE);
}

TEST_CASE("a certificate's role is that of its name, and it is the name of who acts") {
  TlsFixture admin;
  Someone deploy = admin.Showing({"deploy.example"});
  deploy.actor = "deploy.example";
  CHECK(admin.Command(deploy, &GuardedAdmin::Stub::Promote).ok());
  CHECK(admin.LastActor() == "operator:deploy.example");
  const Someone by_dns = admin.Showing({"x", {"DNS:deploy.example"}});
  CHECK(admin.Command(by_dns, &GuardedAdmin::Stub::Promote).ok());
  CHECK(admin.LastActor() == "operator:deploy.example");
  const Someone ci = admin.Showing({"x", {"URI:spiffe://team/ci"}});
  CHECK(admin.Command(ci, &GuardedAdmin::Stub::RollBack).ok());
  CHECK(admin.LastActor() == "operator:spiffe://team/ci");
  CHECK(admin.Command(ci, &GuardedAdmin::Stub::Promote).error_code() ==
        StatusCode::PERMISSION_DENIED);
}

TEST_CASE("a certificate that is not listed only looks") {
  TlsFixture admin;
  const Someone someone = admin.Showing({"someone.example"});
  CHECK(admin.List(someone).ok());
  const grpc::Status refused = admin.Command(someone, &GuardedAdmin::Stub::Hold);
  CHECK(refused.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK_THAT(refused.error_message(), Contains("'someone.example' has the role viewer"));
}

TEST_CASE("with tokens as well, one of token and certificate is enough") {
  AdminFiles files;
  AdminConfig config = files.WithClientCertificates();
  config.tokens = files.folder.File("tokens");
  GuardedAdmin admin(config);
  Someone someone{.token = "approver-token", .trusted = files.authority.Certificate()};
  CHECK(admin.Command(someone, &GuardedAdmin::Stub::Promote).ok());
  CHECK(admin.LastActor() == "operator:approver");
  someone.token = "";
  CHECK(admin.List(someone).error_code() == StatusCode::UNAUTHENTICATED);
  someone.certificate = files.authority.Sign({"deploy.example"});
  CHECK(admin.Command(someone, &GuardedAdmin::Stub::Promote).ok());
  CHECK(admin.LastActor() == "operator:deploy.example");
  // The handshake refuses what it does not know also where it would do without.
  someone.certificate = PemAuthority("Another authority").Sign({"deploy.example"});
  CHECK(admin.List(someone).error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("a new certificate is shown to the next connection, and the old connection stays") {
  TlsFixture admin(&AdminFiles::WithTls);
  CapturedLog log;
  const Someone before = admin.Anonymous();
  const auto standing = admin.Channel(before);
  const auto list = [&admin](const Someone& someone, std::shared_ptr<grpc::Channel> channel) {
    v1::ListRolloutsResponse response;
    return admin.Call(someone, v1::RolloutService::NewStub(std::move(channel)),
                      &GuardedAdmin::Stub::List, v1::ListRolloutsRequest(), response);
  };
  CHECK(list(before, standing).ok());
  const PemAuthority next("The next authority");
  admin.Use(next.SignServer());
  CHECK(admin.List({.trusted = next.Certificate()}).ok());
  CHECK(admin.List(before).error_code() == StatusCode::UNAVAILABLE);
  CHECK(list(before, standing).ok());
  CHECK_THAT(log.Text(), Contains("info admin.tls: new certificates are in force"));
}

TEST_CASE("a certificate without its key leaves those of before in force until both are there") {
  TlsFixture admin(&AdminFiles::WithTls);
  CapturedLog log;
  const PemAuthority next("The next authority");
  const CertificatePair pair = next.SignServer();
  WriteWholeFile(admin.folder.File("server.pem"), pair.certificate);
  CHECK(admin.List(admin.Anonymous()).ok());
  CHECK(admin.List(admin.Anonymous()).ok());
  CHECK(log.Lines().size() == 1);
  CHECK_THAT(log.Text(), Contains("is not the key of the certificate in") &&
                             Contains("the certificates of before stay in force"));
  WriteSecret(admin.folder.File("server.key"), pair.key);
  CHECK(admin.List({.trusted = next.Certificate()}).ok());
}

TEST_CASE("another authority of clients is in force for the next connection") {
  TlsFixture admin;
  Someone deploy = admin.Showing({"deploy.example"});
  CHECK(admin.List(deploy).ok());
  const PemAuthority next("The next authority");
  WriteWholeFile(admin.folder.File("ca.pem"), next.Certificate());
  CHECK(admin.List(deploy).error_code() == StatusCode::UNAVAILABLE);
  deploy.certificate = next.Sign({"deploy.example"});
  CHECK(admin.List(deploy).ok());
}

TEST_CASE("an address beyond loopback is for TLS and callers that are known") {
  const AdminFiles files;
  AdminFixture fixture;
  const auto start = [&fixture](AdminConfig config) {
    AdminOptions options;
    options.config = std::move(config);
    options.config.grpc = {"0.0.0.0", 0, "0.0.0.0:0"};
    return AdminServer::Start(options, fixture.Ports()).status();
  };
  CHECK(start(files.WithTokens()).ok());
  CHECK(start(files.WithClientCertificates()).ok());
  CHECK(start(files.WithTls()).code() == absl::StatusCode::kPermissionDenied);
  AdminConfig plain = files.WithTokens();
  plain.tls.reset();
  CHECK(start(plain).code() == absl::StatusCode::kPermissionDenied);
}

TEST_CASE("certificates that cannot be used keep the server from starting") {
  const AdminFiles files;
  WriteSecret(files.folder.File("server.key"), files.authority.SignServer().key);
  AdminFixture fixture;
  AdminOptions options;
  options.config = files.WithTls();
  options.config.grpc = {"127.0.0.1", 0, "127.0.0.1:0"};
  const absl::Status status = AdminServer::Start(options, fixture.Ports()).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(Message(status),
             Contains("admin.tls: the file ") && Contains("is not the key of the certificate in"));
}

}  // namespace
}  // namespace understudy
