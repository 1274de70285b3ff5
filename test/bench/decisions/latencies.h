// Latencies of model answers: log-normal with a median of 100 ms and a deviation of 0.5 in the
// logarithm, which puts the p99 at 320 ms. A candidate that takes 20 % longer then has 2.5 % of its
// answers above it. How many are above decides how soon it is seen: with a deviation of 0.3 it
// would be 4.3 %, with 1 only 1.6 %.
//
// Threads: pure functions but for the generator.
#pragma once

#include <cstddef>

#include "test/bench/decisions/random.h"

namespace understudy::decisions {

inline constexpr double kAboveP99 = 0.01;     // share of answers
inline constexpr double kTrueP99 = 0.320007;  // seconds: 0.1 exp(0.5 * 2.326348)
inline constexpr double kTrueP95 = 0.227602;  // seconds: 0.1 exp(0.5 * 1.644854)

// Seconds; `slower` is a factor.
double DrawLatency(Random& random, double slower);

// Seconds. The order statistic of so many answers of the incumbent that a further one exceeds with
// probability at most kAboveP99; the largest of fewer than 100.
double EstimatedP99(Random& random, std::size_t answers);

}  // namespace understudy::decisions
