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

std::size_t Lines(const std::vector<JournalLine>& timeline, const std::string& action) {
  std::size_t count = 0;
  for (const JournalLine& line : timeline) count += line.action == action ? 1 : 0;
  return count;
}

TEST_CASE("A kill at weight 0 stands in the timeline and on the route, after a restart too") {
  DrivenRollouts driven;
  REQUIRE(driven.Do(CommandKind::kKill).ok());
  driven.Tick();
  REQUIRE(driven.Do(CommandKind::kUnkill).ok());
  driven.Tick();
  driven.Begin();
  driven.Tick();
  REQUIRE(driven.Do(CommandKind::kKill).ok());
  driven.Tick();
  const auto check = [&] {
    const CandidateView& shown = driven.Shown();
    CHECK(Lines(shown.timeline, "kill") == 1);  // the one before its creation is not its own
    CHECK(Lines(shown.timeline, "unkill") == 0);
    const RouteView& route = *driven.control->FindRoute("digits");
    REQUIRE(route.killed_by.has_value());
    CHECK(route.killed_by->actor == "operator:ada");
    CHECK(route.killed_by->reason == "because");
    CHECK_FALSE(route.frozen_by.has_value());
  };
  check();
  driven.Crash();
  check();
}

TEST_CASE("A kill that lowers a rollout stands in its timeline once") {
  DrivenRollouts driven;
  driven.Begin();
  REQUIRE(driven.Do(CommandKind::kSetWeight, "v2", true, 250'000).ok());
  driven.Tick();
  REQUIRE(driven.Do(CommandKind::kKill).ok());
  driven.Tick();
  CHECK(Lines(driven.Shown().timeline, "kill") == 1);
}

TEST_CASE("A killed stretch costs a rollout no coverage once it goes on") {
  DrivenRollouts driven;
  driven.Begin();
  REQUIRE(driven.Do(CommandKind::kKill).ok());
  CoverageCounters& counters = driven.book->CoverageOf("digits", "v2").At(0);
  for (int i = 0; i < 5000; ++i) {
    counters.eligible.Add();
    counters.Skip(SkipReason::kMirroringOff);
  }
  driven.Tick();
  REQUIRE(driven.Do(CommandKind::kUnkill).ok());
  driven.PassStage();
  CHECK(driven.State().weight_ppm == 10'000);
}

TEST_CASE("What an ended rollout ended on is kept beside its successor and after a restart") {
  DrivenRollouts driven;
  driven.Begin();
  const std::string first = driven.State().id;
  for (int i = 0; i < 20; ++i) {
    driven.Compare("v2", 50, 40);
    driven.Tick();
  }
  REQUIRE(driven.State().phase == Phase::kRolledBack);
  Command again;
  again.kind = CommandKind::kCreate;
  again.route = "digits";
  again.candidate = "v2";
  again.unquarantine = true;
  REQUIRE(driven.driver->Apply(again).ok());
  driven.Tick();
  const auto check = [&] {
    REQUIRE(driven.Shown().rollout->id != first);
    const CandidateView* ended = driven.control->FindEnded(first);
    REQUIRE(ended != nullptr);
    CHECK(ended->verdict.kind == VerdictKind::kFail);
    REQUIRE(ended->verdict.checks.size() == 1);
    CHECK(ended->verdict.checks[0].estimate > 0.5);
    CHECK(ended->pairs > 0);
    CHECK(ended->diverged > 0);
    CHECK(ended->rollout->phase == Phase::kRolledBack);
    CHECK_FALSE(ended->timeline.empty());
  };
  check();
  driven.Crash();
  check();
}

TEST_CASE("After a restart the window says from when on its examples are known") {
  DrivenRollouts driven;
  driven.Begin();
  driven.Compare("v2", 50, 2);
  driven.Tick(5);
  CHECK(driven.Shown().diverged == 2);
  CHECK(driven.Shown().worst_since == driven.Shown().window_since);
  driven.driver->Drain();
  driven.Crash();
  CHECK(driven.Shown().diverged == 2);
  CHECK(driven.Shown().worst_since > driven.Shown().window_since);
}

TEST_CASE("Requests know the rollout whose evidence they are") {
  DrivenRollouts driven;
  CHECK(driven.Serving("v2").rollout_id.empty());
  driven.Begin();
  CHECK(driven.Serving("v2").rollout_id == driven.State().id);
  REQUIRE(driven.Do(CommandKind::kRollBack).ok());
  CHECK(driven.Serving("v2").rollout_id.empty());
}

TEST_CASE("A dry run of creating and starting shows the rollout as started and keeps nothing") {
  DrivenRollouts driven;
  Command create;
  create.kind = CommandKind::kCreate;
  create.route = "digits";
  create.candidate = "v2";
  create.dry_run = create.start = true;
  const auto shown = driven.driver->Apply(create);
  REQUIRE(shown.ok());
  CHECK(shown->phase == Phase::kShadowing);
  CHECK(driven.store.contents().rollouts.empty());
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
