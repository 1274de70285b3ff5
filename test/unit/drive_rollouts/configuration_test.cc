// What a new configuration does to rollouts under way.
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

using Catch::Contains;

TEST_CASE("A completed rollout cancels the others of its route: their incumbent is gone") {
  DrivenRollouts driven;
  driven.Begin("v2");
  driven.Begin("v3");
  REQUIRE(driven.Do(CommandKind::kPromote, "v2", true).ok());
  REQUIRE(driven.Do(CommandKind::kAdvance, "v2", true).ok());
  CHECK(driven.State("v2").phase == Phase::kCompleted);
  CHECK(driven.State("v3").phase == Phase::kCancelled);
  CHECK(driven.Shown("v3").incumbent == "v2");
}

TEST_CASE("A reload with another candidate version cancels the rollout and observes anew") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  Topology changed = *driven.topology;
  changed.clusters[1].version = "2b";
  driven.topology = std::make_shared<const Topology>(changed);
  driven.driver->Reload(driven.topology);
  CHECK(driven.Weight("v2") == 0);
  CHECK(driven.State().phase == Phase::kCancelled);
  CHECK_THAT(driven.State().ended_reason, Contains("2b"));
  CHECK(driven.Shown().candidate_version == "2b");
  CHECK(driven.Shown().pairs == 0);
  CHECK(driven.Do(CommandKind::kCreate).ok());
}

TEST_CASE("A reload that changes nothing of a rollout leaves it alone") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.Compare("v2", 10);
  const RolloutState before = driven.State();
  driven.topology = std::make_shared<const Topology>(*driven.topology);
  driven.driver->Reload(driven.topology);
  CHECK(driven.State().generation == before.generation);
  CHECK(driven.Weight("v2") == 10'000);
  CHECK(driven.Shown().pairs == 10);
}

TEST_CASE("A reload with other rules of comparators of the same names begins their evidence anew") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.Compare("v2", 10);
  driven.comparators.fingerprint = 2;
  driven.driver->Reload(driven.topology);
  CHECK(driven.Shown().pairs == 0);
}

TEST_CASE("A candidate that left the configuration is held at zero, also across a restart") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  const auto full = driven.topology;
  Topology without = *full;
  without.routes.front().candidates.erase(without.routes.front().candidates.begin());
  driven.topology = std::make_shared<const Topology>(without);
  SECTION("by reload") { driven.driver->Reload(driven.topology); }
  SECTION("at start") { driven.Crash(); }
  CHECK(driven.State().weight_ppm == 0);
  CHECK(driven.State().holds.Has(Hold::kOperator));
  driven.Tick();
  driven.topology = full;
  driven.driver->Reload(full);
  CHECK(driven.Weight("v2") == 0);
  REQUIRE(driven.Do(CommandKind::kResume).ok());
  driven.PassStage();
  CHECK(driven.Weight("v2") == 10'000);
}

}  // namespace
}  // namespace understudy
