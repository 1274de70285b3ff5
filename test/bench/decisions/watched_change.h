// What the change detector makes of a candidate that was good for long and then becomes bad.
//
// Threads: pure functions. Ownership: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

// Levels of the statistic at which it alarms. The last is the product's with alpha 1 % and one
// check: within 100,000 pairs at the margin it is reached with probability at most 1 %.
inline constexpr std::array kLevels = {1'000.0, 10'000.0, 100'000.0, 10'000'000.0};

struct Alarms {
  std::array<bool, kLevels.size()> before{};  // an alarm before the change
  std::array<Stop, kLevels.size()> after{};   // pairs from the change to the first one
};

// One detector watches `past` pairs, then at most `horizon` more; `before` and `after` are the
// numbers, each counted from 1, of the pairs that differ. An alarm before the change is counted and
// does not end the watch.
Alarms WatchChange(std::span<const std::uint64_t> before, std::uint64_t past,
                   std::span<const std::uint64_t> after, std::uint64_t horizon, double margin);

}  // namespace understudy::decisions
