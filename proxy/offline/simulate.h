// How often and how fast a plan promotes or rolls back: many simulated rollouts of one plan on
// traffic with known shares of differences and errors, summed up.
//
// Threads: a pure function. The same spec gives the same result on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/offline/simulated_rollout.h"

namespace understudy {

struct SimulationSpec {
  RolloutSpec rollout;  // its `run` is counted up from 0
  std::uint64_t runs = 200;
};

// Of one number over some runs, by nearest rank: each was really seen in one of them.
struct Spread {
  double p10 = 0;
  double median = 0;
  double p90 = 0;
};

// How many runs ended in one way, and what it took from their start.
struct EndingSummary {
  std::uint64_t count = 0;
  double share = 0;               // of all runs, 0..1
  std::optional<Spread> pairs;    // compared; nothing without a run
  std::optional<Spread> seconds;  // simulated
};

// Where runs were that did not get through.
struct EndingPlace {
  Phase phase = Phase::kShadowing;
  std::uint32_t weight_ppm = 0;
  std::uint64_t rolled_back = 0;
  std::uint64_t held = 0;
  std::uint64_t undecided = 0;
};

// What carried rollbacks and holds.
struct EndingCause {
  std::string check;  // or kTimeOut
  std::uint64_t count = 0;
};

struct SimulationResult {
  std::uint64_t runs = 0;
  EndingSummary promoted, rolled_back, held, undecided;
  std::vector<EndingPlace> places;  // in the order of a rollout's way
  std::vector<EndingCause> causes;  // the most frequent first
  // Requests that the candidate answered in a run that was rolled back; 0 without such a run.
  std::uint64_t most_served_before_rollback = 0;
  std::optional<Spread> served_before_rollback;
  std::uint64_t approvals = 0;  // over all runs
};

// INVALID_ARGUMENT for a plan that no rollout can be created from; CANCELLED once `stopped`, which
// is asked often and may be empty, says true.
absl::StatusOr<SimulationResult> Simulate(const SimulationSpec& spec,
                                          const std::function<bool()>& stopped = nullptr);

}  // namespace understudy
