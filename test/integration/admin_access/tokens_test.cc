// Tokens over TLS: who is answered, what for, under which name, and what a refusal leaves behind.
#include <grpcpp/generic/generic_stub.h>

#include "guarded_admin.h"
#include "proxy/control/admin_roles.h"
#include "test/support/captured_log.h"
#include "understudy/v1/config_service.grpc.pb.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {
namespace {

using Catch::Contains;
using grpc::StatusCode;

struct TokenFixture : AdminFiles, GuardedAdmin {
  TokenFixture() : GuardedAdmin(WithTokens()) {}
  explicit TokenFixture(const AdminConfig& config) : GuardedAdmin(config) {}

  Someone With(const std::string& token) const {
    return {.token = token, .trusted = authority.Certificate()};
  }
};

// One message there, and what comes of it, on any method.
grpc::Status CallAnything(const GuardedAdmin& admin, const Someone& someone,
                          const std::string& path, const std::string& message = "") {
  grpc::GenericStub stub(admin.Channel(someone));
  grpc::ClientContext context;
  GuardedAdmin::Prepare(context, someone);
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    REQUIRE(queue.Next(&tag, &ok));
    return ok;
  };
  TakeTurn();
  const auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  next();
  const grpc::Slice bytes(message);
  call->WriteLast(grpc::ByteBuffer(&bytes, 1), grpc::WriteOptions(), nullptr);
  next();
  grpc::ByteBuffer answer;
  grpc::Status status;
  bool answered = false;
  for (bool more = true; more && !answered;) {
    call->Read(&answer, nullptr);
    more = next();
    answered = more;
  }
  if (answered) context.TryCancel();  // a stream would go on
  call->Finish(&status, nullptr);
  next();
  TakeTurn();
  return answered ? grpc::Status::OK : status;
}

std::string PathOf(const AdminCallRole& call) {
  return fmt::format("/{}/{}", call.service, call.method);
}

TEST_CASE("without a token nobody is answered, on any call there is") {
  TokenFixture admin;
  for (const AdminCallRole& call : AdminCallRoles()) {
    CAPTURE(call.method);
    const grpc::Status status = CallAnything(admin, admin.With(""), PathOf(call), "\x3a\x01*");
    CHECK(status.error_code() == StatusCode::UNAUTHENTICATED);
    CHECK_THAT(status.error_message(), Contains("send a token"));
  }
  CHECK(admin.fixture.control.Commands().empty());
}

TEST_CASE("every call is refused to the role below its own and not to its own") {
  TokenFixture admin;
  for (const AdminCallRole& call : AdminCallRoles()) {
    CAPTURE(call.method);
    for (const AdminRole role :
         {AdminRole::kViewer, AdminRole::kOperator, AdminRole::kApprover, AdminRole::kAdmin}) {
      CAPTURE(ToString(role));
      const grpc::Status status = CallAnything(
          admin, admin.With(fmt::format("{}-token", ToString(role))), PathOf(call), "");
      const bool refused = status.error_code() == StatusCode::PERMISSION_DENIED;
      CHECK(refused == (role < call.least));
      if (refused) {
        CHECK(status.error_message() == fmt::format("{} needs the role {}; '{}' has the role {}",
                                                    call.method, ToString(call.least),
                                                    ToString(role), ToString(role)));
      }
    }
  }
}

TEST_CASE("health is open to all who connect, and reflection to viewers") {
  TokenFixture admin;
  CHECK(CallAnything(admin, admin.With(""), "/grpc.health.v1.Health/Check").ok());
  const std::string reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  CHECK(CallAnything(admin, admin.With("wrong"), reflection, "\x3a\x01*").error_code() ==
        StatusCode::UNAUTHENTICATED);
  CHECK(CallAnything(admin, admin.With("viewer-token"), reflection, "\x3a\x01*").ok());
}

TEST_CASE("an operator takes back, and an approver promotes, under their own names") {
  TokenFixture admin;
  Someone someone = admin.With("operator-token");
  someone.actor = "root";
  CHECK(admin.Command(someone, &GuardedAdmin::Stub::RollBack).ok());
  CHECK(admin.LastActor() == "operator:operator (claims root)");
  CHECK(admin.Command(someone, &GuardedAdmin::Stub::Promote).error_code() ==
        StatusCode::PERMISSION_DENIED);
  CHECK(admin.fixture.control.Commands().size() == 1);
  CHECK(admin.Command(admin.With("approver-token"), &GuardedAdmin::Stub::Promote).ok());
  CHECK(admin.LastActor() == "operator:approver");
}

TEST_CASE("an operator lowers a weight, and does not pass over the evidence") {
  TokenFixture admin;
  v1::SetWeightRequest request;
  request.mutable_rollout()->set_route("digits");
  request.set_weight_percent(5);
  v1::RolloutCommandResponse response;
  const auto set = [&](const std::string& token) {
    const Someone someone = admin.With(token);
    return admin.Call(someone, v1::RolloutService::NewStub(admin.Channel(someone)),
                      &GuardedAdmin::Stub::SetWeight, request, response);
  };
  CHECK(set("operator-token").ok());
  request.mutable_options()->set_override_verdict(true);
  request.mutable_options()->set_reason("a hunch");
  const grpc::Status refused = set("operator-token");
  CHECK(refused.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK_THAT(refused.error_message(),
             Contains("SetWeight with an override needs the role approver"));
  CHECK(set("approver-token").ok());
  request.set_weight_percent(0);
  CHECK(set("operator-token").ok());
}

TEST_CASE("an operator begins rollouts, but not of what was rolled back before") {
  TokenFixture admin;
  v1::CreateRolloutRequest request;
  request.set_route("digits");
  v1::RolloutCommandResponse response;
  const auto create = [&](const std::string& token) {
    const Someone someone = admin.With(token);
    return admin.Call(someone, v1::RolloutService::NewStub(admin.Channel(someone)),
                      &GuardedAdmin::Stub::Create, request, response);
  };
  CHECK(create("operator-token").ok());
  request.set_unquarantine(true);
  CHECK(create("operator-token").error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(create("approver-token").ok());
}

TEST_CASE("bodies are for operators, and a viewer is told that there are some") {
  TokenFixture admin;
  DivergenceRecord record;
  record.id = "d-1";
  record.request.text = "what a client wrote";
  record.baseline.text = "what it got";
  admin.fixture.divergences.records["d-1"] = record;
  v1::GetDivergenceRequest request;
  request.set_id("d-1");
  v1::GetDivergenceResponse response;
  const auto get = [&](const std::string& token) {
    const Someone someone = admin.With(token);
    return admin.Call(someone, v1::TrafficService::NewStub(admin.Channel(someone)),
                      &v1::TrafficService::Stub::GetDivergence, request, response);
  };
  REQUIRE(get("viewer-token").ok());
  CHECK(response.divergence().id() == "d-1");
  CHECK_THAT(response.DebugString(), !Contains("what"));
  CHECK_THAT(response.withheld(), Contains("need the role operator"));
  REQUIRE(get("operator-token").ok());
  CHECK(response.divergence().request_body() == "what a client wrote");
  CHECK(response.divergence().incumbent_answer().body() == "what it got");
  CHECK(response.withheld().empty());
}

TEST_CASE("a text to be checked sees values of the server's machine only where an admin sends it") {
  TokenFixture admin;
  v1::CheckConfigRequest request;
  request.set_text("x");
  v1::CheckConfigResponse response;
  const auto check = [&](const std::string& token) {
    const Someone someone = admin.With(token);
    REQUIRE(admin
                .Call(someone, v1::ConfigService::NewStub(admin.Channel(someone)),
                      &v1::ConfigService::Stub::Check, request, response)
                .ok());
    return admin.fixture.config.last_values;
  };
  CHECK(check("admin-token") == SentValues::kLookedUp);
  CHECK(check("approver-token") == SentValues::kRefused);
}

TEST_CASE("refused calls are counted and logged, without the token") {
  TokenFixture admin;
  CapturedLog log;
  CHECK(admin.List(admin.With("guessed-secret")).error_code() == StatusCode::UNAUTHENTICATED);
  Someone basic = admin.With("viewer-token");
  basic.scheme = "Basic ";
  CHECK(admin.List(basic).error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(admin.List(admin.With("")).error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(admin.Command(admin.With("viewer-token"), &GuardedAdmin::Stub::Promote).error_code() ==
        StatusCode::PERMISSION_DENIED);
  const AdminDenials& denials = admin.fixture.denials;
  CHECK(denials.Count(AdminDenial::kUnknownToken) == 1);
  CHECK(denials.Count(AdminDenial::kMalformedToken) == 1);
  CHECK(denials.Count(AdminDenial::kNoCredentials) == 1);
  CHECK(denials.Count(AdminDenial::kRoleTooLow) == 1);
  const std::vector<std::string> lines = log.Lines();
  REQUIRE(lines.size() == 4);
  CHECK_THAT(lines[0], Contains("warning admin API: refused List to ipv4:127.0.0.1:") &&
                           Contains("(unknown_token)"));
  CHECK_THAT(lines[3], Contains("refused Promote to ipv4:127.0.0.1:") &&
                           Contains("needs the role approver; 'viewer' has the role viewer"));
  CHECK_THAT(log.Text(), !Contains("guessed-secret") && !Contains("viewer-token"));
}

TEST_CASE("a flood of refused calls fills no log") {
  TokenFixture admin;
  CapturedLog log;
  const Someone nobody = admin.With("");
  const auto channel = admin.Channel(nobody);
  for (int i = 0; i < 40; ++i) {
    v1::ListRolloutsResponse response;
    admin.Call(nobody, v1::RolloutService::NewStub(channel), &GuardedAdmin::Stub::List,
               v1::ListRolloutsRequest(), response);
  }
  CHECK(admin.fixture.denials.Count(AdminDenial::kNoCredentials) == 40);
  CHECK(log.Lines().size() == LogBound::kAtOnce);  // the clock of the fixture stands
}

TEST_CASE("a token that is taken away is refused at once, and a new one is taken") {
  TokenFixture admin;
  CHECK(admin.List(admin.With("viewer-token")).ok());
  admin.GiveOut({{"another", "viewer"}});
  CHECK(admin.List(admin.With("viewer-token")).error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(admin.List(admin.With("another-token")).ok());
}

TEST_CASE("a broken file of tokens leaves those of before in force and is logged once") {
  TokenFixture admin;
  CapturedLog log;
  WriteSecret(admin.folder.File("tokens"), "viewer viewer not-a-digest\n");
  CHECK(admin.List(admin.With("viewer-token")).ok());
  CHECK(admin.List(admin.With("viewer-token")).ok());
  REQUIRE(log.Lines().size() == 1);
  CHECK_THAT(log.Lines()[0], Contains("tokens:1:15: the SHA-256 of a token has 64 hex digits") &&
                                 Contains("the tokens of before stay in force") &&
                                 !Contains("not-a-digest"));
}

TEST_CASE("a watch ends when its token is taken away") {
  TokenFixture admin;
  admin.fixture.control.OnWait([&admin](int wait) {
    if (wait == 1) admin.GiveOut({{"another", "viewer"}});
  });
  const Someone viewer = admin.With("viewer-token");
  const auto stub = v1::RolloutService::NewStub(admin.Channel(viewer));
  grpc::ClientContext context;
  GuardedAdmin::Prepare(context, viewer);
  v1::WatchRolloutRequest request;
  request.mutable_rollout()->set_route("digits");
  TakeTurn();
  const auto reader = stub->Watch(&context, request);
  v1::WatchRolloutResponse message;
  int messages = 0;
  while (reader->Read(&message)) ++messages;
  const grpc::Status status = reader->Finish();
  TakeTurn();
  CHECK(messages >= 1);
  CHECK(status.error_code() == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("tokens may be sent in plaintext on loopback") {
  AdminFiles files;
  AdminConfig config = files.WithTokens();
  config.tls.reset();
  TokenFixture admin(config);
  files.GiveOut({{"viewer", "viewer"}});
  // Its own files are others; the server reads those of the configuration.
  CHECK(admin.List({.token = "viewer-token"}).ok());
  CHECK(admin.List({}).error_code() == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("a file of tokens with faults keeps the server from starting, and each is named") {
  const AdminFiles files;
  WriteSecret(files.folder.File("tokens"), "a\nb viewer c\n");
  AdminFixture fixture;
  AdminOptions options;
  options.config = files.WithTokens();
  options.config.grpc = {"127.0.0.1", 0, "127.0.0.1:0"};
  const absl::Status status = AdminServer::Start(options, fixture.Ports()).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(Message(status), Contains("tokens:1:1: ") && Contains("tokens:2:10: "));
}

}  // namespace
}  // namespace understudy
