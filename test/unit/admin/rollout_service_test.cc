// RolloutService as a client sees it.
#include <catch2/catch.hpp>

#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/rollout.grpc.pb.h"

namespace understudy {
namespace {

using Stub = v1::RolloutService::Stub;

struct Rollouts : AdminFixture {
  using AdminFixture::AdminFixture;
  Stub stub{channel};
  v1::RolloutCommandResponse response;

  v1::RolloutCommandRequest Request() {
    v1::RolloutCommandRequest request;
    request.mutable_rollout()->set_id("r-0123456789ab");
    request.mutable_options()->set_reason("because");
    return request;
  }
};

}  // namespace

TEST_CASE("each command arrives as itself with target, reason, options and actor") {
  Rollouts rollouts;
  rollouts.control.OnApply([](const Command&) { return samples::Ramping(); });
  v1::RolloutCommandRequest request = rollouts.Request();
  request.mutable_options()->set_actor("ada");
  request.mutable_options()->set_override_verdict(true);
  request.mutable_options()->set_dry_run(true);
  request.mutable_options()->set_if_generation(7);
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const v1::RolloutCommandRequest&,
                                        v1::RolloutCommandResponse*);
  const std::vector<std::pair<Method, CommandKind>> methods = {
      {&Stub::Start, CommandKind::kStart},     {&Stub::Hold, CommandKind::kHold},
      {&Stub::Resume, CommandKind::kResume},   {&Stub::Approve, CommandKind::kApprove},
      {&Stub::Advance, CommandKind::kAdvance}, {&Stub::RollBack, CommandKind::kRollBack},
      {&Stub::Promote, CommandKind::kPromote}, {&Stub::Cancel, CommandKind::kCancel}};
  for (const auto& [method, kind] : methods) {
    REQUIRE(rollouts.Call(method, rollouts.stub, request, rollouts.response).ok());
    const Command command = rollouts.control.Commands().back();
    CHECK(command.kind == kind);
    CHECK(command.rollout == "r-0123456789ab");
    CHECK(command.reason == "because");
    CHECK(command.actor == "operator:ada");
    CHECK(command.override_verdict);
    CHECK(command.dry_run);
    CHECK(command.if_generation == 7);
  }
  CHECK(rollouts.control.Commands().size() == methods.size());
  CHECK(rollouts.response.rollout().phase() == v1::Rollout::RAMPING);
  CHECK(rollouts.response.rollout().weight_percent() == 10);
  CHECK(rollouts.response.dry_run());
}

TEST_CASE("the actor is taken from the request, then the metadata, then is an operator") {
  Rollouts rollouts;
  v1::RolloutCommandRequest request = rollouts.Request();
  REQUIRE(rollouts.Call(&Stub::Hold, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().actor == "operator");
  rollouts.actor_metadata = "ci";
  REQUIRE(rollouts.Call(&Stub::Hold, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().actor == "operator:ci");
  request.mutable_options()->set_actor("ada");
  REQUIRE(rollouts.Call(&Stub::Hold, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().actor == "operator:ada");
}

TEST_CASE("a refusal reaches the client with its code and sentence") {
  Rollouts rollouts;
  const std::vector<std::pair<absl::Status, grpc::StatusCode>> refusals = {
      {FailedPrecondition("the rollout is COMPLETED"), grpc::StatusCode::FAILED_PRECONDITION},
      {absl::AbortedError("generation 9 is not 7"), grpc::StatusCode::ABORTED},
      {NotFound("no such rollout"), grpc::StatusCode::NOT_FOUND},
      {Unavailable("the store cannot write"), grpc::StatusCode::UNAVAILABLE}};
  for (const auto& [refusal, code] : refusals) {
    rollouts.control.OnApply([status = refusal](const Command&) { return status; });
    const grpc::Status status =
        rollouts.Call(&Stub::Advance, rollouts.stub, rollouts.Request(), rollouts.response);
    CHECK(status.error_code() == code);
    CHECK(status.error_message() == Message(refusal));
  }
}

TEST_CASE("commands that are malformed never reach the rollouts") {
  Rollouts rollouts;
  const auto refused = [&](const v1::RolloutCommandRequest& request) {
    return rollouts.Call(&Stub::Advance, rollouts.stub, request, rollouts.response).error_code() ==
           grpc::StatusCode::INVALID_ARGUMENT;
  };
  v1::RolloutCommandRequest request = rollouts.Request();
  request.mutable_options()->set_override_verdict(true);
  request.mutable_options()->clear_reason();
  CHECK(refused(request));
  request = rollouts.Request();
  request.mutable_options()->set_reason(std::string(1025, 'x'));
  CHECK(refused(request));
  request = rollouts.Request();
  request.mutable_options()->set_reason("two\nlines");
  CHECK(refused(request));
  request = rollouts.Request();
  request.mutable_options()->set_actor(std::string(129, 'x'));
  CHECK(refused(request));
  request.clear_rollout();
  CHECK(refused(request));
  CHECK(rollouts.control.Commands().empty());
}

TEST_CASE("a weight is percent outside and parts per million inside") {
  Rollouts rollouts;
  v1::SetWeightRequest request;
  request.mutable_rollout()->set_route("digits");
  request.set_weight_percent(12.3456);
  REQUIRE(rollouts.Call(&Stub::SetWeight, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().weight_ppm == 123'456);
  for (const double wrong : {-0.1, 100.1, std::numeric_limits<double>::quiet_NaN()}) {
    request.set_weight_percent(wrong);
    CHECK(rollouts.Call(&Stub::SetWeight, rollouts.stub, request, rollouts.response).error_code() ==
          grpc::StatusCode::INVALID_ARGUMENT);
  }
  CHECK(rollouts.control.Commands().size() == 1);
}

TEST_CASE("create finds the only candidate and starts what it made when asked to") {
  Rollouts rollouts;
  rollouts.control.OnApply([](const Command& command) -> absl::StatusOr<RolloutState> {
    if (command.kind == CommandKind::kStart) return FailedPrecondition("frozen");
    return samples::Ramping();
  });
  v1::CreateRolloutRequest request;
  request.set_route("digits");
  request.set_unquarantine(true);
  REQUIRE(rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().candidate == "v2");
  CHECK(rollouts.control.Commands().back().unquarantine);
  request.set_start(true);
  const grpc::Status status =
      rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response);
  CHECK(status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(status.error_message() == "rollout r-0123456789ab is created but not started: frozen");
  CHECK(rollouts.control.Commands().back().rollout == "r-0123456789ab");
}

TEST_CASE("create says which routes and candidates there are") {
  Rollouts rollouts;
  v1::CreateRolloutRequest request;
  request.set_route("letters");
  grpc::Status status = rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response);
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(status.error_message() == "there is no route named \"letters\"; there is \"digits\"");
  request.set_route("digits");
  request.set_candidate("v9");
  status = rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response);
  CHECK(status.error_message() ==
        "route \"digits\" has no candidate named \"v9\"; there is \"v2\"");
}

TEST_CASE("kill works for all routes at once and answers with their state") {
  Rollouts rollouts;
  rollouts.control.OnApply([&](const Command&) { return RolloutState{}; });
  ControlView killed = samples::PassingView();
  killed.routes[0].killed = true;
  rollouts.control.Publish(killed);
  v1::RouteSwitchRequest request;
  v1::RouteSwitchResponse response;
  REQUIRE(rollouts.Call(&Stub::Kill, rollouts.stub, request, response).ok());
  CHECK(rollouts.control.Commands().back().kind == CommandKind::kKill);
  CHECK(rollouts.control.Commands().back().route.empty());
  REQUIRE(response.routes_size() == 1);
  CHECK(response.routes(0).killed());
}

TEST_CASE("get shows candidate, route and explanation") {
  Rollouts rollouts;
  v1::GetRolloutRequest request;
  v1::GetRolloutResponse response;
  request.mutable_rollout()->set_route("digits");
  REQUIRE(rollouts.Call(&Stub::Get, rollouts.stub, request, response).ok());
  CHECK(response.status().rollout().id() == "r-0123456789ab");
  CHECK(response.status().verdict().kind() == v1::Verdict::PASS);
  REQUIRE(response.status().verdict().checks_size() == 2);
  CHECK(response.status().verdict().checks(0).log_e_promotion() == 4.25);
  CHECK(response.status().coverage().eligible() == 1300);
  CHECK(response.status().timeline_size() == 2);
  CHECK(response.route().arms_size() == 2);
  CHECK(response.explanation().next_step() == "raise to 100 % and bake");
}

TEST_CASE("get of an older rollout shows it without the present window's evidence") {
  ControlView view = samples::PassingView();
  RolloutState older = samples::Ramping();
  older.id = "r-older";
  older.phase = Phase::kCancelled;
  view.rollouts.push_back(older);
  Rollouts rollouts({}, view);
  v1::GetRolloutRequest request;
  v1::GetRolloutResponse response;
  request.mutable_rollout()->set_id("r-older");
  REQUIRE(rollouts.Call(&Stub::Get, rollouts.stub, request, response).ok());
  CHECK(response.status().rollout().phase() == v1::Rollout::CANCELLED);
  CHECK(response.status().verdict().checks_size() == 0);
  CHECK(response.status().pairs() == 0);
  request.mutable_rollout()->set_id("r-none");
  CHECK(rollouts.Call(&Stub::Get, rollouts.stub, request, response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("get of an ended rollout shows the verdict and evidence it ended on") {
  ControlView view = samples::PassingView();
  RolloutState older = samples::Ramping();
  older.id = "r-older";
  older.phase = Phase::kRolledBack;
  view.rollouts.push_back(older);
  CandidateView ended = view.candidates[0];
  ended.rollout = older;
  ended.verdict.kind = VerdictKind::kFail;
  ended.pairs = 321;
  view.ended["r-older"] = std::make_shared<const CandidateView>(ended);
  Rollouts rollouts({}, view);
  v1::GetRolloutRequest request;
  v1::GetRolloutResponse response;
  request.mutable_rollout()->set_id("r-older");
  REQUIRE(rollouts.Call(&Stub::Get, rollouts.stub, request, response).ok());
  CHECK(response.status().verdict().kind() == v1::Verdict::FAIL);
  CHECK(response.status().verdict().checks_size() == 2);
  CHECK(response.status().pairs() == 321);
}

TEST_CASE("creating a version that was rolled back before points to that verdict") {
  ControlView view = samples::PassingView();
  view.quarantine.push_back({"digits", "2", "r-older", samples::Noon(), "flips"});
  Rollouts rollouts({}, view);
  rollouts.control.OnApply([](const Command&) { return samples::Ramping(); });
  v1::CreateRolloutRequest request;
  request.set_route("digits");
  request.set_unquarantine(true);
  for (const bool start : {false, true}) {
    request.set_start(start);
    REQUIRE(rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response).ok());
    CHECK(rollouts.response.sentence().find("`understudyctl report --rollout r-older`") !=
          std::string::npos);
  }
}

TEST_CASE("a dry run of create says once that nothing changed and passes start on") {
  Rollouts rollouts;
  rollouts.control.OnApply([](const Command&) { return samples::Ramping(); });
  v1::CreateRolloutRequest request;
  request.set_route("digits");
  request.set_start(true);
  request.mutable_options()->set_dry_run(true);
  REQUIRE(rollouts.Call(&Stub::Create, rollouts.stub, request, rollouts.response).ok());
  const std::string& sentence = rollouts.response.sentence();
  CHECK(sentence.find("dry run") == sentence.rfind("dry run"));
  REQUIRE(rollouts.control.Commands().size() == 1);
  CHECK(rollouts.control.Commands()[0].start);
}

TEST_CASE("a weight between two steps is refused, never rounded") {
  Rollouts rollouts;
  rollouts.control.OnApply([](const Command&) { return samples::Ramping(); });
  v1::SetWeightRequest request;
  request.mutable_rollout()->set_route("digits");
  request.set_weight_percent(0.00001);
  const grpc::Status refused =
      rollouts.Call(&Stub::SetWeight, rollouts.stub, request, rollouts.response);
  CHECK(refused.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(refused.error_message().find("0.0001") != std::string::npos);
  request.set_weight_percent(12.3456);
  REQUIRE(rollouts.Call(&Stub::SetWeight, rollouts.stub, request, rollouts.response).ok());
  CHECK(rollouts.control.Commands().back().weight_ppm == 123'456);
}

TEST_CASE("list filters and says when a page was too small") {
  ControlView view = samples::PassingView();
  RolloutState older = samples::Ramping();
  older.id = "r-older";
  older.phase = Phase::kCancelled;
  view.rollouts.push_back(older);
  Rollouts rollouts({}, view);
  v1::ListRolloutsRequest request;
  v1::ListRolloutsResponse all, active, first;
  REQUIRE(rollouts.Call(&Stub::List, rollouts.stub, request, all).ok());
  CHECK(all.rollouts_size() == 2);
  CHECK_FALSE(all.more());
  request.set_page_size(1);
  REQUIRE(rollouts.Call(&Stub::List, rollouts.stub, request, first).ok());
  CHECK(first.rollouts_size() == 1);
  CHECK(first.more());
  request.set_active_only(true);
  REQUIRE(rollouts.Call(&Stub::List, rollouts.stub, request, active).ok());
  REQUIRE(active.rollouts_size() == 1);
  CHECK(active.rollouts(0).id() == "r-0123456789ab");
  CHECK_FALSE(active.more());
}

}  // namespace understudy
