// What compare threads made and the control thread has not taken yet.
//
// Samples stand in blocks that are used again: a vector that grew anew between any two takings
// would leave holes of every size, and resident memory would creep up under load.
//
// Threads: any. Ownership: values; a batch belongs to its taker, who gives the blocks back.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/model/control_view.h"
#include "proxy/model/sample.h"

namespace understudy {

class SampleQueue {
 public:
  static constexpr std::size_t kMostSamples = 65536;
  static constexpr std::size_t kMostExamples = 256;

  using Block = std::vector<Sample>;
  struct Batch {
    std::vector<Block> samples;  // in the order they came
    struct Example {
      std::string route, candidate;
      DivergenceExample example;
    };
    std::vector<Example> examples;
  };

  // False when kMostSamples wait: what waits is not disturbed, the newest is refused.
  bool Push(Sample&& sample);
  // What exceeds kMostExamples is left out: examples are shown, not counted.
  void PushExample(Batch::Example example);
  Batch Take();
  // Blocks of a batch whose samples have been read, for later ones.
  void GiveBack(std::vector<Block> read);

 private:
  static constexpr std::size_t kBlock = 256;  // samples: some 100 KiB
  // Blocks: what waits at full speed, and as much again.
  static constexpr std::size_t kMostSpare = 16;

  std::mutex mutex_;
  Batch batch_;
  std::size_t waiting_ = 0;  // samples in batch_
  std::vector<Block> spare_;
};

}  // namespace understudy
