// The split's sequential p-value.
#include "proxy/evidence/split_test.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "proxy/base/hash.h"

namespace understudy {
namespace {

TEST_CASE("the p-value of three arms equals the reference") {
  CHECK(SplitPValue(std::array<std::uint64_t, 3>{40, 129, 233}, std::array{0.1, 0.4, 0.5}) ==
        Approx(0.04845591105969517).epsilon(1e-9));
}

TEST_CASE("without counts nothing speaks against the split") {
  CHECK(SplitPValue(std::array<std::uint64_t, 2>{0, 0}, std::array{0.5, 0.5}) == 1);
}

TEST_CASE("a true split is refuted in fewer runs than alpha, however often it is looked at") {
  std::mt19937_64 random(5);
  int refuted = 0;
  for (int run = 0; run < 400; ++run) {
    std::array<std::uint64_t, 2> counts{};
    bool crossed = false;
    for (int i = 0; i < 2000 && !crossed; ++i) {
      ++counts[UnitInterval(random()) < 0.1 ? 0 : 1];
      crossed = SplitPValue(counts, std::array{0.1, 0.9}) < 0.05;
    }
    refuted += crossed ? 1 : 0;
  }
  CHECK(refuted <= 400 * 0.05 + 2 * std::sqrt(400 * 0.05 * 0.95));
}

}  // namespace
}  // namespace understudy
