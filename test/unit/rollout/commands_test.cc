// What operators may ask of a rollout, and what they are told.
#include "proxy/base/status.h"
#include "proxy/rollout/describe.h"
#include "proxy/rollout/timers.h"
#include "test/support/scripted_rollout.h"

namespace understudy {
namespace {

using Catch::Contains;

TEST_CASE("A plan whose first stage has a weight gets a shadow stage before it") {
  Plan plan = FourStagePlan();
  plan.stages.erase(plan.stages.begin());
  ScriptedRollout rollout(plan);
  REQUIRE(rollout.state.plan.stages.size() == 4);
  CHECK(rollout.state.plan.stages[0].weight_ppm == 0);
  CHECK(rollout.state.plan.stages[0].min_samples == 100);
  REQUIRE(rollout.Do(CommandKind::kStart).ok());
  CHECK(rollout.state.phase == Phase::kShadowing);
  CHECK(rollout.state.weight_ppm == 0);
}

TEST_CASE("Plans without stages or with falling weights make no rollout") {
  NewRollout wanted;
  wanted.plan.name = "empty";
  CHECK(CreateRollout(wanted, std::nullopt, WallAt(0)).status().code() ==
        absl::StatusCode::kInvalidArgument);
  wanted.plan.stages = {StageOf(100'000, 1, 1), StageOf(10'000, 1, 1)};
  CHECK_THAT(Message(CreateRollout(wanted, std::nullopt, WallAt(0)).status()), Contains("1%"));
}

TEST_CASE("A quarantined version starts again only when that is said") {
  NewRollout wanted;
  wanted.plan = FourStagePlan();
  wanted.candidate_version = "2";
  const Quarantine quarantine{"digits", "2", "r-00000000000a", WallAt(0), "flips"};
  const auto refused = CreateRollout(wanted, quarantine, WallAt(1));
  CHECK(refused.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK_THAT(Message(refused.status()), Contains("r-00000000000a") && Contains("flips"));
  wanted.unquarantine = true;
  const auto created = CreateRollout(wanted, quarantine, WallAt(1));
  REQUIRE(created.ok());
  CHECK(created->Has(RolloutAction::kUnquarantine));
  CHECK_THAT(created->journal.front().evidence, Contains("r-00000000000a"));
}

TEST_CASE("An operator's hold stops raises and timers but not a rollback") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  rollout.After(4);
  REQUIRE(rollout.Do(CommandKind::kHold).ok());
  rollout.After(100);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
  CHECK(StageElapsed(rollout.state, WallAt(rollout.seconds)) == std::chrono::seconds(4));
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(5);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
  REQUIRE(rollout.Do(CommandKind::kHold).ok());
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.phase == Phase::kRolledBack);
}

TEST_CASE("Holding twice changes nothing and is no error") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  REQUIRE(rollout.Do(CommandKind::kHold).ok());
  const auto generation = rollout.state.generation;
  REQUIRE(rollout.Do(CommandKind::kHold).ok());
  CHECK(rollout.state.generation == generation);
  CHECK_FALSE(rollout.last.Changed());
}

TEST_CASE("A lowered weight stays until it is resumed, and climbs again from its own stage") {
  ScriptedRollout rollout;
  rollout.Climb(3);
  REQUIRE(rollout.Do(CommandKind::kSetWeight, false, 20'000).ok());
  CHECK(rollout.state.weight_ppm == 20'000);
  CHECK(rollout.state.stage == 1);
  rollout.After(30);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 20'000);
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
}

TEST_CASE("A weight below its stage's first climbs back to that stage") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  REQUIRE(rollout.Do(CommandKind::kSetWeight, false, 5'000).ok());
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
}

TEST_CASE("Raising by hand needs an override with a reason, which is kept") {
  ScriptedRollout rollout;
  rollout.Climb(0);
  CHECK(rollout.Do(CommandKind::kSetWeight, false, 50'000).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(rollout.Do(CommandKind::kPromote).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(rollout.Do(CommandKind::kAdvance).code() == absl::StatusCode::kFailedPrecondition);
  Command silent;
  silent.kind = CommandKind::kAdvance;
  silent.actor = "operator:ada";
  silent.override_verdict = true;
  CHECK(rollout.Feed(silent).code() == absl::StatusCode::kInvalidArgument);
  CHECK(rollout.state.weight_ppm == 0);

  REQUIRE(rollout.Do(CommandKind::kAdvance, true).ok());
  CHECK(rollout.state.weight_ppm == 10'000);
  REQUIRE(rollout.Do(CommandKind::kSetWeight, true, 50'000).ok());
  CHECK(rollout.state.weight_ppm == 50'000);
  REQUIRE(rollout.Do(CommandKind::kPromote, true).ok());
  CHECK(rollout.state.phase == Phase::kBaking);
  REQUIRE(rollout.state.overrides.size() == 3);
  CHECK(rollout.state.overrides[1].what == "set-weight 5%");
  CHECK(rollout.state.overrides[1].reason == "because");
}

TEST_CASE("Raising by hand passes over no approval but by an override") {
  Plan plan = FourStagePlan();
  plan.stages[2].approval_required = plan.stages[3].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(2);
  REQUIRE(rollout.state.holds.Has(Hold::kAwaitingApproval));
  CHECK_THAT(Message(rollout.Do(CommandKind::kAdvance)), Contains("approve it first"));
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  CHECK(rollout.state.weight_ppm == 10'000);
  REQUIRE(rollout.Do(CommandKind::kAdvance).ok());
  CHECK(rollout.state.weight_ppm == 100'000);
  REQUIRE(rollout.Do(CommandKind::kAdvance, true).ok());
  CHECK(rollout.state.weight_ppm == 500'000);
}

TEST_CASE("A stage that was lowered from is approved anew") {
  Plan plan = FourStagePlan();
  plan.stages[2].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(1);
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  REQUIRE(rollout.state.weight_ppm == 100'000);
  REQUIRE(rollout.Do(CommandKind::kSetWeight, false, 10'000).ok());
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
}

TEST_CASE("Approving where nothing asks for it is refused, and twice is no error") {
  ScriptedRollout plain;
  CHECK_THAT(Message(plain.Do(CommandKind::kApprove)), Contains("start it first"));
  plain.Climb(1);
  CHECK_THAT(Message(plain.Do(CommandKind::kApprove)), Contains("asks for no approval"));
  Plan plan = FourStagePlan();
  plan.stages[1].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(0);
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  const auto generation = rollout.state.generation;
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  CHECK(rollout.state.generation == generation);
}

TEST_CASE("No override lifts a kill, a freeze, a full route or a dead store") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  SECTION("killed") { rollout.facts.route_killed = true; }
  SECTION("frozen") { rollout.facts.route_frozen = true; }
  SECTION("full") { rollout.facts.others_ppm = 999'000; }
  SECTION("no store") { rollout.facts.store_available = false; }
  CHECK_FALSE(rollout.Do(CommandKind::kAdvance, true).ok());
  CHECK_FALSE(rollout.Do(CommandKind::kSetWeight, true, 200'000).ok());
  CHECK_FALSE(rollout.Do(CommandKind::kPromote, true).ok());
  CHECK(rollout.state.weight_ppm == 10'000);
  CHECK(rollout.state.overrides.empty());
}

TEST_CASE("A command for an older generation is refused, but never a rollback, hold or kill") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  Command command;
  command.actor = "operator:ada";
  command.reason = "late";
  command.if_generation = 1;
  command.kind = CommandKind::kAdvance;
  const absl::Status refused = rollout.Feed(command);
  CHECK(refused.code() == absl::StatusCode::kAborted);
  CHECK_THAT(Message(refused), Contains("RAMPING(2) 10%"));
  command.kind = CommandKind::kHold;
  CHECK(rollout.Feed(command).ok());
  command.kind = CommandKind::kKill;
  CHECK(rollout.Feed(command).ok());
  CHECK(rollout.state.weight_ppm == 0);
  command.kind = CommandKind::kRollBack;
  CHECK(rollout.Feed(command).ok());
  CHECK(rollout.state.phase == Phase::kRolledBack);
}

TEST_CASE("A killed rollout stays at zero after the kill is lifted, until it is resumed") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  rollout.facts.route_killed = true;
  REQUIRE(rollout.Do(CommandKind::kKill).ok());
  CHECK(rollout.state.phase == Phase::kShadowing);
  rollout.facts.route_killed = false;
  REQUIRE(rollout.Do(CommandKind::kUnkill).ok());
  rollout.After(20);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 0);
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
}

TEST_CASE("FROZEN follows the route's switch") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  rollout.facts.route_frozen = true;
  REQUIRE(rollout.Do(CommandKind::kFreeze).ok());
  CHECK(rollout.state.holds.Has(Hold::kFrozen));
  CHECK(rollout.journal.back().actor == "operator:ada");
  rollout.After(20);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
  rollout.facts.route_frozen = false;
  REQUIRE(rollout.Do(CommandKind::kUnfreeze).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
}

TEST_CASE("An ended rollout refuses every command and ignores every input") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  REQUIRE(rollout.Do(CommandKind::kCancel).ok());
  const std::string ended = Describe(rollout.state);
  for (const CommandKind kind :
       {CommandKind::kStart, CommandKind::kHold, CommandKind::kResume, CommandKind::kRollBack,
        CommandKind::kPromote, CommandKind::kCancel, CommandKind::kSetWeight}) {
    const absl::Status refused = rollout.Do(kind, true);
    CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
    CHECK_THAT(Message(refused), Contains("CANCELLED"));
  }
  rollout.Judge(VerdictKind::kFail);
  REQUIRE(rollout.Feed(BreakerTripped{"errors"}).ok());
  REQUIRE(rollout.Feed(Restarted{WallAt(0)}).ok());
  CHECK(Describe(rollout.state) == ended);
  CHECK_FALSE(rollout.last.Changed());
}

TEST_CASE("Journal lines link up and say who, why and on what evidence") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  REQUIRE(rollout.Do(CommandKind::kRollBack).ok());
  REQUIRE(rollout.journal.size() == 5);
  for (std::size_t i = 1; i < rollout.journal.size(); ++i) {
    CHECK(rollout.journal[i].from == rollout.journal[i - 1].to);
  }
  CHECK(rollout.journal[2].actor == "automation");
  CHECK_THAT(rollout.journal[2].evidence, Contains("PASS: as scripted (1000 pairs"));
  CHECK(rollout.journal[4].actor == "operator:ada");
  CHECK(rollout.journal[4].from == "RAMPING(2) 10%");
  CHECK(rollout.journal[4].to == "ROLLED_BACK 0%");
  CHECK(rollout.journal[4].reason == "because");
}

}  // namespace
}  // namespace understudy
