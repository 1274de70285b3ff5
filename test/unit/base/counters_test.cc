// A counter of one writer.
#include "proxy/base/counters.h"

#include <catch2/catch.hpp>
#include <thread>

namespace understudy {
namespace {

TEST_CASE("a counter adds takes away and is set") {
  Counter counter;
  CHECK(counter.Value() == 0);
  counter.Add();
  counter.Add(41);
  CHECK(counter.Value() == 42);
  counter.Sub(2);
  CHECK(counter.Value() == 40);
  counter.Set(7);
  CHECK(counter.Value() == 7);
  counter.Set(~std::uint64_t{0});
  counter.Add();
  CHECK(counter.Value() == 0);
}

TEST_CASE("a reader on another thread sees counts that never go back") {
  Counter counter;
  constexpr std::uint64_t kLast = 200'000;
  int faults = 0;
  std::thread reader([&] {
    for (std::uint64_t last = 0; last < kLast;) {
      const std::uint64_t now = counter.Value();
      faults += now < last ? 1 : 0;
      last = now;
    }
  });
  for (std::uint64_t i = 0; i < kLast; ++i) counter.Add();
  reader.join();
  CHECK(faults == 0);
}

}  // namespace
}  // namespace understudy
