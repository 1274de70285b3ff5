// What stands between a candidate and its next step.
#include "proxy/control/explain.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "test/support/control_view_samples.h"

namespace understudy {
namespace {

using samples::Noon;

Explanation Ask(const ControlView& view) { return Explain(view, view.candidates.at(0), Noon()); }

const Blocker* Find(const Explanation& explanation, const std::string& kind) {
  const auto found = std::find_if(explanation.blockers.begin(), explanation.blockers.end(),
                                  [&](const Blocker& blocker) { return blocker.kind == kind; });
  return found == explanation.blockers.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("nothing stands in the way of a stage that is done") {
  const Explanation explanation = Ask(samples::PassingView());
  CHECK(explanation.blockers.empty());
  CHECK(explanation.next_step == "raise to 100 % and bake");
}

TEST_CASE("all blockers of a stage are listed, with what is left") {
  ControlView view = samples::PassingView();
  CandidateView& candidate = view.candidates[0];
  candidate.rollout->stage_since = Noon(-20);
  candidate.rollout->holds.Add(Hold::kOperator);
  candidate.rollout->plan.stages.push_back(candidate.rollout->plan.stages.back());
  candidate.rollout->plan.stages[2].weight_ppm = 500'000;
  candidate.rollout->plan.stages[2].approval_required = true;
  candidate.pairs = 400;
  candidate.coverage.compared = 1000;
  candidate.coverage.uncomparable[static_cast<std::size_t>(UncomparableReason::kNotJson)] += 200;
  candidate.verdict = samples::ObservedView().candidates[0].verdict;
  const Explanation explanation = Ask(view);
  REQUIRE(Find(explanation, "time") != nullptr);
  CHECK(Find(explanation, "time")->sentence == "the stage has run 20 s of 1 min; 40 s are left");
  REQUIRE(Find(explanation, "samples") != nullptr);
  CHECK(Find(explanation, "samples")->sentence ==
        "400 of 1000 pairs are compared; 600 more are needed, 2 min 30 s at the present rate");
  CHECK(Find(explanation, "coverage") != nullptr);
  REQUIRE(Find(explanation, "approval") != nullptr);
  CHECK(Find(explanation, "approval")->sentence ==
        "the next stage, 50 %, begins only after `rollout approve`");
  CHECK(explanation.next_step == "raise to 50 %");
  REQUIRE(Find(explanation, "hold") != nullptr);
  CHECK(Find(explanation, "hold")->name == "OPERATOR");
  REQUIRE(Find(explanation, "check") != nullptr);
  CHECK(Find(explanation, "check")->name == "flips");
  CHECK(explanation.eta == std::chrono::seconds(160));
}

TEST_CASE(
    "what holds for lack of room, what a rate of 0 means and who killed are said as they are") {
  ControlView view = samples::PassingView();
  CandidateView& candidate = view.candidates[0];
  candidate.rollout->holds.Add(Hold::kCapacity);
  candidate.mirror_rate = 0;
  view.routes[0].killed = true;
  JournalLine line;
  line.actor = "operator:ada";
  line.reason = "the pager rang";
  line.at = Noon(-60);
  view.routes[0].killed_by = line;
  const Explanation explanation = Ask(view);
  REQUIRE(Find(explanation, "hold") != nullptr);
  CHECK(Find(explanation, "hold")->sentence.find("the route's other candidates leave no room") ==
        0);
  REQUIRE(Find(explanation, "mirror") != nullptr);
  CHECK(Find(explanation, "mirror")->sentence.find("mirror: {rate: 100%}") != std::string::npos);
  REQUIRE(Find(explanation, "killed") != nullptr);
  CHECK(Find(explanation, "killed")->sentence.find("by operator:ada") != std::string::npos);
  CHECK(Find(explanation, "killed")->sentence.find("the pager rang") != std::string::npos);
}

TEST_CASE("the time of a stage stands still while it is held") {
  RolloutState rollout = samples::Ramping();
  rollout.stage_held = std::chrono::seconds(100);
  CHECK(StageTime(rollout, Noon()) == std::chrono::seconds(200));
  rollout.held_since = Noon(-50);
  CHECK(StageTime(rollout, Noon()) == std::chrono::seconds(150));
  CHECK(StageTime(rollout, Noon(500)) == std::chrono::seconds(150));
}

TEST_CASE("the time to a verdict follows from the pairs that the slowest check misses") {
  ControlView view = samples::ObservedView();
  view.candidates[0].verdict.eta.reset();
  CHECK(Ask(view).eta == std::chrono::seconds(160));  // 640 pairs at 4 a second
  view.candidates[0].pairs_per_second = 0;
  CHECK_FALSE(Ask(view).eta.has_value());
}

TEST_CASE("a candidate without a rollout is told to have one, past its quarantine") {
  ControlView view = samples::ObservedView();
  CHECK(Find(Ask(view), "phase") != nullptr);
  CHECK(Find(Ask(view), "quarantine") == nullptr);
  view.quarantine = {{"digits", "2", "r-1", Noon(-10), "flips"}};
  CHECK(Find(Ask(view), "quarantine") != nullptr);
}

TEST_CASE("an ended rollout is explained by its end alone") {
  const Explanation explanation = Ask(samples::RolledBackView());
  REQUIRE(explanation.blockers.size() == 1);
  CHECK(explanation.next_step == "none");
  CHECK(explanation.summary.find("5.2 %") != std::string::npos);
}

TEST_CASE("killed, frozen, a lost store and stale evidence all stand in the way") {
  ControlView view = samples::PassingView();
  view.routes[0].killed = true;
  view.routes[0].frozen = true;
  view.store_available = false;
  view.candidates[0].verdict.newest_sample_at = Noon(-3600);
  const Explanation explanation = Ask(view);
  for (const char* kind : {"killed", "frozen", "store", "freshness"}) {
    CHECK(Find(explanation, kind) != nullptr);
  }
}

namespace {

bool Advises(const Explanation& explanation, const std::string& part) {
  return std::any_of(explanation.knobs.begin(), explanation.knobs.end(),
                     [&](const std::string& knob) { return knob.find(part) != std::string::npos; });
}

// A check that waits for pairs, ten minutes of them.
ControlView Waiting() {
  ControlView view = samples::PassingView();
  CheckResult& check = view.candidates[0].verdict.checks[0];
  check.kind = VerdictKind::kInconclusive;
  check.reason = InconclusiveReason::kInsufficientSamples;
  check.samples_missing = 600;
  check.eta = std::chrono::minutes(10);
  return view;
}

}  // namespace

TEST_CASE("a small mirror rate is named with what a larger one would gain") {
  ControlView view = Waiting();
  view.candidates[0].mirror_rate = view.candidates[0].mirror_rate_in_force = 0.1;
  CHECK(
      Advises(Ask(view), "100 % instead of 10 % would bring pairs 10 times as fast: about 1 min"));
  view.candidates[0].mirror_rate = view.candidates[0].mirror_rate_in_force = 1;
  CHECK(Ask(view).knobs.empty());
}

TEST_CASE("a candidate that does not keep up is what holds pairs back") {
  ControlView view = Waiting();
  view.candidates[0].mirror_rate = 1;
  view.candidates[0].mirror_rate_in_force = 0.25;
  CHECK(Advises(Ask(view), "more of its servers"));
}

TEST_CASE("segments that are not covered are named with the key that would not wait for them") {
  ControlView view = Waiting();
  CheckResult segment = view.candidates[0].verdict.checks[0];
  segment.segment = "language=fr";
  segment.covered = false;
  view.candidates[0].verdict.checks.push_back(segment);
  const Explanation explanation = Ask(view);
  CHECK(
      Advises(explanation, "'required: false' at the segment rule would not wait for language=fr"));
  const auto& blockers = explanation.blockers;
  CHECK(std::any_of(blockers.begin(), blockers.end(), [](const Blocker& blocker) {
    return blocker.name.find("language=fr") != std::string::npos;
  }));
}

TEST_CASE("where every check passes, the stage's own numbers are what is left") {
  ControlView view = samples::PassingView();
  view.candidates[0].rollout->plan.stages[view.candidates[0].rollout->stage].min_samples =
      1'000'000;
  CHECK(Advises(Ask(view), "min_samples of 1000000"));
}

TEST_CASE("a calibrating rollout says how often the incumbent was asked twice") {
  ControlView view = samples::PassingView();
  CandidateView& candidate = view.candidates[0];
  candidate.rollout->phase = Phase::kCalibrating;
  candidate.rollout->plan.calibration_samples = 500;
  candidate.verdict.control_samples = 20;
  const Explanation explanation = Ask(view);
  CHECK(explanation.next_step == "begin shadowing");
  const Blocker* samples = Find(explanation, "samples");
  REQUIRE(samples != nullptr);
  CHECK(samples->sentence.find("20 of 500") != std::string::npos);
}

}  // namespace understudy
