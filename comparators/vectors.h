// The `vectors` comparator: embeddings, as numbers or in base64, matched by the index beside them,
// by their place otherwise. Each pair of vectors has a distance (vector_distance.h); another length
// is 1. `pairwise` compares the similarities inside the batch instead (pairwise.h), which is what
// vectors of different models allow. Linear, but for `pairwise`, which has a bound.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/number_source.h"
#include "comparators/options.h"
#include "comparators/row_scores.h"

namespace understudy {

class VectorsComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<VectorsComparator>> Build(std::string_view options_json);

  // Errors as CompareRows(); with `pairwise` Unimplemented when there are less than two vectors.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

  bool ReadsPaths() const { return source_.ReadsPaths(); }

 private:
  absl::StatusOr<Comparison> ComparePairwise(const Pair& pair) const;

  NumberSource source_{{.texts = NumberForms::Texts::kFloats, .integers = true}};
  std::size_t score_ = 0;  // a position in the option's words
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
