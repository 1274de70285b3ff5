// Integer counts over numbered bins that keep only the bins in use, in order.
//
// Threads: none of its own. Invariant: bins rise strictly and no count is zero, so equal counts
// have equal representations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace understudy {

struct BinCount {
  std::uint32_t bin = 0;
  std::uint64_t count = 0;
  bool operator==(const BinCount&) const = default;
};

class SparseCounts {
 public:
  void Add(std::uint32_t bin, std::uint64_t count = 1) {
    if (count == 0) return;
    total_ += count;
    const auto at = std::lower_bound(
        bins_.begin(), bins_.end(), bin,
        [](const BinCount& mine, std::uint32_t wanted) { return mine.bin < wanted; });
    if (at != bins_.end() && at->bin == bin) {
      at->count += count;
    } else {
      bins_.insert(at, BinCount{bin, count});
    }
  }

  SparseCounts& operator+=(const SparseCounts& other) {
    for (const BinCount& theirs : other.bins_) Add(theirs.bin, theirs.count);
    return *this;
  }

  // How many were counted in `bin` and all bins above it.
  std::uint64_t AtOrAbove(std::uint32_t bin) const {
    std::uint64_t sum = 0;
    for (auto at = bins_.rbegin(); at != bins_.rend() && at->bin >= bin; ++at) sum += at->count;
    return sum;
  }

  // The bin that holds the `rank`-th smallest, rank in 1..total(); 0 when empty.
  std::uint32_t BinOfRank(std::uint64_t rank) const {
    std::uint64_t below = 0;
    for (const BinCount& mine : bins_) {
      below += mine.count;
      if (below >= rank) return mine.bin;
    }
    return bins_.empty() ? 0 : bins_.back().bin;
  }

  std::uint64_t total() const { return total_; }
  const std::vector<BinCount>& bins() const { return bins_; }
  bool operator==(const SparseCounts&) const = default;

 private:
  std::vector<BinCount> bins_;
  std::uint64_t total_ = 0;
};

}  // namespace understudy
