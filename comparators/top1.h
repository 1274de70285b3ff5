// The `top1` comparator: does the answer name another class? A label is the largest element of each
// row along the last axis of a floating-point output (first of equals, NaN above all, as
// numpy.argmax), the entry of an integer, boolean or bytes output per batch row, or the first
// classification string "value:index[:label]" of a row. Floating-point outputs whose last axis has
// one element have no label and are passed over.
//
// The divergence is 1 when any row flipped (yes/no evidence), or by option the share of rows. A
// flip is a near tie when the incumbent's best and second best are less than `tie_margin` apart.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/tensor_pair.h"

namespace understudy {

class Top1Comparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<Top1Comparator>> Build(std::string_view options_json);

  // Errors as AlignOutputs(); Unimplemented when no output has labels.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  double tie_margin_ = 1e-3;
  bool count_ties_ = true;
  bool share_ = false;
  std::vector<std::string> only_;
};

}  // namespace understudy
