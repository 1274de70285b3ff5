// The `probabilities` comparator: how far the distribution of each row is from the incumbent's, by
// total variation, Jensen-Shannon distance (base 2) or the largest difference of one probability
// (distribution_distance.h). Rows are divided by their sum first, or go through a softmax when they
// are logits. Rows with labels are matched by label, an absent label has probability 0.
//
// A row of the incumbent that is no distribution is passed over; where the candidate's alone is
// none, or has another length, the row counts 1. Linear (labels: O(n log n)).
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

class ProbabilitiesComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<ProbabilitiesComparator>> Build(
      std::string_view options_json);

  // Errors as CompareRows(); Unimplemented when no row of the incumbent is a distribution.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

  bool ReadsPaths() const { return source_.ReadsPaths(); }

 private:
  using Distance = double (*)(std::span<const double>, std::span<const double>);
  struct Score {
    Distance distance;
    std::string_view name;
  };
  static Score ScoreAt(std::size_t choice);

  NumberSource source_{{.texts = NumberForms::Texts::kClasses, .labels = true}};
  Score score_ = ScoreAt(0);
  bool logits_ = false;
  double tolerance_ = 1e-3;
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
