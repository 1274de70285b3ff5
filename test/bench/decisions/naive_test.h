// What a script with a significance test does: a one-sided z-test at a nominal 5 %, looked at every
// thousand requests as if each look were the only one.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

inline constexpr std::uint64_t kPeek = 1000;           // requests between two looks
inline constexpr double kNormalQuantile95 = 1.644854;  // of the standard normal distribution

// The first look at which the rate is significantly above `m`; events per block of requests.
Stop NaiveRateTest(std::span<const std::uint32_t> events, double m);

// The first look at which the mean difference of two divergences of the same requests, of which
// `unequal` differ, is significantly above 0.
Stop NaiveDifferenceTest(std::span<const std::uint32_t> candidate,
                         std::span<const std::uint32_t> control,
                         std::span<const std::uint32_t> unequal);

}  // namespace understudy::decisions
