// What both kinds of latency checks share: which quantiles there are, and the search for ratios.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"

namespace understudy {

inline constexpr double kLargestLatencyRatio = 1024;  // intervals end there

inline std::optional<std::size_t> LatencyQuantileIndex(double quantile) {
  for (std::size_t i = 0; i < kLatencyQuantiles.size(); ++i) {
    if (std::abs(kLatencyQuantiles[i] - quantile) < 1e-9) return i;
  }
  return std::nullopt;
}

inline CheckEvidence ImpossibleLatencyCheck(std::string metric) {
  return Withheld(std::move(metric), InconclusiveReason::kInsufficientSamples,
                  fmt::format("a latency check names p50, p90, p95 or p99 and an at_most_ratio up "
                              "to {:g}, so nothing can satisfy this one",
                              kLargestLatencyRatio));
}

// The least ratio up to kLargestLatencyRatio for which `holds`, which stays true for larger ones; 0
// when it holds for the smallest that is tried.
template <typename Holds>
double LeastRatio(Holds holds) {
  double high = std::log2(kLargestLatencyRatio);
  double low = -high;
  if (holds(std::exp2(low))) return 0;
  if (!holds(kLargestLatencyRatio)) return kLargestLatencyRatio;
  for (int i = 0; i < 16; ++i) {
    const double middle = (low + high) / 2;
    (holds(std::exp2(middle)) ? high : low) = middle;
  }
  return std::exp2(high);
}

}  // namespace understudy
