// How much two rankings of the same items agree. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace understudy {

// Kendall's tau-b of two rankings that give each item a level (equal levels are ties), in [-1,1]:
// Kendall, "The treatment of ties in ranking problems", Biometrika 33(3), 1945, in O(n log n) by
// Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61(314),
// 1966. Nothing when it is undefined: less than two items, or all of one ranking tied. As many
// levels in both, at most 2^31.
std::optional<double> KendallTauB(std::span<const std::uint32_t> x,
                                  std::span<const std::uint32_t> y);

// Normalized discounted cumulative gain of the first `k`: the sum of gain / log2(rank + 1) over
// `ranking` by the same sum over `ideal` (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of
// IR techniques", ACM TOIS 20(4), 2002, with the discount of Burges et al., 2005). The gains, best
// first in `ideal`, are finite and >= 0. 1 when there is nothing to gain.
double NormalizedGain(std::span<const double> ranking, std::span<const double> ideal,
                      std::size_t k);

}  // namespace understudy
