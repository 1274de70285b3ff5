// The elements of a floating-point tensor as doubles, a block at a time, so that they can be
// compared in loops without branches. Used by one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "comparators/tensor.h"
#include "comparators/tensor_element.h"

namespace understudy {

class FloatBlocks {
 public:
  static constexpr std::size_t kSize = 512;

  // `tensor` outlives it.
  explicit FloatBlocks(const Tensor& tensor) : tensor_(tensor), cursor_(tensor) {}

  // Reads the next elements, kSize of them until the last block; 0 after the last. What a block
  // leaves unused is 0.
  std::size_t Next();

  const std::array<double, kSize>& values() const { return values_; }
  bool any_ignored() const { return any_ignored_; }
  // Meaningful when any is.
  bool ignored(std::size_t i) const { return ignored_[i]; }
  // An element of the block for people.
  std::string Shown(std::size_t i) const;

 private:
  void NextBinary(std::size_t count);

  const Tensor& tensor_;
  ElementCursor cursor_;  // of JSON
  std::uint64_t done_ = 0;
  std::array<double, kSize> values_;
  std::array<bool, kSize> ignored_;
  std::array<std::uint32_t, kSize> places_;  // of JSON
  bool any_ignored_ = false;
};

}  // namespace understudy
