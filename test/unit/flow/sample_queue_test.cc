// The queue of samples: order, bounds, and blocks that are used again.
#include "proxy/flow/sample_queue.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace understudy {
namespace {

Sample Numbered(std::uint64_t number) {
  Sample sample;
  sample.work_key = number;
  return sample;
}

std::vector<std::uint64_t> Numbers(const SampleQueue::Batch& batch) {
  std::vector<std::uint64_t> numbers;
  for (const SampleQueue::Block& block : batch.samples) {
    for (const Sample& sample : block) numbers.push_back(sample.work_key);
  }
  return numbers;
}

TEST_CASE("samples come out in the order they went in, each once") {
  SampleQueue queue;
  std::vector<std::uint64_t> sent;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    REQUIRE(queue.Push(Numbered(number)));
    sent.push_back(number);
  }
  CHECK(Numbers(queue.Take()) == sent);
  CHECK(Numbers(queue.Take()).empty());
}

TEST_CASE("blocks that were given back are used again, and hold nothing of before") {
  SampleQueue queue;
  for (std::uint64_t number = 0; number < 1000; ++number) queue.Push(Numbered(number));
  SampleQueue::Batch first = queue.Take();
  std::vector<const Sample*> places;
  for (const SampleQueue::Block& block : first.samples) places.push_back(block.data());
  queue.GiveBack(std::move(first.samples));

  for (std::uint64_t number = 5000; number < 5010; ++number) queue.Push(Numbered(number));
  const SampleQueue::Batch second = queue.Take();
  REQUIRE(second.samples.size() == 1);
  CHECK(std::count(places.begin(), places.end(), second.samples[0].data()) == 1);
  CHECK(Numbers(second) ==
        std::vector<std::uint64_t>{5000, 5001, 5002, 5003, 5004, 5005, 5006, 5007, 5008, 5009});
}

TEST_CASE("a full queue refuses the newest sample and keeps the others, until it is taken") {
  SampleQueue queue;
  for (std::uint64_t number = 0; number < SampleQueue::kMostSamples; ++number) {
    REQUIRE(queue.Push(Numbered(number)));
  }
  CHECK_FALSE(queue.Push(Numbered(1)));
  CHECK(Numbers(queue.Take()).size() == SampleQueue::kMostSamples);
  CHECK(queue.Push(Numbered(1)));
}

TEST_CASE("examples wait beside the samples, no more than the bound") {
  SampleQueue queue;
  for (std::size_t i = 0; i < SampleQueue::kMostExamples + 5; ++i) {
    queue.PushExample({"r" + std::to_string(i), "c", {}});
  }
  const SampleQueue::Batch batch = queue.Take();
  REQUIRE(batch.examples.size() == SampleQueue::kMostExamples);
  CHECK(batch.examples.front().route == "r0");
  CHECK(queue.Take().examples.empty());
}

}  // namespace
}  // namespace understudy
