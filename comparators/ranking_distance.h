// Distances of two ranked lists, each in [0,1]. Pure functions, safe on any thread; O(n log n).
#pragma once

#include <cstddef>
#include <optional>

#include "comparators/ranked_list.h"

namespace understudy {

// All of them: two lists without items are at 0, a list without and one with items at 1.

// (1 - tau-b) / 2 over the items of either list (rank_correlation.h). What one list leaves out
// stands there below all that it has, tied. Where every item of one list alone is tied, tau-b does
// not exist and the distance is 0.5; of both, 0.
double KendallDistance(const RankedList& baseline, const RankedList& candidate);

// 1 - rank-biased overlap, extrapolated (rank_overlap.h), `p` in (0,1). An item that one list
// leaves out is one that the other does not share.
double RboDistance(const RankedList& baseline, const RankedList& candidate, double p);

// 1 - the share of the first k that both have; of n < k items (the longer list) the first n.
double OverlapDistance(const RankedList& baseline, const RankedList& candidate, std::size_t k);

// What the candidate's order loses of NDCG@k when the incumbent's scores are the gains: 1 -
// NormalizedGain() (rank_correlation.h). When the lowest score is negative it is taken from all, so
// that the lowest gain is 0. Items the incumbent does not have gain nothing. Nothing without
// finite scores.
std::optional<double> GainLoss(const RankedList& baseline, const RankedList& candidate,
                               std::size_t k);

}  // namespace understudy
