// The gate's decision on pictures of every kind.
#include "proxy/control/gate.h"

#include <catch2/catch.hpp>

#include "test/support/control_view_samples.h"

namespace understudy {
namespace {

using samples::Noon;

const GateQuery kDigits{"digits", "v2", ""};

GateAnswer Ask(const ControlView& view, const GateQuery& query = kDigits) {
  return DecideGate(view, query, Noon());
}

std::string Code(const GateAnswer& answer) { return answer.reasons.at(0).code; }

}  // namespace

TEST_CASE("the gate says yes to a fresh pass and names version and rollout") {
  const GateAnswer answer = Ask(samples::PassingView());
  CHECK(answer.kind == GateKind::kYes);
  CHECK(answer.settled);
  CHECK(Code(answer) == "PASS");
  CHECK(answer.candidate_version == "2");
  REQUIRE(answer.rollout.has_value());
  CHECK(answer.rollout->id == "r-0123456789ab");
  CHECK(answer.evidence_age == std::chrono::seconds(2));
}

TEST_CASE("the gate finds the only candidate of a route by itself") {
  CHECK(Ask(samples::PassingView(), {"digits", "", "2"}).candidate == "v2");
}

TEST_CASE("the gate asks for a name where a route has two candidates") {
  ControlView view = samples::PassingView();
  view.candidates.push_back(view.candidates[0]);
  view.candidates[1].candidate = "v3";
  const GateAnswer answer = Ask(view, {"digits", "", ""});
  CHECK(answer.kind == GateKind::kUnknown);
  CHECK(answer.settled);
}

TEST_CASE("the gate says unknown to names it does not know") {
  CHECK(Ask(samples::PassingView(), {"letters", "v2", ""}).kind == GateKind::kUnknown);
  CHECK(Ask(samples::PassingView(), {"digits", "v9", ""}).kind == GateKind::kUnknown);
  CHECK(Ask(ControlView{}).kind == GateKind::kUnknown);
}

TEST_CASE("the gate says unknown before the first evaluation") {
  ControlView view = samples::ObservedView();
  view.candidates[0].verdict = Verdict{};
  const GateAnswer answer = Ask(view);
  CHECK(answer.kind == GateKind::kUnknown);
  CHECK_FALSE(answer.settled);
}

TEST_CASE("the gate says unknown to a pass that rests on no required check") {
  ControlView view = samples::PassingView();
  view.candidates[0].verdict.checks.clear();
  CHECK(Ask(view).kind == GateKind::kUnknown);
  view = samples::PassingView();
  for (CheckResult& check : view.candidates[0].verdict.checks) check.required = false;
  CHECK(Ask(view).kind == GateKind::kUnknown);
  view = samples::PassingView();
  view.candidates[0].verdict.samples = 0;
  CHECK(Ask(view).kind == GateKind::kUnknown);
}

TEST_CASE("the gate says no to a failing check and names it") {
  Verdict verdict = samples::PassingVerdict();
  verdict.kind = VerdictKind::kFail;
  verdict.checks[0] = samples::Failing("flips");
  const GateAnswer answer = Ask(samples::ViewWith(samples::Ramping(), verdict));
  CHECK(answer.kind == GateKind::kNo);
  CHECK(answer.settled);
  CHECK(Code(answer) == "CHECK_FAILED");
  CHECK(answer.reasons[0].check == "flips");
}

TEST_CASE("the gate says no to a failing required check whatever the verdict claims") {
  Verdict verdict = samples::PassingVerdict();
  verdict.checks[0] = samples::Failing("flips");
  CHECK(Ask(samples::ViewWith(samples::Ramping(), verdict)).kind == GateKind::kNo);
}

TEST_CASE("the gate says no to a version that was rolled back or is in quarantine") {
  CHECK(Code(Ask(samples::RolledBackView())) == "QUARANTINED");
  ControlView view = samples::RolledBackView();
  view.quarantine.clear();
  view.candidates[0].verdict = samples::PassingVerdict();
  CHECK(Ask(view).kind == GateKind::kNo);
  CHECK(Code(Ask(view)) == "ROLLED_BACK");
}

TEST_CASE("a rollback of an earlier version says nothing about the present one") {
  ControlView view = samples::PassingView();
  RolloutState earlier = samples::Ramping();
  earlier.phase = Phase::kRolledBack;
  earlier.candidate_version = "1.9";
  view.rollouts.push_back(earlier);
  view.quarantine = {{"digits", "1.9", earlier.id, Noon(-100), "flips"}};
  CHECK(Ask(view).kind == GateKind::kYes);
  CHECK(Ask(view, {"digits", "v2", "1.9"}).kind == GateKind::kNo);
}

TEST_CASE("the gate says not yet to inconclusive evidence and gives each reason") {
  const GateAnswer answer = Ask(samples::ObservedView());
  CHECK(answer.kind == GateKind::kNotYet);
  CHECK_FALSE(answer.settled);
  CHECK(Code(answer) == "INSUFFICIENT_SAMPLES");
  REQUIRE(answer.reasons.size() == 2);
  CHECK(answer.reasons[1].check == "flips");
}

TEST_CASE("the gate says not yet while anything stops raises") {
  const auto with_hold = [](Hold hold) {
    RolloutState rollout = samples::Ramping();
    rollout.holds.Add(hold);
    return Ask(samples::ViewWith(rollout, samples::PassingVerdict()));
  };
  for (const Hold hold :
       {Hold::kOperator, Hold::kInconclusive, Hold::kFrozen, Hold::kRestarted, Hold::kCapacity}) {
    CHECK(with_hold(hold).kind == GateKind::kNotYet);
  }
  CHECK(Code(with_hold(Hold::kRestarted)) == "HOLD_RESTARTED");
  CHECK(with_hold(Hold::kFailedCheck).kind == GateKind::kNo);

  ControlView view = samples::PassingView();
  view.routes[0].killed = true;
  CHECK(Code(Ask(view)) == "KILLED");
  view = samples::PassingView();
  view.routes[0].frozen = true;
  CHECK(Ask(view).kind == GateKind::kNotYet);
  view = samples::PassingView();
  view.store_available = false;
  CHECK(Code(Ask(view)) == "STORE_UNAVAILABLE");
}

TEST_CASE("the gate says that an approval is missing, held for it or about to be") {
  RolloutState rollout = samples::Ramping();
  rollout.holds.Add(Hold::kAwaitingApproval);
  CHECK(Ask(samples::ViewWith(rollout, samples::PassingVerdict())).kind ==
        GateKind::kNeedsApproval);
  rollout = samples::Ramping();
  rollout.plan.stages.push_back(rollout.plan.stages.back());
  rollout.plan.stages[2].approval_required = true;
  CHECK(Ask(samples::ViewWith(rollout, samples::PassingVerdict())).kind ==
        GateKind::kNeedsApproval);
  rollout.stage_approved = true;
  CHECK(Ask(samples::ViewWith(rollout, samples::PassingVerdict())).kind == GateKind::kYes);
  rollout = samples::Ramping();
  rollout.plan.stages[1].approval_required = true;  // it has begun: it was approved
  CHECK(Ask(samples::ViewWith(rollout, samples::PassingVerdict())).kind == GateKind::kYes);
}

TEST_CASE("the gate says stale to another version than asked") {
  const GateAnswer answer = Ask(samples::PassingView(), {"digits", "v2", "3"});
  CHECK(answer.kind == GateKind::kStale);
  CHECK(answer.settled);
  CHECK(answer.candidate_version == "2");

  ControlView view = samples::PassingView();
  view.candidates[0].candidate_version = "3";  // the file moved on under the rollout
  CHECK(Ask(view).kind == GateKind::kStale);
  view = samples::PassingView();
  view.candidates[0].incumbent_version = "1.1";
  CHECK(Code(Ask(view)) == "OTHER_INCUMBENT");
}

TEST_CASE("the gate says stale to evidence or an evaluation older than the plan allows") {
  ControlView view = samples::PassingView();
  const auto age = std::chrono::minutes(10);
  view.candidates[0].verdict.newest_sample_at = Noon() - age;
  CHECK(Ask(view).kind == GateKind::kYes);
  view.candidates[0].verdict.newest_sample_at = Noon() - age - Duration(1);
  CHECK(Ask(view).kind == GateKind::kStale);
  CHECK_FALSE(Ask(view).settled);
  view = samples::PassingView();
  view.candidates[0].verdict.evaluated_at = Noon() - age - Duration(1);
  CHECK(Ask(view).kind == GateKind::kStale);
}

TEST_CASE("the gate says yes to a completed rollout for as long as it is the incumbent") {
  RolloutState rollout = samples::Ramping();
  rollout.phase = Phase::kCompleted;
  ControlView view = samples::ViewWith(rollout, Verdict{});
  view.routes[0].incumbent = "v2";
  CHECK(Ask(view).kind == GateKind::kYes);
  CHECK(Code(Ask(view)) == "COMPLETED");
  view.candidates.clear();  // the file caught up
  CHECK(Ask(view, {"digits", "v2", "2"}).kind == GateKind::kYes);
  CHECK(Ask(view, {"digits", "v2", "3"}).kind == GateKind::kUnknown);
  view.routes[0].incumbent = "v1";
  CHECK(Ask(view, {"digits", "v2", "2"}).kind == GateKind::kUnknown);
}

TEST_CASE("a warning of a check that is not required opens the gate and is told") {
  Verdict verdict = samples::PassingVerdict();
  verdict.kind = VerdictKind::kWarn;
  CheckResult warning = samples::Passing("latency");
  warning.kind = VerdictKind::kWarn;
  warning.required = false;
  verdict.checks.push_back(warning);
  const GateAnswer answer = Ask(samples::ViewWith(samples::Ramping(), verdict));
  CHECK(answer.kind == GateKind::kYes);
  REQUIRE(answer.reasons.size() == 2);
  CHECK(answer.reasons[1].code == "WARNING");
}

}  // namespace understudy
