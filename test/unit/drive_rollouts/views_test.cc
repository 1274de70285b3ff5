// What the driver shows of itself.
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

TEST_CASE("Coverage of a window adds up whatever is in flight when the window starts") {
  DrivenRollouts driven;
  driven.Begin();
  CoverageCounters& counters = driven.book->CoverageOf("digits", "v2").At(0);
  counters.eligible.Add(9);
  counters.mirrored.Add(7);
  counters.Skip(SkipReason::kServingRejected);
  driven.PassStage();
  REQUIRE(driven.Weight("v2") == 10'000);
  counters.compared.Add(5);
  counters.Uncomparable(UncomparableReason::kNotJson);
  counters.Drop(DropReason::kInFlightLimit);
  driven.Tick();
  const Coverage& coverage = driven.Shown().coverage;
  CHECK(coverage.compared == 5);
  CHECK(coverage.mirrored == 6);
  CHECK(coverage.eligible == 7);
}

TEST_CASE("The ten worst examples of a window are kept, worst first") {
  DrivenRollouts driven;
  driven.Begin();
  for (int i = 0; i < 12; ++i) {
    DivergenceExample example;
    example.id = std::to_string(i);
    example.divergence = (i * 5 % 12) / 12.0;
    driven.driver->IngestExample("digits", "v2", example);
  }
  driven.Tick();
  const auto& worst = driven.Shown().worst;
  REQUIRE(worst.size() == 10);
  CHECK(worst.front().divergence == 11 / 12.0);
  CHECK(worst.back().divergence == 2 / 12.0);
}

TEST_CASE("Arms show what they were given and what they served in the last minute") {
  DrivenRollouts driven;
  driven.Begin();
  REQUIRE(driven.Do(CommandKind::kSetWeight, "v2", true, 250'000).ok());
  driven.Serve("v2", 1000, 0);
  driven.Tick();
  for (int i = 0; i < 40; ++i) {
    driven.Serve("v1", 30, 0);
    driven.Serve("v2", 10, 0);
    driven.Tick(2);
  }
  const auto view = driven.driver->Read();
  const RouteView& route = view->routes.front();
  REQUIRE(route.arms.size() == 3);
  CHECK(route.arms[0].role == "incumbent");
  CHECK(route.arms[0].share_configured == Approx(0.75));
  CHECK(route.arms[1].requests == 1400);
  CHECK(route.arms[1].share_measured == Approx(0.25));
}

TEST_CASE("A view is published at least every half second and waiting ends with it") {
  DrivenRollouts driven;
  const auto first = driven.driver->Read();
  CHECK(driven.driver->WaitNewer(first->version, Duration::zero())->version == first->version);
  driven.Tick(0.1);
  driven.Tick(0.5);
  CHECK(driven.driver->WaitNewer(first->version, std::chrono::hours(1))->version > first->version);
}

}  // namespace
}  // namespace understudy
