// The labels of a tensor: one per row, as text, with how clear each was. Pure, safe on any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "comparators/tensor.h"

namespace understudy {

struct Label {
  std::string text;
  // The best element minus the second best; infinite when the output is no ranking.
  double margin = std::numeric_limits<double>::infinity();
  bool ignored = false;       // every element of the row is covered by a rule
  std::uint64_t element = 0;  // where in the tensor the row starts
};

// Whether `tensor` names classes: not so a floating-point tensor with one element per row.
bool HasLabels(const Tensor& tensor);

// Per row along the last axis for floating-point tensors, per entry of the first axis otherwise.
std::vector<Label> ReadLabels(const Tensor& tensor);

}  // namespace understudy
