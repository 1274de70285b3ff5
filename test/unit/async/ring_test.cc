// The queue between two threads: in order, bounded, and nothing lost that was taken.
#include "proxy/async/ring.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

namespace understudy {
namespace {

TEST_CASE("a ring holds the next power of two") {
  CHECK(Ring<int>(1).Capacity() == 1);
  CHECK(Ring<int>(2).Capacity() == 2);
  CHECK(Ring<int>(3).Capacity() == 4);
  CHECK(Ring<int>(2048).Capacity() == 2048);
  CHECK(Ring<int>(0).Capacity() == 1);
}

TEST_CASE("values come out in the order they went in, over many turns") {
  Ring<int> ring(4);
  int next_in = 0, next_out = 0, value = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i <= round % 4; ++i) REQUIRE(ring.TryPush(next_in++));
    while (ring.TryPop(value)) REQUIRE(value == next_out++);
    REQUIRE(next_in == next_out);
  }
}

TEST_CASE("a full ring refuses and leaves the value with the producer") {
  Ring<std::unique_ptr<int>> ring(2);
  CHECK(ring.TryPush(std::make_unique<int>(1)));
  CHECK(ring.TryPush(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  CHECK_FALSE(ring.TryPush(std::move(third)));
  REQUIRE(third != nullptr);
  CHECK(*third == 3);
  std::unique_ptr<int> out;
  CHECK(ring.TryPop(out));
  CHECK(*out == 1);
  CHECK(ring.TryPush(std::move(third)));
  CHECK(third == nullptr);
}

TEST_CASE("an empty ring gives nothing and leaves the value as it was") {
  Ring<int> ring(2);
  int value = 7;
  CHECK_FALSE(ring.TryPop(value));
  CHECK(value == 7);
}

TEST_CASE("a ring keeps nothing alive that was taken out") {
  Ring<std::shared_ptr<int>> ring(4);
  auto value = std::make_shared<int>(1);
  ring.TryPush(std::shared_ptr<int>(value));
  std::shared_ptr<int> out;
  ring.TryPop(out);
  out.reset();
  CHECK(value.use_count() == 1);
}

TEST_CASE("a producer that never waits and a consumer that polls agree on what was taken") {
  constexpr int kValues = 300'000;
  Ring<std::unique_ptr<int>> ring(64);
  int refused = 0;
  std::thread producer([&] {
    for (int i = 0; i < kValues; ++i) {
      auto value = std::make_unique<int>(i);
      while (!ring.TryPush(std::move(value))) {
        ++refused;
        std::this_thread::yield();
      }
    }
  });
  std::unique_ptr<int> value;
  int wrong = 0;
  for (int expected = 0; expected < kValues;) {
    if (!ring.TryPop(value)) {
      std::this_thread::yield();
      continue;
    }
    wrong += value == nullptr || *value != expected ? 1 : 0;
    ++expected;
  }
  producer.join();
  CHECK(wrong == 0);
  CHECK_FALSE(ring.TryPop(value));
  CHECK(refused > 0);  // the ring was full at times
}

}  // namespace
}  // namespace understudy
