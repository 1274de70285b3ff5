// The proxy whole: who did what stands in the journal, and what was refused on the metrics page.
#include "guarded_admin.h"
#include "test/support/running_proxy.h"
#include "understudy/v1/config_service.grpc.pb.h"

namespace understudy {
namespace {

using Catch::Contains;

// Its admin API takes the tokens of `files` over TLS.
struct GuardedProxy {
  explicit GuardedProxy()
      : proxy(TwoModels("127.0.0.1:9", "127.0.0.1:9"), "", "",
              fmt::format("tls: {{certificate: {0}/server.pem, private_key: {0}/server.key}}, "
                          "tokens: {0}/tokens",
                          files.folder.Path())) {}

  template <typename Service, typename Request, typename Response>
  grpc::Status Call(const std::string& token,
                    grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response& response) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = files.authority.Certificate();
    const auto stub =
        Service::NewStub(grpc::CreateChannel(proxy.AdminAddress(), grpc::SslCredentials(options)));
    grpc::ClientContext context;
    AdminFixture::Bound(context);
    context.AddMetadata("authorization", "Bearer " + token);
    return (stub.get()->*method)(&context, request, &response);
  }

  AdminFiles files;
  RunningProxy proxy;
};

TEST_CASE("the journal names the token's holder, whatever the client calls itself") {
  const GuardedProxy guarded;
  v1::CreateRolloutRequest create;
  create.set_route("all");
  create.set_start(true);
  create.mutable_options()->set_actor("root");
  v1::RolloutCommandResponse done;
  REQUIRE(guarded
              .Call<v1::RolloutService>("operator-token", &v1::RolloutService::Stub::Create, create,
                                        done)
              .ok());
  v1::RolloutCommandRequest back;
  back.mutable_rollout()->set_route("all");
  back.mutable_options()->set_reason("a test");
  REQUIRE(guarded
              .Call<v1::RolloutService>("approver-token", &v1::RolloutService::Stub::RollBack, back,
                                        done)
              .ok());
  v1::GetRolloutRequest get;
  get.mutable_rollout()->set_route("all");
  v1::GetRolloutResponse picture;
  REQUIRE(
      guarded.Call<v1::RolloutService>("viewer-token", &v1::RolloutService::Stub::Get, get, picture)
          .ok());
  std::vector<std::string> actors;
  for (const v1::TimelineEntry& entry : picture.status().timeline()) {
    actors.push_back(entry.actor());
  }
  CHECK_THAT(actors, Catch::VectorContains(std::string("operator:operator (claims root)")));
  CHECK_THAT(actors, Catch::VectorContains(std::string("operator:approver")));
}

TEST_CASE("refused calls are on the metrics page by their reason") {
  const GuardedProxy guarded;
  v1::ReloadConfigRequest reload;
  v1::ReloadConfigResponse done;
  const auto as = [&](const std::string& token) {
    return guarded.Call<v1::ConfigService>(token, &v1::ConfigService::Stub::Reload, reload, done)
        .error_code();
  };
  CHECK(as("guessed") == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(as("approver-token") == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(as("admin-token") == grpc::StatusCode::OK);
  CHECK(done.reloaded());
  const auto denied = [&](const std::string& reason) {
    return guarded.proxy.Metric("understudy_admin_denied_total", "reason=\"" + reason + "\"");
  };
  CHECK(denied("unknown_token") == 1);
  CHECK(denied("role_too_low") == 1);
  CHECK(denied("no_credentials") == 0);
}

TEST_CASE("a reload is refused while the file of tokens has faults") {
  GuardedProxy guarded;
  WriteSecret(guarded.files.folder.File("tokens"), "nobody\n");
  v1::ReloadConfigResponse done;
  REQUIRE(guarded
              .Call<v1::ConfigService>("admin-token", &v1::ConfigService::Stub::Reload,
                                       v1::ReloadConfigRequest(), done)
              .ok());
  CHECK_FALSE(done.reloaded());
  REQUIRE(done.faults_size() == 1);
  CHECK_THAT(done.faults(0).filename(), Catch::EndsWith("/tokens"));
  CHECK(done.faults(0).line() == 1);
}

TEST_CASE("a configuration with certificates that cannot be used does not start") {
  AdminFiles files;
  const auto start = [&files] {
    RunningProxy(TwoModels("127.0.0.1:9", "127.0.0.1:9"), "", "",
                 fmt::format("tls: {{certificate: {0}/server.pem, private_key: {0}/server.key}}",
                             files.folder.Path()));
  };
  CHECK_NOTHROW(start());
  WriteSecret(files.folder.File("server.key"), files.authority.SignServer().key);
  CHECK_THROWS_WITH(
      start(), Contains("understudy.yaml:3:") && Contains("is not the key of the certificate in"));
}

}  // namespace
}  // namespace understudy
