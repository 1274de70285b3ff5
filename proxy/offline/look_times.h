// When a simulated rollout's evidence is looked at next. Pure.
#pragma once

#include <cstdint>

#include "proxy/base/time.h"
#include "proxy/model/rollout.h"

namespace understudy {

// A look comes when as many pairs have come, but not more often than once in kLookSpacing (the
// control loop looks up to four times a second), and when a timer of the stage ends.
inline constexpr std::uint64_t kPairsPerLook = 50;
inline constexpr Duration kLookSpacing = std::chrono::seconds(1);
// In a long stage the looks grow rarer: the next one comes after this part of the stage's pairs,
// and what happens is seen late by no more than that. Without it, a rollout that stays undecided
// for days would be looked at a million times.
inline constexpr std::uint64_t kLooksPerWindow = 128;

// Above zero. `seen` are the pairs of the present evidence window.
Duration UntilNextLook(const RolloutState& state, std::uint64_t seen, double pairs_per_second,
                       WallTime now);

}  // namespace understudy
