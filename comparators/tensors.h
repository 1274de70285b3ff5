// The `tensors` comparator: the values of Open Inference Protocol outputs, by name. Floating-point
// elements are compared as numpy.allclose does with the incumbent as reference, |candidate -
// incumbent| <= atol + rtol * |incumbent|; integers, booleans and bytes exactly. The divergence is
// the share of elements outside, of the worst output; 1 when names, datatypes or shapes differ.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/tensor_distance.h"
#include "comparators/tensor_pair.h"

namespace understudy {

class TensorsComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<TensorsComparator>> Build(std::string_view options_json);

  // Errors as AlignOutputs().
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
  // False when a document may differ from itself (NaN that is not equal).
  bool SameBytesAreEqual() const { return equal_nan_; }

 private:
  Tolerance ToleranceFor(const Tensor& tensor) const;

  std::optional<double> rtol_;  // empty: by datatype
  std::optional<double> atol_;
  bool equal_nan_ = true;
  bool any_ = false;
  std::vector<std::string> only_;
};

}  // namespace understudy
