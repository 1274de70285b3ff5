// The `topk` comparator: whether the k best of each row are the same. A row is ranked by its
// numbers, NaN above all and the first of equals first (as numpy.argmax has it); numbers with
// labels are ranked under their labels, equals by label.
//
// overlap: 1 - |A and B| / k over the sets of the k best. order: 1 - average overlap, which weighs
// the top most (rank_overlap.h). A row of n < k numbers has n best. Rows without labels that differ
// in length are 1; such rows of one number are passed over. O(n log k) for n numbers.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/number_source.h"
#include "comparators/options.h"
#include "comparators/row_scores.h"

namespace understudy {

class TopKComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<TopKComparator>> Build(std::string_view options_json);

  // Errors as CompareRows(); Unimplemented when no row has more than one number.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

  bool ReadsPaths() const { return source_.ReadsPaths(); }

 private:
  NumberSource source_{{.texts = NumberForms::Texts::kClasses, .labels = true}};
  std::uint64_t k_ = 5;
  bool order_ = false;
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
