// ReportService as a client sees it: formats, the waiting gate, explanations.
#include <catch2/catch.hpp>

#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/report.grpc.pb.h"

namespace understudy {
namespace {

using Stub = v1::ReportService::Stub;

v1::GateRequest GateFor(const std::string& route, int wait_seconds = 0) {
  v1::GateRequest request;
  request.set_route(route);
  if (wait_seconds != 0) request.mutable_wait()->set_seconds(wait_seconds);
  return request;
}

}  // namespace

TEST_CASE("a report comes in the format asked for") {
  AdminFixture fixture;
  Stub stub(fixture.channel);
  const std::vector<std::pair<v1::GetReportRequest::Format, std::string>> formats = {
      {v1::GetReportRequest::FORMAT_UNSPECIFIED, "{\n  \"schema\": \"understudy.report/v1\""},
      {v1::GetReportRequest::JSON, "{\n  \"schema\": \"understudy.report/v1\""},
      {v1::GetReportRequest::MARKDOWN, "# Route digits: PASS\n"},
      {v1::GetReportRequest::JUNIT, "<?xml version=\"1.0\""}};
  for (const auto& [format, beginning] : formats) {
    v1::GetReportRequest request;
    v1::GetReportResponse response;
    request.set_route("digits");
    request.set_format(format);
    REQUIRE(fixture.Call(&Stub::GetReport, stub, request, response).ok());
    CHECK(response.document().rfind(beginning, 0) == 0);
    CHECK(response.verdict() == v1::Verdict::PASS);
  }
  v1::GetReportRequest request;
  v1::GetReportResponse response;
  request.set_route("letters");
  CHECK(fixture.Call(&Stub::GetReport, stub, request, response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("a report is of one rollout when that is asked for, an ended one too") {
  ControlView view = samples::PassingView();
  RolloutState older = samples::Ramping();
  older.id = "r-older";
  older.phase = Phase::kRolledBack;
  older.ended_reason = "a check failed";
  view.rollouts.push_back(older);
  CandidateView ended = view.candidates[0];
  ended.rollout = older;
  ended.verdict.kind = VerdictKind::kFail;
  view.ended["r-older"] = std::make_shared<const CandidateView>(ended);
  AdminFixture fixture({}, view);
  Stub stub(fixture.channel);
  v1::GetReportRequest request;
  v1::GetReportResponse response;
  request.set_rollout("r-older");
  request.set_format(v1::GetReportRequest::MARKDOWN);
  REQUIRE(fixture.Call(&Stub::GetReport, stub, request, response).ok());
  CHECK(response.verdict() == v1::Verdict::FAIL);
  CHECK(response.document().find("r-older") != std::string::npos);
  request.set_route("letters");
  CHECK(fixture.Call(&Stub::GetReport, stub, request, response).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_route();
  request.set_rollout("r-none");
  CHECK(fixture.Call(&Stub::GetReport, stub, request, response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("examples from before a restart come from the records") {
  ControlView view = samples::PassingView();
  CandidateView& candidate = view.candidates[0];
  candidate.diverged = 1;
  candidate.worst.clear();
  candidate.worst_since = view.at;
  candidate.window_since = view.at - std::chrono::minutes(5);
  AdminFixture fixture({}, view);
  DivergenceRecord record;
  record.id = "p-7";
  record.at = candidate.window_since + std::chrono::minutes(1);
  record.route = "digits";
  record.candidate = "v2";
  record.rollout_id = candidate.rollout->id;
  record.scores = {{"top1", true, 1, "3 became 5", "", {}}};
  fixture.divergences.records["p-7"] = record;
  Stub stub(fixture.channel);
  v1::GetReportRequest request;
  v1::GetReportResponse response;
  request.set_route("digits");
  request.set_format(v1::GetReportRequest::MARKDOWN);
  REQUIRE(fixture.Call(&Stub::GetReport, stub, request, response).ok());
  CHECK(response.document().find("p-7 at ") != std::string::npos);
  CHECK(fixture.divergences.last_filter.not_before < candidate.window_since);
}

TEST_CASE("the gate answers at once without a wait") {
  AdminFixture fixture;
  Stub stub(fixture.channel);
  v1::GateResponse response;
  REQUIRE(fixture.Call(&Stub::Gate, stub, GateFor("digits"), response).ok());
  CHECK(response.answer() == v1::GateResponse::YES);
  CHECK(response.candidate() == "v2");
  CHECK(response.rollout_id() == "r-0123456789ab");
  CHECK(response.plan_hash() == "00112233aabbccdd");
  CHECK(response.verdict().checks_size() == 2);
  CHECK(response.evidence_age().seconds() == 2);
  CHECK_FALSE(response.wait_expired());
  REQUIRE(fixture.Call(&Stub::Gate, stub, GateFor("letters", 60), response).ok());
  CHECK(response.answer() == v1::GateResponse::UNKNOWN);
  CHECK(fixture.control.Elapsed() == Duration::zero());
}

TEST_CASE("a waiting gate answers when the evidence is in") {
  AdminFixture fixture({}, samples::ObservedView());
  fixture.control.OnWait([&](int waits) {
    if (waits == 3) fixture.control.Publish(samples::PassingView());
  });
  Stub stub(fixture.channel);
  v1::GateResponse response;
  REQUIRE(fixture.Call(&Stub::Gate, stub, GateFor("digits", 600), response).ok());
  CHECK(response.answer() == v1::GateResponse::YES);
  CHECK(fixture.control.Elapsed() == std::chrono::seconds(4));
}

TEST_CASE("a waiting gate gives up when its time is over and says so") {
  AdminFixture fixture({}, samples::ObservedView());
  Stub stub(fixture.channel);
  v1::GateResponse response;
  REQUIRE(fixture.Call(&Stub::Gate, stub, GateFor("digits", 90), response).ok());
  CHECK(response.answer() == v1::GateResponse::NOT_YET);
  CHECK(response.wait_expired());
  CHECK(response.eta().seconds() == 160);
  CHECK(fixture.control.Elapsed() == std::chrono::seconds(90));
}

TEST_CASE("a gate's wait has bounds") {
  AdminFixture fixture({}, samples::ObservedView());
  Stub stub(fixture.channel);
  v1::GateResponse response;
  for (const int seconds : {-1, 3601}) {
    CHECK(fixture.Call(&Stub::Gate, stub, GateFor("digits", seconds), response).error_code() ==
          grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_CASE("the number of waiting gates is bounded and asking without a wait still works") {
  AdminLimits limits;
  limits.waiting_gates = 0;
  AdminFixture fixture(limits, samples::ObservedView());
  Stub stub(fixture.channel);
  v1::GateResponse response;
  CHECK(fixture.Call(&Stub::Gate, stub, GateFor("digits", 5), response).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(fixture.Call(&Stub::Gate, stub, GateFor("digits"), response).ok());
}

TEST_CASE("explain lists what is missing for each candidate") {
  AdminFixture fixture({}, samples::ObservedView());
  Stub stub(fixture.channel);
  v1::ExplainRolloutRequest request;
  v1::ExplainRolloutResponse response;
  request.set_route("digits");
  REQUIRE(fixture.Call(&Stub::Explain, stub, request, response).ok());
  REQUIRE(response.explanations_size() == 1);
  CHECK(response.explanations(0).eta().seconds() == 160);
  CHECK(response.explanations(0).blockers_size() > 0);
  request.set_candidate("v9");
  CHECK(fixture.Call(&Stub::Explain, stub, request, response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

}  // namespace understudy
