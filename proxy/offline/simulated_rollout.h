// One rollout from its start to its end, on simulated traffic and a simulated clock: the real state
// machine and the real tests, driven as the control loop drives them.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/model/plan.h"
#include "proxy/model/rollout.h"
#include "proxy/offline/simulated_traffic.h"

namespace understudy {

enum class RolloutEnding {
  kPromoted,    // COMPLETED
  kRolledBack,  // ROLLED_BACK
  kHeld,        // a failed check holds it, as the plan's on_fail wants it, until somebody acts
  kUndecided,   // the time was over
};

// What one rollout is made of.
struct RolloutSpec {
  Plan plan;
  TrafficModel traffic;
  Duration max_time = std::chrono::hours(24 * 7);  // of simulated time, then it is undecided
  std::uint64_t seed = 1;
  std::uint64_t run = 0;  // each run of a seed is other traffic
};

struct RolloutOutcome {
  RolloutEnding ending = RolloutEnding::kUndecided;
  // Where it was when it ended; before a rollback, where it came from.
  Phase phase = Phase::kShadowing;
  std::uint32_t weight_ppm = 0;
  // After kRolledBack and kHeld: the failed check with the most evidence, or kTimeOut.
  std::string carried_by;
  std::uint64_t pairs = 0;      // compared until then
  std::uint64_t served = 0;     // of them, requests that the candidate answered
  std::uint64_t approvals = 0;  // by an operator who never lets anybody wait
  Duration lasted{};            // simulated time from the start
};

// What carries a rollback that no check asked for: max_duration passed without a verdict.
inline constexpr const char* kTimeOut = "max_duration";

// INVALID_ARGUMENT for a plan that no rollout can be created from. `stopped` is asked at every look
// and may be empty; once it is true the rollout ends as undecided.
absl::StatusOr<RolloutOutcome> SimulateRollout(const RolloutSpec& spec,
                                               const std::function<bool()>& stopped = nullptr);

}  // namespace understudy
