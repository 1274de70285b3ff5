// Simulated rollouts: how plans decide on traffic whose truth is known.
#include "proxy/offline/simulate.h"

#include <cmath>

#include "offline_samples.h"
#include "proxy/offline/simulation_json.h"

namespace understudy {
namespace {

using Catch::Contains;
using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("a candidate that never differs is promoted as soon as the stages have had their time") {
  const SimulationResult result = Simulated(SpecOf(SmallPlan(), 0));
  CHECK(result.runs == 20);
  CHECK(result.promoted.count == 20);
  CHECK(result.promoted.share == 1);
  REQUIRE(result.promoted.seconds.has_value());
  CHECK(result.promoted.seconds->median == 60);
  CHECK(result.promoted.pairs->p90 == 6000);
  CHECK_FALSE(result.rolled_back.pairs.has_value());
  CHECK(result.places.empty());
  CHECK(result.causes.empty());
}

TEST_CASE("a candidate far beyond the margin is rolled back while it answers nobody") {
  const SimulationResult result = Simulated(SpecOf(SmallPlan(), 0.1));
  CHECK(result.rolled_back.count == 20);
  REQUIRE(result.places.size() == 1);
  CHECK(result.places[0].phase == Phase::kShadowing);
  CHECK(result.places[0].weight_ppm == 0);
  CHECK(result.places[0].rolled_back == 20);
  CHECK(result.most_served_before_rollback == 0);
  // Statistics wait for min_samples, and then for the next look.
  CHECK(result.rolled_back.pairs->p10 >= 500);
  CHECK(result.rolled_back.pairs->p90 <= 500 + 100);
}

TEST_CASE("a rollback is carried by the check that has the most evidence") {
  Plan plan = SmallPlan();
  plan.checks = {ErrorsAtMost(0.01)};
  plan.checks.push_back(FlipsAtMost(0.5));
  SimulationSpec spec = SpecOf(plan, 0);
  spec.rollout.traffic.error_rate = 0.05;
  const SimulationResult result = Simulated(spec);
  CHECK(result.rolled_back.count == 20);
  REQUIRE(result.causes.size() == 1);
  CHECK(result.causes[0].check == "errors");
  CHECK(result.causes[0].count == 20);
}

TEST_CASE("a stage's own check rolls back at that stage, after the candidate has answered some") {
  Plan plan = SmallPlan();
  plan.checks = {FlipsAtMost(0.5)};
  plan.stages[2].checks = {ErrorsAtMost(0.01)};
  SimulationSpec spec = SpecOf(plan, 0);
  spec.rollout.traffic.error_rate = 0.05;
  const SimulationResult result = Simulated(spec);
  REQUIRE(result.rolled_back.count == 20);
  REQUIRE(result.places.size() == 1);
  CHECK(result.places[0].phase == Phase::kRamping);
  CHECK(result.places[0].weight_ppm == 500'000);
  // A tenth of the 1,000 pairs of ten seconds, and half of what came in the last stage.
  REQUIRE(result.served_before_rollback.has_value());
  CHECK(result.served_before_rollback->p10 >= 100);
  CHECK(result.served_before_rollback->p90 <= 250);
  CHECK(result.most_served_before_rollback >= result.served_before_rollback->p90);
}

TEST_CASE("a candidate just beyond the margin is promoted no more often than alpha") {
  SimulationSpec spec = SpecOf(SmallPlan(), 0.0201, 50);
  spec.rollout.plan.alpha_promotion = 0.2;
  spec.rollout.max_time = minutes(30);
  const SimulationResult result = Simulated(spec);
  CHECK(result.promoted.share <= 0.2 + 2 * std::sqrt(0.2 * 0.8 / 50));
}

TEST_CASE("a candidate just within the margin is rolled back no more often than alpha") {
  SimulationSpec spec = SpecOf(SmallPlan(), 0.0199, 50);
  spec.rollout.plan.alpha_rollback = 0.2;
  spec.rollout.max_time = minutes(30);
  const SimulationResult result = Simulated(spec);
  CHECK(result.rolled_back.share <= 0.2 + 2 * std::sqrt(0.2 * 0.8 / 50));
}

TEST_CASE("a candidate at the margin is undecided when the time is over") {
  SimulationSpec spec = SpecOf(SmallPlan(), 0.02, 5);
  spec.rollout.max_time = minutes(5);
  const SimulationResult result = Simulated(spec);
  REQUIRE(result.undecided.count > 0);
  CHECK(result.undecided.seconds->median == 300);
  CHECK(result.undecided.pairs->median == 30'000);
  REQUIRE_FALSE(result.places.empty());
  CHECK(result.places[0].undecided > 0);
}

TEST_CASE("time rolls a rollout back where the plan says so, and no check carries that") {
  Plan plan = SmallPlan();
  plan.stages[0].max_duration = minutes(2);
  plan.on_inconclusive = OnInconclusive::kRollback;
  const SimulationResult result = Simulated(SpecOf(plan, 0.02, 5));
  REQUIRE(result.rolled_back.count > 0);
  CHECK(result.rolled_back.seconds->median == 120);
  CHECK(result.causes[0].check == kTimeOut);
}

TEST_CASE("a failed check that holds the rollout is counted apart from rollbacks") {
  Plan plan = SmallPlan();
  plan.on_fail = OnFail::kHold;
  const SimulationResult result = Simulated(SpecOf(plan, 0.1));
  CHECK(result.held.count == 20);
  CHECK(result.rolled_back.count == 0);
  REQUIRE(result.causes.size() == 1);
  CHECK(result.causes[0].check == "flips");
  CHECK(result.places[0].held == 20);
}

TEST_CASE("a rollout that stepped down stays held at the weight it fell to") {
  Plan plan = SmallPlan();
  plan.checks = {FlipsAtMost(0.5)};
  plan.stages[2].checks = {ErrorsAtMost(0.01)};
  plan.on_fail = OnFail::kStepDown;
  SimulationSpec spec = SpecOf(plan, 0, 5);
  spec.rollout.traffic.error_rate = 0.05;
  const SimulationResult result = Simulated(spec);
  CHECK(result.held.count == 5);
  REQUIRE(result.places.size() == 1);
  CHECK(result.places[0].weight_ppm == 100'000);
  CHECK(result.causes[0].check == "errors");
}

TEST_CASE("a plan that calibrates first waits until the incumbent was asked twice often enough") {
  Plan plan = SmallPlan();
  plan.calibration_samples = 200;
  SimulationSpec spec = SpecOf(plan, 0, 3);
  const SimulationResult without = Simulated(spec);
  CHECK(without.undecided.count == 3);
  REQUIRE(without.places.size() == 1);
  CHECK(without.places[0].phase == Phase::kCalibrating);
  spec.rollout.traffic.control_rate = 1;
  const SimulationResult with = Simulated(spec);
  CHECK(with.promoted.count == 3);
  CHECK(with.promoted.seconds->median == 62);
}

TEST_CASE("an operator approves at once, and each approval is counted") {
  Plan plan = SmallPlan();
  plan.stages[1].approval_required = true;
  plan.stages[2].approval_required = true;
  const SimulationResult result = Simulated(SpecOf(plan, 0, 10));
  CHECK(result.promoted.count == 10);
  CHECK(result.promoted.seconds->median == 60);
  CHECK(result.approvals == 20);
}

TEST_CASE("the incumbent's own noise counts against a candidate only where it is not known") {
  SimulationSpec spec = SpecOf(SmallPlan(), 0);
  spec.rollout.traffic.noise = 0.1;
  CHECK(Simulated(spec).rolled_back.count == 20);
  spec.rollout.traffic.control_rate = 1;
  CHECK(Simulated(spec).promoted.count == 20);
  spec.rollout.traffic.true_rate = 0.1;
  CHECK(Simulated(spec).rolled_back.count == 20);
}

TEST_CASE("checks of latency and of values find nothing and pass, however many pairs come") {
  Plan plan = SmallPlan();
  plan.checks.push_back({.name = "latency", .kind = CheckKind::kLatency, .at_most_ratio = 1.25});
  plan.checks.push_back({.name = "tokens",
                         .kind = CheckKind::kValue,
                         .value = "completion",
                         .at_most_increase = 0.05});
  plan.stages[2].checks = {
      {.name = "served latency", .kind = CheckKind::kServingLatency, .at_most_ratio = 1.25}};
  for (const double pairs_per_second : {100.0, 5000.0}) {
    SimulationSpec spec = SpecOf(plan, 0, 3);
    spec.rollout.traffic.pairs_per_second = pairs_per_second;
    CHECK(Simulated(spec).promoted.count == 3);
  }
}

TEST_CASE("slow traffic takes its time, and timers end when they should") {
  Plan plan = SmallPlan();
  plan.max_evidence_age = hours(1);
  plan.stages[0].max_duration = minutes(2);
  plan.on_inconclusive = OnInconclusive::kRollback;
  SimulationSpec spec = SpecOf(plan, 0, 1);
  spec.rollout.traffic.pairs_per_second = 0.1;
  CHECK(Simulated(spec).rolled_back.seconds->median == 120);
}

TEST_CASE("a seed always gives the same result, and another seed other traffic") {
  const SimulationSpec spec = SpecOf(SmallPlan(), 0.04);
  SimulationSpec other = spec;
  other.rollout.seed = 2;
  const std::string first = SimulationJson(spec, Simulated(spec));
  CHECK(first == SimulationJson(spec, Simulated(spec)));
  CHECK(first != SimulationJson(spec, Simulated(other)));
}

TEST_CASE("a simulation that is told to stop gives no result") {
  const auto stopped = Simulate(SpecOf(SmallPlan(), 0), [] { return true; });
  CHECK(stopped.status().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("a plan that no rollout can have is refused") {
  Plan plan = SmallPlan();
  plan.stages.clear();
  CHECK(Simulate(SpecOf(plan, 0)).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("the JSON document has every number under a name, and null where no run gave one") {
  const SimulationSpec spec = SpecOf(SmallPlan(), 0.1);
  const std::string json = SimulationJson(spec, Simulated(spec));
  CHECK_THAT(json, Contains("\"plan\": \"small\""));
  CHECK_THAT(json, Contains("\"runs\": 20"));
  CHECK_THAT(json, Contains("\"rolled_back\": 20"));
  CHECK_THAT(json, Contains("\"share_rolled_back\": 1"));
  CHECK_THAT(json, Contains("\"median_pairs_to_promotion\": null"));
  CHECK_THAT(json, Contains("\"median_pairs_to_rollback\": 500"));
  CHECK_THAT(json, Contains("\"median_seconds_to_rollback\": 5"));
  CHECK_THAT(json, Contains("\"check\": \"flips\""));
  CHECK_THAT(json, Contains("\"phase\": \"SHADOWING\""));
}

}  // namespace
}  // namespace understudy
