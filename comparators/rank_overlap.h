// How much two ranked lists agree, the top counting most. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace understudy {

// Entry d-1: how many items the first d of `a` and the first d of `b` share, for d from 1 to the
// length of the longer list. The items of a list are different from each other. O(n log n).
std::vector<std::uint32_t> SharedByDepth(std::span<const std::uint32_t> a,
                                         std::span<const std::uint32_t> b);

// Average overlap, the mean over depths 1..k of the share of items that both lists have down to
// there: in [0,1], 1 the same. Webber, Moffat, Zobel, "A similarity measure for indefinite
// rankings", ACM TOIS 28(4), 2010, section 3.2. `k` is at least 1 and at most the length of
// `shared`.
double AverageOverlap(std::span<const std::uint32_t> shared, std::size_t k);

// Rank-biased overlap, extrapolated beyond lists of `a` and `b` items (at least 1 each): the same
// paper, equation 32. `p` in (0,1) is how likely a reader goes on to the next item. In [0,1].
double RankBiasedOverlap(std::span<const std::uint32_t> shared, std::size_t a, std::size_t b,
                         double p);

}  // namespace understudy
