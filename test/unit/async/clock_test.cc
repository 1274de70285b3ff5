// The two clocks.
#include "proxy/async/clock.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("steady time never goes back and moves") {
  const SteadyTime first = SteadyNow();
  SteadyTime last = first;
  for (int i = 0; i < 10'000; ++i) {
    const SteadyTime now = SteadyNow();
    REQUIRE(now >= last);
    last = now;
  }
  CHECK(last > first);
}

TEST_CASE("wall time is the system's") {
  const auto before = std::chrono::system_clock::now();
  const WallTime now = WallNow();
  const auto after = std::chrono::system_clock::now();
  CHECK(now >= before);
  CHECK(now <= after);
  CHECK(UnixSeconds(now) > 1.7e9);
}

}  // namespace
}  // namespace understudy
