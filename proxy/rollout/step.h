// What goes into the rollout state machine beside the state, and what comes out of it.
//
// Threads: values only.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/rollout.h"
#include "proxy/model/verdict.h"

namespace understudy {

// The world around a rollout at the moment of a step.
struct RolloutFacts {
  bool route_killed = false;
  bool route_frozen = false;
  bool store_available = true;
  std::uint32_t others_ppm = 0;      // what the route's other candidates serve together
  const Verdict* verdict = nullptr;  // the newest; nullptr: none. Outlives the step.
  std::uint64_t verdict_window = 0;  // the evidence window it judged
  bool has_control = true;           // the incumbent is asked twice
  WallTime started_at{};             // of this process
};

// Time passed, or a new verdict stands in the facts.
struct TimePassed {};
// The serving candidate fails in a way that needs no statistics.
struct BreakerTripped {
  std::string reason;
};
// The process came back; it was last known to run at `last_alive`.
struct Restarted {
  WallTime last_alive{};
};
// The configuration names other versions than the rollout was created for.
struct VersionsMoved {
  std::string reason;
};
// The configuration no longer has the candidate on this route.
struct CandidateMissing {
  std::string reason;
};
// The evidence gathered so far cannot be used any more.
struct EvidenceLost {
  std::string reason;
};
using RolloutInput = std::variant<TimePassed, Command, BreakerTripped, Restarted, VersionsMoved,
                                  CandidateMissing, EvidenceLost>;

// What has to be done besides keeping the new state and its journal lines.
enum class RolloutAction {
  kRaise,        // the weight rose: write first, then publish
  kLower,        // the weight fell: publish first, then write
  kStartWindow,  // samples from now on belong to state.window
  kQuarantine,   // the candidate's version may not start again without a word
  kUnquarantine,
  kMakeIncumbent,  // the candidate is the route's incumbent from now on
};

// Invariant: the state differs from the one before exactly when there is a journal line, and then
// its generation is greater.
struct RolloutStep {
  RolloutState state;
  std::vector<RolloutAction> actions;
  std::vector<JournalLine> journal;

  bool Changed() const { return !journal.empty(); }
  bool Has(RolloutAction action) const {
    for (const RolloutAction mine : actions) {
      if (mine == action) return true;
    }
    return false;
  }
};

}  // namespace understudy
