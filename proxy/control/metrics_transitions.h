// How many rollouts ended, by who ended them: counted from the journal, so a restart keeps them.
//
// Threads: Add() from the control thread; any thread reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/base/counters.h"
#include "proxy/model/rollout.h"

namespace understudy {

enum class RollbackCause { kAutomation, kBreaker, kOperator, kCount };

inline std::string_view ToString(RollbackCause cause) {
  constexpr std::array<std::string_view, 3> kNames = {"automation", "breaker", "operator"};
  return kNames[static_cast<std::size_t>(cause)];
}

struct TransitionCounters {
  std::array<Counter, static_cast<std::size_t>(RollbackCause::kCount)> rollbacks;
  Counter promotions;

  void Add(const JournalLine& line) {
    if (line.action == "complete") promotions.Add();
    if (line.action != "rollback") return;
    const RollbackCause cause = line.actor == "automation" ? RollbackCause::kAutomation
                                : line.actor == "breaker"  ? RollbackCause::kBreaker
                                                           : RollbackCause::kOperator;
    rollbacks[static_cast<std::size_t>(cause)].Add();
  }
};

}  // namespace understudy
