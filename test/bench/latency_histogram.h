// A histogram of nanoseconds whose buckets are at most 0.4 % wide: 256 for each doubling.
//
// Threads: one. Adding costs one increment; quantiles walk over the buckets.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace understudy::bench {

class LatencyHistogram {
 public:
  void Add(std::int64_t nanos) {
    const std::uint64_t value = nanos < 0 ? 0 : static_cast<std::uint64_t>(nanos);
    ++counts_[IndexOf(value)];
    ++count_;
    sum_ += value;
  }
  void Clear() { *this = LatencyHistogram(); }
  std::uint64_t Count() const { return count_; }
  // Microseconds; `share` is in [0, 1]. 0 when nothing was added.
  double Quantile(double share) const;
  // {"count", "mean", "p50", "p90", "p99", "p99.9", "max"} in microseconds.
  std::string Json() const;

 private:
  static constexpr int kFineBits = 8;
  static constexpr std::size_t kFine = std::size_t{1} << kFineBits;
  static constexpr std::size_t kBuckets = kFine * (40 - kFineBits);  // up to 9 minutes

  static std::size_t IndexOf(std::uint64_t value) {
    if (value < kFine) return value;
    const int shift = std::bit_width(value) - 1 - kFineBits;
    const std::size_t index =
        kFine * static_cast<std::size_t>(shift + 1) + ((value >> shift) - kFine);
    return index < kBuckets ? index : kBuckets - 1;
  }
  static double MiddleOf(std::size_t index);

  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace understudy::bench
