// Numbers in the words of a verdict.
#include "proxy/evidence/sentences.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

namespace understudy {
namespace {

using std::chrono::seconds;

TEST_CASE("numbers read as people write them") {
  CHECK(Percent(0.02) == "2 %");
  CHECK(Percent(0.02134) == "2.13 %");
  CHECK(WithCommas(7) == "7");
  CHECK(WithCommas(640) == "640");
  CHECK(WithCommas(1640) == "1,640");
  CHECK(WithCommas(12345678) == "12,345,678");
  CHECK(RoughDuration(seconds(40)) == "40 s");
  CHECK(RoughDuration(seconds(180)) == "3 min");
  CHECK(RoughDuration(seconds(9000)) == "2.5 h");
}

TEST_CASE("what is missing names a time only when the rate is known") {
  CHECK(MorePairs(640, 0) == "about 640 more pairs");
  CHECK(MorePairs(640, 3.5) == "about 640 more pairs, 3 min at the present rate");
  CHECK(MorePairs(1, 0) == "about 1 more pair");
  CHECK_FALSE(TimeFor(640, std::nan("")).has_value());
}

TEST_CASE("missing samples are the fewest that reach the threshold") {
  const Growth tenth = [](double samples) { return samples / 10; };
  CHECK(SamplesMissing(tenth, 30, 3.0) == 0);
  CHECK(SamplesMissing(tenth, 29, 3.0) == 1);
  CHECK(SamplesMissing(tenth, 0, 100.0) == 1000);
  CHECK_FALSE(SamplesMissing([](double) { return 0.0; }, 5, 1.0).has_value());
}

TEST_CASE("clean pairs extrapolate to the number the test really needs") {
  const Bets one_clean = PromotionBets(std::array<Weighted, 1>{Weighted{0, 1}}, 0.02);
  CHECK(SamplesMissing(Extrapolate(one_clean, 1), 0, std::log(20)) == 208);
}

}  // namespace
}  // namespace understudy
