// Commands through the driver: switches, refusals, dry runs.
#include "proxy/base/status.h"
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

using Catch::Contains;

TEST_CASE("Kill stops all candidates and mirrors at once, even while the store refuses") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.store.SetFault(MemoryControlStore::Fault::kRefuse);
  Command kill;
  kill.kind = CommandKind::kKill;
  kill.reason = "smoke";
  REQUIRE(driven.driver->Apply(kill).ok());
  CHECK(driven.Weight("v2") == 0);
  CHECK_FALSE(driven.Serving("v2").mirroring);
  CHECK_FALSE(driven.Serving("v3").mirroring);
  driven.store.SetFault(MemoryControlStore::Fault::kNone);
  driven.Tick(1.5);
  driven.Crash();
  CHECK_FALSE(driven.Serving("v2").mirroring);
  CHECK(driven.Weight("v2") == 0);
  REQUIRE(driven.Do(CommandKind::kUnkill).ok());
  CHECK(driven.Serving("v2").mirroring);
  for (int i = 0; i < 60; ++i) {
    driven.Compare("v2", 10);
    driven.Tick();
  }
  CHECK(driven.Weight("v2") == 0);  // an operator's lowering stays
  REQUIRE(driven.Do(CommandKind::kResume).ok());
  driven.PassStage();
  CHECK(driven.Weight("v2") == 10'000);
}

TEST_CASE("Freeze holds every rollout of the route and unfreeze lets them go on") {
  DrivenRollouts driven;
  driven.Begin();
  REQUIRE(driven.Do(CommandKind::kFreeze).ok());
  CHECK(driven.State().holds.Has(Hold::kFrozen));
  driven.PassStage();
  CHECK(driven.Weight("v2") == 0);
  REQUIRE(driven.Do(CommandKind::kUnfreeze).ok());
  driven.PassStage();
  CHECK(driven.Weight("v2") == 10'000);
}

TEST_CASE("Two candidates never weigh more than the whole together") {
  DrivenRollouts driven;
  driven.Begin("v2");
  driven.Begin("v3");
  REQUIRE(driven.Do(CommandKind::kSetWeight, "v2", true, 600'000).ok());
  CHECK(driven.Do(CommandKind::kSetWeight, "v3", true, 500'000).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  REQUIRE(driven.Do(CommandKind::kSetWeight, "v3", true, 400'000).ok());
  CHECK(driven.Weight("v2") + driven.Weight("v3") == kWholePpm);
  CHECK(driven.Do(CommandKind::kPromote, "v2", true).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("A dry run answers what would be and changes nothing") {
  DrivenRollouts driven;
  driven.Begin();
  const RolloutState before = driven.State();
  Command command;
  command.kind = CommandKind::kRollBack;
  command.rollout = before.id;
  command.dry_run = true;
  const auto would = driven.driver->Apply(command);
  REQUIRE(would.ok());
  CHECK(would->phase == Phase::kRolledBack);
  CHECK(driven.State().generation == before.generation);
  CHECK(driven.Stored(before.id).phase == Phase::kShadowing);
}

TEST_CASE("Nobody outside acts under automation's name, and texts are bounded") {
  DrivenRollouts driven;
  Command command;
  command.kind = CommandKind::kCreate;
  command.route = "digits";
  command.candidate = "v2";
  command.actor = "automation";
  command.reason = std::string(1001, 'x');
  CHECK(driven.driver->Apply(command).status().code() == absl::StatusCode::kInvalidArgument);
  command.reason = "why not";
  REQUIRE(driven.driver->Apply(command).ok());
  CHECK(driven.store.contents().journal.back().actor == "operator:automation");
}

TEST_CASE("Unknown routes, candidates, rollouts and plans are named in the refusal") {
  DrivenRollouts driven;
  Command command;
  command.kind = CommandKind::kCreate;
  command.route = "nowhere";
  CHECK_THAT(Message(driven.driver->Apply(command).status()), Contains("nowhere"));
  command.route = "digits";
  CHECK(driven.driver->Apply(command).status().code() == absl::StatusCode::kInvalidArgument);
  command.candidate = "v9";
  CHECK_THAT(Message(driven.driver->Apply(command).status()), Contains("v9"));
  command.candidate = "v2";
  command.plan = "bold";
  CHECK_THAT(Message(driven.driver->Apply(command).status()), Contains("bold"));
  Command hold;
  hold.rollout = "r-none";
  CHECK(driven.driver->Apply(hold).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("A control loop that does not answer gets no second chance to hang its caller") {
  MemoryControlStore store;
  TrafficBook book(1, 1);
  Snapshot<TrafficView> traffic;
  RolloutDriver driver(
      std::make_shared<const Topology>(DigitsTopology(FlipPlan())),
      RolloutSurroundings{book, traffic, store, [](const Route&) { return RouteComparators{}; },
                          [] { return WallAt(0); }, [](std::function<void()>) {},
                          Duration::zero()});
  CHECK(driver.Apply(Command{}).status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace understudy
