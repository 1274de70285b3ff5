// The `ranking` comparator: lists of items in the order of their scores (or as listed), compared by
// Kendall's tau-b, rank-biased overlap, overlap of the first k, or what the candidate's order loses
// of NDCG@k (ranking_distance.h). O(n log n), at most 100,000 items a list.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/list_scores.h"
#include "comparators/options.h"
#include "comparators/ranked_list.h"

namespace understudy {

class RankingComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<RankingComparator>> Build(std::string_view options_json);
  RankingComparator();

  // Errors as AlignValues(); Unimplemented when the incumbent has no list whose items all have a
  // key (and a score, if the first has one), ResourceExhausted when a list is too long.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  absl::Status Add(const ValuePair& place, ListScores& scores) const;
  std::optional<double> Distance(const RankedList& baseline, const RankedList& candidate) const;

  ListSource lists_;
  RankingFields fields_;
  std::size_t measure_ = 0;  // a position in the option's words
  std::uint64_t k_ = 10;
  double p_ = 0.9;
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
