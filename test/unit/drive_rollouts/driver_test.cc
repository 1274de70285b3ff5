// The control loop from samples to published weights.
#include "proxy/base/status.h"
#include "proxy/rollout/describe.h"
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

using Catch::Contains;

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
