// Quantiles of the histogram.
#include "test/bench/latency_histogram.h"

#include <cstdio>

namespace understudy::bench {

double LatencyHistogram::MiddleOf(std::size_t index) {
  if (index < kFine) return static_cast<double>(index);
  const std::size_t shift = index / kFine - 1;
  const std::uint64_t low = (kFine + index % kFine) << shift;
  const std::uint64_t width = std::uint64_t{1} << shift;
  return static_cast<double>(low) + static_cast<double>(width - 1) / 2;
}

double LatencyHistogram::Quantile(double share) const {
  if (count_ == 0) return 0;
  const double wanted = share * static_cast<double>(count_);
  std::uint64_t seen = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] == 0) continue;
    seen += counts_[i];
    last = i;
    if (static_cast<double>(seen) >= wanted) break;
  }
  return MiddleOf(last) / 1000;
}

std::string LatencyHistogram::Json() const {
  const double mean =
      count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_) / 1000;
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(),
                R"({"count":%llu,"mean":%.3f,"p50":%.3f,"p90":%.3f,"p99":%.3f,"p99.9":%.3f,)"
                R"("max":%.3f})",
                static_cast<unsigned long long>(count_), mean, Quantile(0.5), Quantile(0.9),
                Quantile(0.99), Quantile(0.999), Quantile(1));
  return text.data();
}

}  // namespace understudy::bench
