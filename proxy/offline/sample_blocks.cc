// A count in binary: one merge for each of its ones.
#include "proxy/offline/sample_blocks.h"

#include <utility>

namespace understudy {
namespace {

// The shapes are the same by construction, so a merge cannot be refused.
void Merge(const Ledger& block, Ledger& into) { into.Merge(block).IgnoreError(); }

}  // namespace

SampleBlocks::Doublings& SampleBlocks::Of(std::size_t kind, std::uint64_t window) {
  if (window_ != window) kinds_.clear();
  window_ = window;
  if (kinds_.size() <= kind) kinds_.resize(kind + 1);
  return kinds_[kind];
}

void SampleBlocks::Add(std::size_t kind, const Sample& sample, std::uint64_t count,
                       Ledger& ledger) {
  const std::uint64_t window = ledger.Current()->id;
  const WallTime started_at = ledger.Current()->started_at;
  // What comes in the warm-up does not count, and later blocks must.
  const bool warming_up = sample.at < started_at + ledger.shape().warm_up;
  // At least one comes by itself: it is newer than those of the blocks.
  const std::uint64_t singly = warming_up || count == 0 ? count : (count - 1) % kBlock + 1;
  for (std::uint64_t i = 0; i < singly; ++i) ledger.Add(sample);
  if (singly == count) return;
  Doublings& doublings = Of(kind, window);
  if (doublings.empty()) {
    Ledger block(ledger.shape());
    block.StartWindow(window, started_at);
    for (std::uint64_t i = 0; i < kBlock; ++i) block.Add(sample);
    doublings.push_back(std::move(block));
  }
  std::size_t size = 0;
  for (std::uint64_t blocks = (count - singly) / kBlock; blocks > 0; blocks /= 2, ++size) {
    if (size == doublings.size()) {
      Ledger twice = doublings.back();
      Merge(doublings.back(), twice);
      doublings.push_back(std::move(twice));
    }
    if (blocks % 2 != 0) Merge(doublings[size], ledger);
  }
}

}  // namespace understudy
