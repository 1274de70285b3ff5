// A log-linear latency histogram: 64 buckets per doubling from 1 µs to 4,294 s, so that a quantile,
// which is told as its bucket's upper bound, is at most 1.6 % or 1 µs too high. One thread records,
// any thread reads.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "proxy/base/counters.h"
#include "proxy/base/time.h"

namespace understudy {

struct HistogramScale {
  static constexpr int kSubBits = 6;
  static constexpr std::size_t kBuckets = (std::size_t{33 - kSubBits} << kSubBits);

  // The bucket of a latency; negative counts as 0, beyond the range as the last bucket.
  static std::size_t Bucket(Duration latency) {
    const std::int64_t count = latency.count() / 1000;
    const std::uint64_t us = count < 0 ? 0 : static_cast<std::uint64_t>(count);
    if (us < (1u << kSubBits)) return static_cast<std::size_t>(us);
    const int shift = std::bit_width(us) - 1 - kSubBits;
    const std::size_t bucket = (static_cast<std::size_t>(shift + 1) << kSubBits) +
                               static_cast<std::size_t>((us >> shift) - (1u << kSubBits));
    return bucket < kBuckets ? bucket : kBuckets - 1;
  }
  // The least latency above every latency of the bucket.
  static Duration UpperBound(std::size_t bucket) {
    if (bucket < (1u << kSubBits)) return std::chrono::microseconds(bucket + 1);
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::uint64_t mantissa = (bucket & ((1u << kSubBits) - 1)) + (1u << kSubBits);
    return std::chrono::microseconds((mantissa + 1) << shift);
  }
};

class Histogram {
 public:
  void Record(Duration latency) {
    buckets_[HistogramScale::Bucket(latency)].Add();
    sum_us_.Add(static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count() / 1000));
  }
  // For the thread that records.
  void Clear() {
    for (Counter& bucket : buckets_) bucket.Set(0);
    sum_us_.Set(0);
  }
  // Adds this histogram's counts to `counts`, and its sum in seconds to the result.
  double AddTo(std::array<std::uint64_t, HistogramScale::kBuckets>& counts) const {
    for (std::size_t i = 0; i < HistogramScale::kBuckets; ++i) counts[i] += buckets_[i].Value();
    return static_cast<double>(sum_us_.Value()) * 1e-6;
  }

 private:
  std::array<Counter, HistogramScale::kBuckets> buckets_;
  Counter sum_us_;
};

}  // namespace understudy
