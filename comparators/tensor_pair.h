// The outputs of two answers put side by side by name: what `tensors` and `top1` start from.
// Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/tensor.h"

namespace understudy {

struct TensorPair {
  Tensor baseline;
  Tensor candidate;
};

struct AlignedOutputs {
  // Set when there is nothing to put side by side: the comparison is decided already.
  std::optional<Comparison> decided;
  std::vector<TensorPair> pairs;  // same name, datatype and shape; in the incumbent's order
};

// `only` names the outputs to look at; empty: all. Decided: by the statuses when one is an error
// (CompareErrors), and wholly different when the candidate's body is no JSON or no tensor document
// or when names, datatypes or shapes do not agree. Errors, all about the incumbent's answer:
// InvalidArgument when it is no JSON, Unimplemented when it holds no (well-formed) tensors in JSON.
absl::StatusOr<AlignedOutputs> AlignOutputs(const Pair& pair, const std::vector<std::string>& only);

}  // namespace understudy
