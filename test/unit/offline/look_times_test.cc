// When simulated evidence is looked at.
#include "proxy/offline/look_times.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{seconds(1'000'000'000)};

RolloutState InStage(Duration min_duration, Duration max_duration) {
  RolloutState state;
  Stage stage;
  stage.min_duration = min_duration;
  stage.max_duration = max_duration;
  state.plan.stages = {stage};
  state.phase = Phase::kShadowing;
  state.stage_since = kStart;
  return state;
}

TEST_CASE("a look comes after fifty pairs, but not within a second of the last") {
  const RolloutState state = InStage(Duration::zero(), Duration::zero());
  CHECK(UntilNextLook(state, 0, 10, kStart) == seconds(5));
  CHECK(UntilNextLook(state, 0, 100, kStart) == seconds(1));
  CHECK(UntilNextLook(state, 0, 100'000, kStart) == seconds(1));
}

TEST_CASE("in a long stage looks grow rarer with its pairs") {
  const RolloutState state = InStage(Duration::zero(), Duration::zero());
  CHECK(UntilNextLook(state, 128'000, 100, kStart) == seconds(10));
}

TEST_CASE("a timer of the stage is not slept through") {
  const RolloutState state = InStage(seconds(30), minutes(2));
  CHECK(UntilNextLook(state, 0, 1, kStart) == seconds(30));
  CHECK(UntilNextLook(state, 0, 1, kStart + seconds(30)) == seconds(50));
  CHECK(UntilNextLook(state, 0, 1, kStart + seconds(115)) == seconds(5));
  CHECK(UntilNextLook(state, 0, 1000, kStart + milliseconds(29'600)) == milliseconds(400));
}

TEST_CASE("the end of the bake time is a timer too") {
  RolloutState state = InStage(Duration::zero(), Duration::zero());
  state.phase = Phase::kBaking;
  state.plan.bake_duration = seconds(20);
  CHECK(UntilNextLook(state, 0, 1, kStart) == seconds(20));
}

TEST_CASE("timers of a held stage stand still and are not waited for") {
  RolloutState state = InStage(seconds(30), Duration::zero());
  state.holds.Add(Hold::kInconclusive);
  state.held_since = kStart + seconds(29);
  CHECK(UntilNextLook(state, 0, 1, kStart + hours(1)) == seconds(50));
}

TEST_CASE("next to no traffic does not overflow the clock") {
  const RolloutState state = InStage(Duration::zero(), Duration::zero());
  CHECK(UntilNextLook(state, 0, 1e-12, kStart) > hours(24));
  CHECK(UntilNextLook(state, 0, 1e-12, kStart) < hours(24 * 400));
}

}  // namespace
}  // namespace understudy
