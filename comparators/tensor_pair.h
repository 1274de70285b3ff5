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
  // Same name and, unless kAny was asked for, datatype and shape; in the incumbent's order.
  std::vector<TensorPair> pairs;
};

// Whether outputs of one name must agree in datatype and shape.
enum class OutputShapes { kSame, kAny };

// `only` names the outputs to look at; empty: all. Decided: by the statuses when one is an error
// (CompareErrors), and wholly different when the candidate's body is no JSON or no tensor document
// or when names, datatypes or shapes (with kSame) do not agree. Errors, all about the incumbent's
// answer: InvalidArgument when it is no JSON, Unimplemented when it holds no (well-formed)
// tensors, DataLoss when the bytes after its JSON are not what its outputs say. ResourceExhausted
// as ReadOutputs(), of either.
absl::StatusOr<AlignedOutputs> AlignOutputs(const Pair& pair, const std::vector<std::string>& only,
                                            OutputShapes shapes = OutputShapes::kSame);

}  // namespace understudy
