// Why a candidate is not advancing, what is missing, and when there will be a verdict.
//
// Threads: a pure function of the picture and the time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy {

// One thing that stands between a candidate and its next step.
struct Blocker {
  std::string kind;      // "hold", "time", "samples", "coverage", "check", "approval", "freshness",
                         // "mirror", "killed", "frozen", "store", "phase" or "quarantine"
  std::string name;      // the hold or check, else empty
  std::string sentence;  // what it is and what resolves it
};

struct Explanation {
  std::string route;
  std::string candidate;
  std::string summary;             // one sentence
  std::vector<Blocker> blockers;   // empty: nothing stands in the way
  std::optional<Duration> eta;     // to a verdict, at the present rate
  std::string next_step;           // "start", "raise to 10 %", "complete", "none"
  std::vector<std::string> knobs;  // what would shorten it, and by how much
};

// All blockers are listed, none hides another. `candidate` is of `view`.
Explanation Explain(const ControlView& view, const CandidateView& candidate, WallTime now);

// Time the stage has run, without the time it was held.
Duration StageTime(const RolloutState& rollout, WallTime now);

}  // namespace understudy
