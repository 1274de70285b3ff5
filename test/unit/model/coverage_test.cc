// What share of the chosen requests was compared.
#include "proxy/model/coverage.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("requests that came while mirroring was off are counted and lower no coverage") {
  Coverage coverage;
  coverage.eligible = 1000;
  coverage.sampled_out = 100;
  coverage.skipped[static_cast<std::size_t>(SkipReason::kMirroringOff)] = 600;
  coverage.skipped[static_cast<std::size_t>(SkipReason::kServingRejected)] = 30;
  coverage.mirrored = 270;
  coverage.compared = 240;
  coverage.uncomparable[static_cast<std::size_t>(UncomparableReason::kNotJson)] = 20;
  CHECK(coverage.Chosen() == 300);
  CHECK(coverage.Settled() == 290);  // ten are in flight
  CHECK(coverage.Ratio() == Approx(240.0 / 290));
  CHECK(coverage.Skipped() == 630);
}

TEST_CASE("nothing chosen is no coverage, and counters read out of order give no nonsense") {
  Coverage coverage;
  CHECK(coverage.Ratio() == 0);
  coverage.eligible = coverage.sampled_out = 50;
  CHECK(coverage.Ratio() == 0);
  coverage.sampled_out = 51;
  coverage.compared = 2;
  CHECK(coverage.Chosen() == 0);
  CHECK(coverage.Ratio() == 0);
}

}  // namespace
}  // namespace understudy
