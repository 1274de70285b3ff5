// The alarm for changes that begin late.
#include "proxy/evidence/change_detector.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "proxy/base/hash.h"
#include "proxy/evidence/e_process.h"

namespace understudy {
namespace {

TEST_CASE("before the first sample there is nothing to say") {
  CHECK(std::isinf(ChangeDetector(0.02).LogStatistic()));
}

TEST_CASE("equal values in a row count as one after the other") {
  ChangeDetector one(0.02), all(0.02);
  for (int i = 0; i < 50; ++i) one.Add(0);
  all.Add(0, 50);
  one.Add(1);
  all.Add(1);
  CHECK(one.LogStatistic() == all.LogStatistic());
  CHECK(all.samples() == 51);
}

TEST_CASE("the first sample's statistic is the mean of the bets") {
  ChangeDetector detector(0.25);
  detector.Add(1);
  double sum = 0;
  int bets = 0;
  for (double lambda = 1.0 / 16; lambda <= 0.95 / 0.25; lambda *= 2, ++bets) {
    sum += 1 + lambda * 0.75;
  }
  CHECK(detector.LogStatistic() == Approx(std::log(sum / bets)).epsilon(1e-12));
}

TEST_CASE("a change after a long clean past is found where one process over all needs far longer") {
  ChangeDetector detector(0.02);
  detector.Add(0, 100'000);
  std::mt19937_64 random(9);
  std::uint64_t n = 100'000, s = 0;
  int found = 0;
  for (int i = 1; i <= 3000 && found == 0; ++i) {
    const bool differs = UnitInterval(random()) < 0.1;
    detector.Add(differs ? 1 : 0);
    ++n;
    s += differs ? 1 : 0;
    if (detector.LogStatistic() > std::log(1e5 / 0.01)) found = i;
  }
  CHECK(found > 0);
  CHECK(found < 500);
  CHECK(LogERollback(n, s, 0.02) < 0);
}

TEST_CASE("the mean time to a false alarm at level c is at least c") {
  constexpr double kLevel = 200;
  std::mt19937_64 random(21);
  double samples = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    ChangeDetector detector(0.1);
    while (detector.LogStatistic() < std::log(kLevel) && detector.samples() < 20'000) {
      detector.Add(UnitInterval(random()) < 0.1 ? 1 : 0);
    }
    samples += static_cast<double>(detector.samples());
  }
  CHECK(samples / kRuns >= kLevel);
}

}  // namespace
}  // namespace understudy
