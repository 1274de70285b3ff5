// Blocks of samples, full ones and spare ones, under one lock.
#include "proxy/flow/sample_queue.h"

#include <utility>

namespace understudy {

bool SampleQueue::Push(Sample&& sample) {
  std::lock_guard lock(mutex_);
  if (waiting_ >= kMostSamples) return false;
  std::vector<Block>& blocks = batch_.samples;
  if (blocks.empty() || blocks.back().size() == kBlock) {
    if (spare_.empty()) {
      blocks.emplace_back().reserve(kBlock);
    } else {
      blocks.push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
  }
  blocks.back().push_back(std::move(sample));
  ++waiting_;
  return true;
}

void SampleQueue::PushExample(Batch::Example example) {
  std::lock_guard lock(mutex_);
  if (batch_.examples.size() < kMostExamples) batch_.examples.push_back(std::move(example));
}

SampleQueue::Batch SampleQueue::Take() {
  std::lock_guard lock(mutex_);
  waiting_ = 0;
  return std::exchange(batch_, Batch());
}

void SampleQueue::GiveBack(std::vector<Block> read) {
  for (Block& block : read) block.clear();
  std::lock_guard lock(mutex_);
  while (!read.empty() && spare_.size() < kMostSpare) {
    spare_.push_back(std::move(read.back()));
    read.pop_back();
  }
}

}  // namespace understudy
