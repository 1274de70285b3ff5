// The tests' arithmetic against reference values computed independently, and at its edges.
#include "proxy/evidence/e_process.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace understudy {
namespace {

Approx Exactly(double value) { return Approx(value).margin(1e-9).epsilon(0); }

double LogRatio(std::uint64_t candidate, std::uint64_t all, double share, double ratio) {
  return LogMeanExp(
      RatioRollbackBets(std::array{ErrorCounts{candidate, all - candidate, share}}, ratio));
}

TEST_CASE("rollback evidence of yes/no outcomes equals the reference") {
  CHECK(LogERollback(100, 0, 0.01) == Exactly(-1.083657881));
  CHECK(LogERollback(100, 3, 0.01) == Exactly(0.323943815));
  CHECK(LogERollback(1000, 10, 0.01) == Exactly(-1.261593039));
  CHECK(LogERollback(1000000, 10000, 0.01) == Exactly(-20.979200811));
}

TEST_CASE("promotion evidence of clean pairs equals the reference on both sides of 1/alpha") {
  CHECK(LogEPromotion(207, 0, 0.02) == Exactly(2.983976440));
  CHECK(LogEPromotion(208, 0, 0.02) == Exactly(3.001167017));
  CHECK(LogEPromotion(207, 0, 0.02) < std::log(20));
  CHECK(LogEPromotion(208, 0, 0.02) >= std::log(20));
}

TEST_CASE("rollback evidence of exact scores equals the reference") {
  std::vector<double> scores;
  for (int i = 1; i <= 1000; ++i) {
    scores.push_back(std::pow(std::fmod(i * 0.6180339887498949, 1.0), 3));
  }
  const std::span<const double> all(scores);
  CHECK(LogERollback(all.first(10), 0.2) == Exactly(-0.138256696));
  CHECK(LogERollback(all.first(100), 0.2) == Exactly(0.820168112));
  CHECK(LogERollback(all, 0.2) == Exactly(14.964622279));
}

TEST_CASE("evidence of better-or-worse outcomes equals the reference") {
  CHECK(LogMeanExp(TernaryBets(1000, 15, 5, 0)) == Exactly(1.167624994));
  CHECK(LogMeanExp(TernaryBets(1000, 15, 5, 0.002)) == Exactly(0.574367384));
}

TEST_CASE("evidence of two arms' error counts equals the reference") {
  CHECK(LogRatio(62, 210, 0.2, 1) == Exactly(2.941470607));
  CHECK(LogRatio(10, 40, 0.1, 1) == Exactly(2.178097872));
}

TEST_CASE("the error ratio's promotion evidence is its rollback evidence with the arms exchanged") {
  const std::array candidate_worse = {ErrorCounts{12, 3, 0.5}};
  const std::array candidate_better = {ErrorCounts{3, 12, 0.5}};
  CHECK(LogMeanExp(RatioPromotionBets(candidate_better, 1)) ==
        Exactly(LogMeanExp(RatioRollbackBets(candidate_worse, 1))));
}

TEST_CASE("stages with different shares add up in the error ratio's evidence") {
  const std::array both = {ErrorCounts{5, 1, 0.5}, ErrorCounts{2, 8, 0.1}};
  const Bets first = RatioRollbackBets(std::array{both[0]}, 1.5);
  const Bets second = RatioRollbackBets(std::array{both[1]}, 1.5);
  const Bets together = RatioRollbackBets(both, 1.5);
  for (std::size_t i = 0; i < together.size(); ++i) {
    CHECK(together[i] == Exactly(first[i] + second[i]));
  }
}

TEST_CASE("the mean of exponentials neither overflows nor vanishes") {
  CHECK(LogMeanExp(std::array{1000.0, 1000.0}) == Exactly(1000));
  CHECK(LogMeanExp(std::array{-2000.0, -1000.0}) == Exactly(-1000 - std::log(2.0)));
  CHECK(LogMeanExp({}) == 0);
}

TEST_CASE("an interval holds what was seen and closes in on it") {
  double last_width = 2;
  for (const double n : {100.0, 1000.0, 100000.0}) {
    const std::array values = {Weighted{0, n * 0.95}, Weighted{1, n * 0.05}};
    const double low = LowerEnd(values, std::log(100));
    const double high = UpperEnd(values, std::log(20));
    CHECK(low < 0.05);
    CHECK(high > 0.05);
    CHECK(high - low < last_width);
    last_width = high - low;
  }
  CHECK(last_width < 0.006);
}

TEST_CASE("an interval's ends are the margins at which the tests turn") {
  const std::array values = {Weighted{0, 950}, Weighted{1, 50}};
  const double low = LowerEnd(values, std::log(100));
  const double high = UpperEnd(values, std::log(20));
  CHECK(LogERollback(1000, 50, low) >= std::log(100));
  CHECK(LogERollback(1000, 50, low * 1.01) < std::log(100));
  CHECK(LogEPromotion(1000, 50, high) >= std::log(20));
  CHECK(LogEPromotion(1000, 50, high * 0.99) < std::log(20));
}

TEST_CASE("without outcomes nothing is rejected") {
  CHECK(LogERollback(0, 0, 0.01) == 0);
  CHECK(LogEPromotion(0, 0, 0.01) == 0);
  CHECK(LowerEnd({}, std::log(20)) == 0);
  CHECK(UpperEnd({}, std::log(20)) == 1);
}

}  // namespace
}  // namespace understudy
