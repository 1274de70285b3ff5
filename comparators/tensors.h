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

// How far one output is from the incumbent's. Sources: numpy.isclose; cosine similarity is
// <x, y> / (|x| |y|) over the elements finite on both sides, 1 when both are zero vectors.
struct TensorDistance {
  std::uint64_t elements = 0;  // compared, without ignored ones
  std::uint64_t outside = 0;
  double max_abs = 0;  // of |candidate - incumbent|, finite elements
  double max_rel = 0;  // of the same divided by |incumbent|, where that is not 0
  double cosine = 1;   // floating-point outputs alone

  double share() const {
    return elements == 0 ? 0 : static_cast<double>(outside) / static_cast<double>(elements);
  }
};

// Measures a pair of one datatype and shape; notes elements outside in `out`.
TensorDistance Measure(const TensorPair& pair, const Tolerance& tolerance, Comparison& out);

}  // namespace understudy
