// The `boxes` comparator: object detection. The candidate's boxes are matched with the incumbent's
// of the same label (box_matching.h); the divergence is 1 - F1, with F1 = 2 matched / (boxes of
// both), as if the incumbent's boxes were the truth. Without boxes on both sides it is 0.
//
// At most 2,000 boxes a list and 8,000,000 pairs of boxes an answer.
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/detections.h"
#include "comparators/list_scores.h"
#include "comparators/options.h"

namespace understudy {

class BoxesComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<BoxesComparator>> Build(std::string_view options_json);
  BoxesComparator();

  // Errors as AlignValues(); Unimplemented when the incumbent has no list of objects that all have
  // a box, ResourceExhausted when there are too many.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  absl::Status Add(const ValuePair& place, std::size_t& pairs, ListScores& scores) const;

  ListSource lists_;
  DetectionFields fields_;
  double iou_ = 0.5;
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
