// Plans and simulations in few words, for the tests of what runs without a server.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "proxy/offline/simulate.h"
#include "test/support/stages.h"

namespace understudy {

inline Check FlipsAtMost(double limit) {
  return {
      .name = "flips", .kind = CheckKind::kComparatorMean, .comparator = "top1", .at_most = limit};
}

inline Check ErrorsAtMost(double limit) {
  return {.name = "errors", .kind = CheckKind::kErrorRate, .at_most = limit};
}

// Shadow, 10 %, 50 %; 500 pairs and ten seconds each, half a minute of baking; at most 2 % flips.
inline Plan SmallPlan() {
  Plan plan;
  plan.name = "small";
  plan.stages = {StageOf(0, 500, 10), StageOf(100'000, 500, 10), StageOf(500'000, 500, 10)};
  plan.bake_duration = std::chrono::seconds(30);
  plan.checks = {FlipsAtMost(0.02)};
  return plan;
}

inline SimulationSpec SpecOf(Plan plan, double true_rate, std::uint64_t runs = 20) {
  SimulationSpec spec;
  spec.rollout.plan = std::move(plan);
  spec.rollout.traffic.true_rate = true_rate;
  spec.rollout.max_time = std::chrono::hours(2);
  spec.runs = runs;
  return spec;
}

inline SimulationResult Simulated(const SimulationSpec& spec) {
  auto result = Simulate(spec);
  REQUIRE(result.ok());
  return *std::move(result);
}

}  // namespace understudy
