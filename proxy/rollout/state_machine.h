// The rollout state machine: the only code that makes a rollout state, as a pure function of the
// state before, one input and the facts around it.
//
// Threads: any. Invariants: product rules that hold for every step, whatever the history:
//   a weight rises only on a fresh PASS or by a recorded override, never on a killed or frozen
//   route or beyond 100 % together with the route's other candidates; FAIL, rollback and kill work
//   in every phase that is not an end; INCONCLUSIVE neither raises nor counts as a failure; every
//   change has a journal line; an ended rollout never changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/rollout/step.h"

namespace understudy {

struct NewRollout {
  std::string id;
  std::string route;
  std::string incumbent;
  std::string incumbent_version;
  std::string candidate;
  std::string candidate_version;
  Plan plan;
  std::uint64_t window = 0;  // above every evidence window the candidate had on this route
  std::string actor;
  std::string reason;
  bool unquarantine = false;
};

// A DRAFT of generation 1. A plan whose first stage has a weight gets a stage of weight 0 before it
// with that stage's samples and coverage, since no weight rises without evidence.
// FAILED_PRECONDITION when the version is in quarantine and unquarantine is not set;
// INVALID_ARGUMENT for a plan without stages, or whose weights fall.
absl::StatusOr<RolloutStep> CreateRollout(const NewRollout& wanted,
                                          const std::optional<Quarantine>& quarantine,
                                          WallTime now);

// One step. Only commands are refused; other inputs that do not apply change nothing.
absl::StatusOr<RolloutStep> StepRollout(const RolloutState& state, const RolloutInput& input,
                                        const RolloutFacts& facts, WallTime now);

}  // namespace understudy
