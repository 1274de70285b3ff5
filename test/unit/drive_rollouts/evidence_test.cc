// What the control loop makes of controls, serving arms, retries, warm-ups and late changes.
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

Topology WithControl(Plan plan) {
  Topology topology = DigitsTopology(plan);
  topology.routes.front().control = ControlArm{"v1", 1.0};
  return topology;
}

// Pairs whose incumbent was asked twice and agreed with itself.
void CompareTwice(DrivenRollouts& driven, int pairs) {
  const std::uint64_t window = driven.Serving("v2").window;
  CoverageCounters& counters = driven.book->CoverageOf("digits", "v2").At(0);
  std::vector<Sample> samples;
  for (int i = 0; i < pairs; ++i) {
    Sample sample;
    sample.route = "digits";
    sample.candidate = "v2";
    sample.window = window;
    sample.at = driven.now;
    sample.incumbent =
        sample.candidate_result = {.outcome = ExchangeOutcome::kAnswered, .status = 200};
    sample.scores = sample.control = {{0, 0.0}};
    samples.push_back(sample);
  }
  counters.eligible.Add(static_cast<std::uint64_t>(pairs));
  counters.mirrored.Add(static_cast<std::uint64_t>(pairs));
  counters.compared.Add(static_cast<std::uint64_t>(pairs));
  driven.driver->Ingest(samples);
}

void Arrive(DrivenRollouts& driven, const std::string& cluster, std::uint64_t requests) {
  const std::uint64_t split = driven.traffic.Read()->routes.front().split;
  REQUIRE(split > 0);
  SplitCounters& counters = driven.book->Arm("digits", cluster).At(0).OfSplit(split);
  REQUIRE(counters.Enter(split));
  counters.assigned.Add(requests);
  counters.requests.Add(requests);
}

TEST_CASE("a plan that asks for it calibrates first, until the incumbent was asked twice enough") {
  Plan plan = FlipPlan();
  plan.calibration_samples = 200;
  DrivenRollouts driven(WithControl(plan));
  driven.Begin();
  CHECK(driven.State().phase == Phase::kCalibrating);
  CHECK(driven.Weight("v2") == 0);
  CompareTwice(driven, 199);
  driven.Tick();
  CHECK(driven.State().phase == Phase::kCalibrating);
  CHECK(driven.Shown().verdict.control_samples == 199);
  const std::uint64_t window = driven.State().window;
  CompareTwice(driven, 1);
  driven.Tick();
  CHECK(driven.State().phase == Phase::kShadowing);
  CHECK(driven.State().stage == 0);
  CHECK(driven.State().window == window + 1);
  // Evidence of the calibration counts on.
  for (int i = 0; i < 30; ++i) {
    CompareTwice(driven, 10);
    driven.Tick();
  }
  CHECK(driven.State().phase == Phase::kRamping);
}

TEST_CASE("a rollout that calibrates survives a crash and can be rolled back") {
  Plan plan = FlipPlan();
  plan.calibration_samples = 200;
  DrivenRollouts driven(WithControl(plan));
  driven.Begin();
  CompareTwice(driven, 100);
  driven.Tick(4);
  driven.Crash();
  CHECK(driven.State().phase == Phase::kCalibrating);
  CHECK(driven.State().holds.Has(Hold::kRestarted));
  CHECK(driven.Do(CommandKind::kRollBack).ok());
  CHECK(driven.State().phase == Phase::kRolledBack);
}

TEST_CASE("the control is the incumbent in force, and nobody once another version was promoted") {
  Topology topology = WithControl(FlipPlan());
  DrivenRollouts driven(topology);
  CHECK(driven.traffic.Read()->routes.front().control->name == "v1");
  Cluster second = topology.clusters.front();
  second.name = "v1-b";
  topology.clusters.push_back(second);
  topology.routes.front().control->cluster = "v1-b";
  driven.topology = std::make_shared<const Topology>(topology);
  driven.driver->Reload(driven.topology);
  CHECK(driven.traffic.Read()->routes.front().control->name == "v1-b");
}

TEST_CASE("arms that get other shares than their weights stop a rollout") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.PassStage();
  REQUIRE(driven.Weight("v2") == 100'000);
  const auto arrive = [&](std::uint64_t candidate, std::uint64_t incumbent) {
    for (int i = 0; i < 20; ++i) {
      Arrive(driven, "v2", candidate);
      Arrive(driven, "v1", incumbent);
      driven.Compare("v2", 10);
      driven.Tick();
    }
  };
  arrive(30, 70);
  CHECK(driven.State().phase == Phase::kRamping);
  CHECK(driven.Weight("v2") == 100'000);
  CHECK(driven.Shown().verdict.reason == InconclusiveReason::kSampleRatioMismatch);
}

TEST_CASE("a split that holds lets it go on") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.PassStage();
  for (int i = 0; i < 30; ++i) {
    Arrive(driven, "v2", 10);
    Arrive(driven, "v1", 90);
    driven.Compare("v2", 10);
    driven.Tick();
  }
  CHECK(driven.Weight("v2") == 500'000);
}

TEST_CASE("the same work sent again is one pair, within five minutes") {
  DrivenRollouts driven;
  const std::uint64_t window = driven.Serving("v2").window;
  Sample sample;
  sample.route = "digits";
  sample.candidate = "v2";
  sample.window = window;
  sample.work_key = 77;
  sample.scores = {{0, 0.0}};
  sample.incumbent =
      sample.candidate_result = {.outcome = ExchangeOutcome::kAnswered, .status = 200};
  const auto add = [&](double minutes) {
    sample.at = driven.now +
                std::chrono::duration_cast<Duration>(std::chrono::duration<double>(minutes * 60));
    driven.driver->Ingest({sample});
  };
  add(0);
  add(1);
  sample.work_key = 78;
  add(1);
  sample.work_key = 77;
  add(7);
  driven.Tick(480);
  CHECK(driven.Shown().pairs == 3);
  CHECK(driven.Shown().retries == 1);
}

TEST_CASE("pairs of a stage's warm-up do not count") {
  Plan plan = FlipPlan();
  plan.warm_up = std::chrono::seconds(5);
  DrivenRollouts driven(DigitsTopology(plan));
  driven.Begin();
  driven.Compare("v2", 100, 100);
  driven.Tick(6);
  driven.Compare("v2", 50);
  driven.Tick();
  CHECK(driven.Shown().warming_up == 100);
  CHECK(driven.Shown().pairs == 50);
  CHECK(driven.State().phase == Phase::kShadowing);
}

TEST_CASE("a change for the worse that begins while baking rolls back, however clean the past") {
  Plan plan = FlipPlan();
  plan.bake_duration = std::chrono::hours(1);
  DrivenRollouts driven(DigitsTopology(plan));
  driven.Begin();
  for (int i = 0; i < 4; ++i) driven.PassStage();
  REQUIRE(driven.State().phase == Phase::kBaking);
  for (int i = 0; i < 50; ++i) {
    driven.Compare("v2", 1000);
    driven.Tick();
  }
  REQUIRE(driven.State().phase == Phase::kBaking);
  for (int i = 0; i < 10 && driven.State().phase == Phase::kBaking; ++i) {
    driven.Compare("v2", 20, 8);
    driven.Tick();
  }
  CHECK(driven.State().phase == Phase::kRolledBack);
  CHECK(driven.State().ended_reason.find("began lately") != std::string::npos);
}

TEST_CASE("a promoted incumbent that begins to fail raises an alarm, and is not rolled back") {
  DrivenRollouts driven;
  driven.Begin();
  for (int i = 0; i < 5; ++i) driven.PassStage();
  REQUIRE(driven.State().phase == Phase::kCompleted);
  for (int i = 0; i < 100; ++i) {
    driven.Serve("v2", 100, 0);
    driven.Tick();
  }
  CHECK(driven.driver->Read()->routes.front().late_change.empty());
  for (int i = 0; i < 20; ++i) {
    driven.Serve("v2", 100, 10);
    driven.Tick();
  }
  const std::string alarm = driven.driver->Read()->routes.front().late_change;
  INFO(alarm);
  CHECK(alarm.find("v2, promoted by rollout") == 0);
  CHECK(driven.State().phase == Phase::kCompleted);
}

}  // namespace
}  // namespace understudy
