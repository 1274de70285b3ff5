// When a weight may rise. "Down is easy, up is hard" is decided here and nowhere else.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "proxy/rollout/step.h"

namespace understudy {

// Where the next raise leads from a started rollout.
struct RaiseTarget {
  bool completes = false;  // from BAKING
  bool bakes = false;
  std::size_t stage = 0;  // unless it bakes or completes
  std::uint32_t weight_ppm = 0;
};
RaiseTarget NextTarget(const RolloutState& state);

// The stage that the next raise begins, where it asks for an approval it does not have. 100 % and
// completion ask for none.
std::optional<std::size_t> UnapprovedStage(const RolloutState& state);

// Every required check passes; a check that is not required may have failed.
bool RequiredChecksPass(const Verdict& verdict);

// What no override lifts: a store that does not write (UNAVAILABLE); a killed or frozen route, or
// no room beside the other candidates (FAILED_PRECONDITION).
absl::Status RaisePossible(const RolloutState& state, const RolloutFacts& facts,
                           std::uint32_t weight_ppm);
bool HasRoom(const RolloutFacts& facts, std::uint32_t weight_ppm);

// What is missing of the evidence for the next raise, as a sentence: a PASS of this window, newer
// than max_evidence_age, taken after the stage had its time, samples and coverage. Nothing: it is
// all there. An approval is not evidence and is not looked at.
std::optional<std::string> MissingEvidence(const RolloutState& state, const RolloutFacts& facts,
                                           WallTime now);

}  // namespace understudy
