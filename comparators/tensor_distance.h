// How far one output is from the incumbent's. Pure, safe on any thread.
#pragma once

#include <cstdint>

#include "comparators/comparator.h"
#include "comparators/json_number.h"
#include "comparators/tensor_pair.h"

namespace understudy {

// Sources: numpy.isclose; cosine similarity is <x, y> / (|x| |y|) over the elements finite on both
// sides, 1 when both are zero vectors.
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
