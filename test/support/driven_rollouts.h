// A RolloutDriver with everything around it in memory: a store, counters, a clock to set, and
// traffic made by hand. The driver can be crashed and started again over the same store.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/flow/drive_rollouts.h"
#include "test/support/memory_control_store.h"
#include "test/support/scripted_rollout.h"

namespace understudy {

// Plan with one check: top1 differs in at most 10 % of pairs.
inline Plan FlipPlan() {
  Plan plan = FourStagePlan();
  Check flips;
  flips.name = "flips";
  flips.comparator = "top1";
  flips.at_most = 0.1;
  plan.checks = {flips};
  return plan;
}

// Route "digits": incumbent v1, candidates v2 and v3, plan "default".
inline Topology DigitsTopology(const Plan& plan) {
  Topology topology;
  for (const char* name : {"1", "2", "3"}) {
    Cluster cluster;
    cluster.name = std::string("v") + name;
    cluster.version = name;
    topology.clusters.push_back(cluster);
  }
  Route route;
  route.name = "digits";
  route.incumbent = "v1";
  route.plan = plan.name;
  for (const char* name : {"v2", "v3"}) {
    CandidateArm arm;
    arm.cluster = name;
    arm.mirror.rate = 1;
    route.candidates.push_back(arm);
  }
  topology.routes.push_back(route);
  topology.plans.push_back(plan);
  return topology;
}

struct DrivenRollouts {
  explicit DrivenRollouts(Topology wanted = DigitsTopology(FlipPlan()))
      : topology(std::make_shared<const Topology>(std::move(wanted))) {
    Start();
  }

  // A crash: nothing is saved, counters begin at zero. Then a new process over the same store.
  void Crash() {
    driver.reset();
    Start();
  }

  void Start() {
    book = std::make_unique<TrafficBook>(2, 1);
    driver = std::make_unique<RolloutDriver>(
        topology,
        RolloutSurroundings{*book, traffic, store, [this](const Route&) { return comparators; },
                            [this] { return now; }, [](std::function<void()> run) { run(); }});
    store.SetTime(now);
    REQUIRE(driver->Load().ok());
  }

  void Tick(double seconds = 0.5) {
    now += std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    store.SetTime(now);
    driver->Tick(now);
  }

  const CandidateTraffic& Serving(const std::string& candidate) {
    view = traffic.Read();
    for (const CandidateTraffic& one : view->routes.front().candidates) {
      if (one.cluster->name == candidate) return one;
    }
    FAIL("no candidate " << candidate << " in the traffic view");
    throw std::logic_error("unreachable");
  }
  std::uint32_t Weight(const std::string& candidate) { return Serving(candidate).weight_ppm; }

  // `pairs` mirrored and compared pairs in the present window, of which `flips` differ.
  void Compare(const std::string& candidate, int pairs, int flips = 0) {
    const std::uint64_t window = Serving(candidate).window;
    CoverageCounters& counters = book->CoverageOf("digits", candidate).At(0);
    std::vector<Sample> samples;
    for (int i = 0; i < pairs; ++i) {
      Sample sample;
      sample.route = "digits";
      sample.candidate = candidate;
      sample.window = window;
      sample.at = now;
      sample.incumbent = {ExchangeOutcome::kAnswered, 200, std::chrono::milliseconds(5), {}, 10};
      sample.candidate_result = sample.incumbent;
      sample.scores = {{0, i < flips ? 1.0 : 0.0}};
      samples.push_back(sample);
    }
    counters.eligible.Add(static_cast<std::uint64_t>(pairs));
    counters.mirrored.Add(static_cast<std::uint64_t>(pairs));
    counters.compared.Add(static_cast<std::uint64_t>(pairs));
    driver->Ingest(samples);
  }

  // Requests the candidate served to clients; the last `errors` of them failed.
  void Serve(const std::string& candidate, int requests, int errors) {
    ArmCounters& counters = book->Arm("digits", candidate).At(0);
    for (int i = 0; i < requests; ++i) {
      const bool failed = i >= requests - errors;
      counters.by_class[failed ? 5 : 2].Add();
      if (failed) {
        counters.errors.Add();
        counters.consecutive_errors.Add();
      } else {
        counters.consecutive_errors.Set(0);
      }
    }
  }

  absl::StatusOr<RolloutState> Do(CommandKind kind, const std::string& candidate = "v2",
                                  bool overrides = false, std::uint32_t ppm = 0) {
    Command command;
    command.kind = kind;
    command.route = "digits";
    command.candidate = candidate;
    command.actor = "ada";
    command.reason = "because";
    command.override_verdict = overrides;
    command.weight_ppm = ppm;
    return driver->Apply(command);
  }

  // Created and started.
  void Begin(const std::string& candidate = "v2") {
    REQUIRE(Do(CommandKind::kCreate, candidate).ok());
    REQUIRE(Do(CommandKind::kStart, candidate).ok());
  }

  // Clean traffic until the stage changes, at most a minute.
  void PassStage(const std::string& candidate = "v2") {
    const RolloutState before = State(candidate);
    for (int i = 0; i < 120; ++i) {
      Compare(candidate, 10);
      Tick();
      const RolloutState after = State(candidate);
      if (after.window != before.window || after.phase != before.phase) return;
    }
  }

  RolloutState State(const std::string& candidate = "v2") {
    const CandidateView& shown = Shown(candidate);
    return shown.rollout.value_or(RolloutState{});
  }
  const CandidateView& Shown(const std::string& candidate = "v2") {
    control = driver->Read();
    const CandidateView* found = control->Find("digits", candidate);
    REQUIRE(found != nullptr);
    return *found;
  }
  RolloutState Stored(const std::string& id) const {
    for (const RolloutState& rollout : store.contents().rollouts) {
      if (rollout.id == id) return rollout;
    }
    return {};
  }

  MemoryControlStore store;
  Snapshot<TrafficView> traffic;
  WallTime now = WallAt(0);
  RouteComparators comparators{{"top1"}};
  std::shared_ptr<const Topology> topology;
  std::unique_ptr<TrafficBook> book;
  std::unique_ptr<RolloutDriver> driver;
  std::shared_ptr<const TrafficView> view;
  std::shared_ptr<const ControlView> control;
};

}  // namespace understudy
