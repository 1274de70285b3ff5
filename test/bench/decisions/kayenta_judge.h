// A judge of canaries as Kayenta's default one is: the Mann-Whitney test on two series of points,
// of the canary and of a baseline that serves the incumbent, looked at once per interval on all
// points so far.
// Source: spinnaker/kayenta, NetflixACAJudge and MannWhitneyClassifier: a metric is High when the
// lower end of the 98 % confidence interval of the shift is above 0.25 times the estimated shift
// and the ratio of means is at least 1. At least 50 points a judgement is the advice of
// Spinnaker's documentation ("Best practices for configuring canary").
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "test/bench/decisions/mann_whitney.h"
#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

inline constexpr std::size_t kPointsPerInterval = 50;

bool IsHigh(const Tallied& canary, const Tallied& baseline);

// Requests of the canary until the first judgement that fails it. Both series have one point for
// every `requests_per_point` requests of their arm.
Stop FirstHigh(std::span<const double> canary, std::span<const double> baseline,
               std::uint64_t requests_per_point);

// The same of events per block of requests; a point is the number of events in so many requests, a
// multiple of a block.
Stop FirstHigh(std::span<const std::uint32_t> canary, std::span<const std::uint32_t> baseline,
               std::uint64_t requests_per_point);

}  // namespace understudy::decisions
