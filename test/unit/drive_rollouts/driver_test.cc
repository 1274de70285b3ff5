// The control loop from samples to published weights, through crashes and a failing store.
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

TEST_CASE("Without a rollout a candidate is mirrored and observed, and serves nothing") {
  DrivenRollouts driven;
  CHECK(driven.Weight("v2") == 0);
  CHECK(driven.Serving("v2").mirroring);
  CHECK(driven.Shown().verdict.kind == VerdictKind::kInconclusive);
  for (int i = 0; i < 60; ++i) {
    driven.Compare("v2", 10);
    driven.Tick();
  }
  CHECK(driven.Shown().verdict.kind == VerdictKind::kPass);
  CHECK(driven.Shown().pairs == 600);
  CHECK(driven.Shown().pairs_per_second > 15);
  CHECK_FALSE(driven.Shown().rollout.has_value());
  CHECK(driven.Weight("v2") == 0);
}

TEST_CASE("A good candidate climbs to 100 % and becomes the incumbent, across a restart") {
  DrivenRollouts driven;
  driven.Begin();
  std::vector<std::uint32_t> weights;
  for (int i = 0; i < 4; ++i) {
    driven.PassStage();
    weights.push_back(driven.Weight("v2"));
  }
  CHECK(weights == std::vector<std::uint32_t>{10'000, 100'000, 500'000, 1'000'000});
  CHECK(driven.State().phase == Phase::kBaking);
  driven.PassStage();
  CHECK(driven.State().phase == Phase::kCompleted);
  CHECK(driven.traffic.Read()->routes.front().incumbent->name == "v2");
  CHECK(driven.driver->Read()->routes.front().incumbent_in_file == "v1");
  const Verdict verdict = driven.Shown().verdict;
  CHECK(verdict.kind == VerdictKind::kPass);

  driven.Crash();
  driven.Tick();
  CHECK(driven.traffic.Read()->routes.front().incumbent->name == "v2");
  CHECK(driven.State().phase == Phase::kCompleted);
  CHECK(driven.Shown().verdict.kind == VerdictKind::kPass);
  CHECK(driven.Shown().verdict.samples == verdict.samples);

  Topology caught_up = *driven.topology;
  caught_up.routes.front().incumbent = "v2";
  caught_up.routes.front().candidates.erase(caught_up.routes.front().candidates.begin());
  driven.topology = std::make_shared<const Topology>(caught_up);
  driven.driver->Reload(driven.topology);
  CHECK(driven.traffic.Read()->routes.front().incumbent->name == "v2");
  CHECK(driven.store.contents().routes.front().promoted.empty());
}

TEST_CASE("A candidate beyond its margin is rolled back and quarantined") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  REQUIRE(driven.Weight("v2") == 10'000);
  for (int i = 0; i < 60 && !IsTerminal(driven.State().phase); ++i) {
    driven.Compare("v2", 10, 4);
    driven.Tick();
  }
  CHECK(driven.State().phase == Phase::kRolledBack);
  CHECK(driven.Weight("v2") == 0);
  CHECK(driven.Shown().verdict.kind == VerdictKind::kFail);
  const auto again = driven.Do(CommandKind::kCreate);
  CHECK(again.status().code() == absl::StatusCode::kFailedPrecondition);
  // What comes in later does not touch the record.
  const std::uint64_t pairs = driven.Shown().pairs;
  driven.Compare("v2", 10);
  driven.Tick();
  CHECK(driven.Shown().pairs == pairs);
  driven.Crash();
  driven.Tick();
  CHECK(driven.Shown().verdict.kind == VerdictKind::kFail);
  CHECK(driven.Shown().pairs == pairs);

  Command command;
  command.kind = CommandKind::kCreate;
  command.route = "digits";
  command.candidate = "v2";
  command.unquarantine = true;
  CHECK(driven.driver->Apply(command).ok());
  CHECK(driven.store.contents().quarantine.empty());
}

TEST_CASE("The breaker rolls back at the next look, by failures in a row or by their share") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.PassStage();
  driven.Serve("v2", 30, 0);
  driven.Tick(0.2);
  REQUIRE(driven.Weight("v2") == 100'000);
  SECTION("in a row") { driven.Serve("v2", 20, 20); }
  SECTION("by share") {
    for (int i = 0; i < 40; ++i) driven.Serve("v2", 3, 2);
    driven.Serve("v2", 1, 0);
  }
  driven.Tick(0.2);
  CHECK(driven.Weight("v2") == 0);
  CHECK(driven.State().phase == Phase::kRolledBack);
  CHECK(driven.store.contents().journal.back().actor == "breaker");
}

TEST_CASE("Failures from before a rollout served do not trip its breaker") {
  DrivenRollouts driven;
  driven.Serve("v2", 100, 100);
  driven.Begin();
  driven.PassStage();
  driven.Tick();
  CHECK(driven.State().phase == Phase::kRamping);
}

TEST_CASE("A raise that cannot be written does not happen; a rollback happens all the same") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.store.SetFault(MemoryControlStore::Fault::kRefuse);
  for (int i = 0; i < 60; ++i) {
    driven.Compare("v2", 10);
    driven.Tick();
  }
  CHECK(driven.Weight("v2") == 10'000);
  CHECK_FALSE(driven.driver->Read()->store_available);
  CHECK(driven.Do(CommandKind::kPromote, "v2", true).status().code() ==
        absl::StatusCode::kUnavailable);
  REQUIRE(driven.Do(CommandKind::kRollBack).ok());
  CHECK(driven.Weight("v2") == 0);
  CHECK(driven.Stored(driven.State().id).phase == Phase::kRamping);

  driven.store.SetFault(MemoryControlStore::Fault::kNone);
  driven.Tick(1.5);
  CHECK(driven.Stored(driven.State().id).phase == Phase::kRolledBack);
  CHECK(driven.driver->Read()->store_available);
  CHECK(driven.store.contents().journal.back().action == "rollback");
  CHECK(driven.store.contents().quarantine.size() == 1);
}

TEST_CASE("The rollout goes on by itself once the store writes again") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.store.SetFault(MemoryControlStore::Fault::kRefuse);
  for (int i = 0; i < 60; ++i) {
    driven.Compare("v2", 10);
    driven.Tick();
  }
  driven.store.SetFault(MemoryControlStore::Fault::kNone);
  driven.PassStage();
  CHECK(driven.Weight("v2") == 100'000);
}

TEST_CASE("In the store a raise comes before its publication") {
  DrivenRollouts driven;
  driven.Begin();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> written_and_served;
  driven.store.OnTxn([&](const ControlTxn& txn) {
    if (txn.rollouts.empty()) return;
    written_and_served.emplace_back(txn.rollouts[0].weight_ppm, driven.Weight("v2"));
  });
  driven.PassStage();
  REQUIRE(driven.Do(CommandKind::kRollBack).ok());
  REQUIRE(written_and_served.size() == 2);
  CHECK(written_and_served[0] == std::pair<std::uint32_t, std::uint32_t>{10'000, 0});
  CHECK(written_and_served[1] == std::pair<std::uint32_t, std::uint32_t>{0, 0});
}

TEST_CASE("A crash in RAMPING comes back in the same phase and weight, held, with its evidence") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.PassStage();
  for (int i = 0; i < 8; ++i) {
    driven.Compare("v2", 10);
    driven.Tick();
  }
  const RolloutState before = driven.State();
  driven.now += std::chrono::seconds(3600);
  driven.Crash();
  const RolloutState after = driven.State();
  CHECK(after.phase == before.phase);
  CHECK(after.stage == before.stage);
  CHECK(after.holds.Has(Hold::kRestarted));
  CHECK(driven.Weight("v2") == 100'000);
  CHECK(driven.Shown().pairs >= 50);  // saved every three seconds
  driven.Tick();
  CHECK(driven.State().holds.Has(Hold::kRestarted));
  driven.PassStage();
  CHECK(driven.Weight("v2") == 500'000);
}

TEST_CASE("Damaged evidence starts anew at the same weight") {
  DrivenRollouts driven;
  driven.Begin();
  driven.PassStage();
  driven.driver->Drain();
  for (EvidenceBlob& blob : driven.store.contents_to_edit().evidence) blob.bytes.back() ^= 1;
  const std::uint64_t window = driven.State().window;
  driven.Crash();
  CHECK(driven.Weight("v2") == 10'000);
  CHECK(driven.State().window == window + 1);
  CHECK(driven.Shown().pairs == 0);
}

TEST_CASE("auto_start begins a rollout of a version that was never seen, once") {
  Plan plan = FlipPlan();
  plan.auto_start = true;
  Topology topology = DigitsTopology(plan);
  topology.routes.front().candidates.pop_back();
  DrivenRollouts driven(topology);
  driven.Tick();
  CHECK(driven.State().phase == Phase::kShadowing);
  CHECK(driven.store.contents().journal.front().actor == "automation");
  REQUIRE(driven.Do(CommandKind::kRollBack).ok());
  driven.Tick();
  driven.Crash();
  driven.Tick();
  CHECK(driven.driver->Read()->rollouts.size() == 1);
}

}  // namespace
}  // namespace understudy
