// What a rollout does by itself.
#include "test/support/scripted_rollout.h"

namespace understudy {
namespace {

TEST_CASE("A rollout whose checks pass climbs every stage, bakes and completes") {
  ScriptedRollout rollout;
  REQUIRE(rollout.Do(CommandKind::kStart).ok());
  REQUIRE(rollout.state.phase == Phase::kShadowing);
  std::vector<std::uint32_t> weights;
  for (int i = 0; i < 4; ++i) {
    rollout.After(11);
    rollout.Judge(VerdictKind::kPass);
    CHECK(rollout.last.Has(RolloutAction::kRaise));
    CHECK(rollout.last.Has(RolloutAction::kStartWindow));
    weights.push_back(rollout.state.weight_ppm);
  }
  CHECK(weights == std::vector<std::uint32_t>{10'000, 100'000, 500'000, 1'000'000});
  REQUIRE(rollout.state.phase == Phase::kBaking);
  rollout.After(19);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.phase == Phase::kBaking);
  rollout.After(2);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.phase == Phase::kCompleted);
  CHECK(rollout.state.weight_ppm == kWholePpm);
  CHECK(rollout.last.Has(RolloutAction::kMakeIncumbent));
  CHECK_FALSE(rollout.last.Has(RolloutAction::kRaise));
}

TEST_CASE("A PASS raises nothing before the stage had its time, its samples and its coverage") {
  ScriptedRollout rollout;
  rollout.Climb(0);
  rollout.After(9);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 0);
  rollout.After(2);
  rollout.Judge(VerdictKind::kPass, 99);
  CHECK(rollout.state.weight_ppm == 0);
  rollout.verdict.samples = 100;
  rollout.verdict.coverage = 0.89;
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == 0);
  rollout.verdict.coverage = 0.9;
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == 10'000);
}

TEST_CASE("A verdict of another window, or one that is too old, raises nothing") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  const auto raised = rollout.state;
  rollout.After(11);
  rollout.verdict.evaluated_at = rollout.verdict.newest_sample_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == raised.weight_ppm);
  rollout.facts.verdict_window = rollout.state.window;
  rollout.After(61);
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == raised.weight_ppm);
  rollout.verdict.evaluated_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == raised.weight_ppm);  // a new look at samples that are old
  rollout.verdict.newest_sample_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == 100'000);
}

TEST_CASE("WARN raises when only checks that are not required fail") {
  ScriptedRollout rollout;
  rollout.Climb(0);
  rollout.After(11);
  CheckResult required;
  required.kind = VerdictKind::kInconclusive;
  CheckResult optional;
  optional.required = false;
  optional.kind = VerdictKind::kFail;
  rollout.Judge(VerdictKind::kInconclusive);
  rollout.verdict.kind = VerdictKind::kWarn;
  rollout.verdict.checks = {required, optional};
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == 0);
  rollout.verdict.checks[0].kind = VerdictKind::kPass;
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.weight_ppm == 10'000);
}

TEST_CASE("A failed check rolls back to zero and quarantines the version") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.phase == Phase::kRolledBack);
  CHECK(rollout.state.weight_ppm == 0);
  CHECK(rollout.last.Has(RolloutAction::kLower));
  CHECK(rollout.last.Has(RolloutAction::kQuarantine));
  CHECK(rollout.state.ended_reason == "a check failed: as scripted");
}

TEST_CASE("on_fail hold keeps the weight and waits for a person") {
  Plan plan = FourStagePlan();
  plan.on_fail = OnFail::kHold;
  ScriptedRollout rollout(plan);
  rollout.Climb(2);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.holds.Has(Hold::kFailedCheck));
  CHECK(rollout.state.weight_ppm == 100'000);
  rollout.After(20);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
  REQUIRE(rollout.Do(CommandKind::kResume).ok());
  rollout.After(20);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 500'000);
}

TEST_CASE("on_fail step_down goes one stage down and only further on new samples") {
  Plan plan = FourStagePlan();
  plan.on_fail = OnFail::kStepDown;
  ScriptedRollout rollout(plan);
  rollout.Climb(3);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.weight_ppm == 100'000);
  CHECK(rollout.state.holds.Has(Hold::kFailedCheck));
  rollout.Judge(VerdictKind::kFail, 99);
  CHECK(rollout.state.weight_ppm == 100'000);
  rollout.Judge(VerdictKind::kFail, 100);
  CHECK(rollout.state.weight_ppm == 10'000);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.phase == Phase::kShadowing);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.phase == Phase::kShadowing);
  CHECK(rollout.state.holds.Has(Hold::kFailedCheck));
}

TEST_CASE("Too long without a verdict holds, and a later PASS lifts that hold") {
  Plan plan = FourStagePlan();
  plan.stages[1].max_duration = std::chrono::seconds(30);
  ScriptedRollout rollout(plan);
  rollout.Climb(1);
  rollout.After(29);
  rollout.Judge(VerdictKind::kInconclusive);
  CHECK(rollout.state.holds.Empty());
  rollout.After(1);
  rollout.Judge(VerdictKind::kInconclusive);
  CHECK(rollout.state.holds.Has(Hold::kInconclusive));
  CHECK(rollout.state.weight_ppm == 10'000);
  rollout.After(5);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
}

TEST_CASE("on_inconclusive rollback ends the rollout without a quarantine") {
  Plan plan = FourStagePlan();
  plan.stages[1].max_duration = std::chrono::seconds(30);
  plan.on_inconclusive = OnInconclusive::kRollback;
  ScriptedRollout rollout(plan);
  rollout.Climb(1);
  rollout.After(31);
  rollout.facts.verdict = nullptr;
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.phase == Phase::kRolledBack);
  CHECK_FALSE(rollout.last.Has(RolloutAction::kQuarantine));
}

TEST_CASE("The first stage with a weight does not begin without the approval it asks for") {
  Plan plan = FourStagePlan();
  plan.stages = {StageOf(0, 100, 10), StageOf(200'000, 100, 10)};
  plan.stages[1].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(1);
  CHECK(rollout.state.phase == Phase::kShadowing);
  CHECK(rollout.state.weight_ppm == 0);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
  CHECK_THAT(rollout.journal.back().reason, Catch::Contains("20%"));
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  CHECK(rollout.state.holds.Empty());
  rollout.After(1);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 200'000);
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.phase == Phase::kBaking);  // nobody was asked for 100 %
}

TEST_CASE("A stage inserted before a weighted one with approval needs none itself") {
  Plan plan = FourStagePlan();
  plan.stages = {StageOf(200'000, 100, 10)};
  plan.stages[0].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(1);
  CHECK(rollout.state.phase == Phase::kShadowing);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
}

TEST_CASE("A restart and lost evidence do not pass over an approval") {
  Plan plan = FourStagePlan();
  plan.stages[2].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(2);
  REQUIRE(rollout.state.holds.Has(Hold::kAwaitingApproval));
  rollout.facts.started_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(Restarted{WallAt(rollout.seconds)}).ok());
  rollout.After(1);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
  CHECK(rollout.state.weight_ppm == 10'000);
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  REQUIRE(rollout.Feed(EvidenceLost{"other comparators"}).ok());
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
  CHECK(rollout.state.weight_ppm == 10'000);
}

TEST_CASE("Each stage that asks for an approval waits for its own") {
  Plan plan = FourStagePlan();
  plan.stages[2].approval_required = plan.stages[3].approval_required = true;
  ScriptedRollout rollout(plan);
  rollout.Climb(2);
  CHECK(rollout.state.holds.Has(Hold::kAwaitingApproval));
  CHECK(rollout.state.weight_ppm == 10'000);
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());
  rollout.After(1);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
  REQUIRE(rollout.Do(CommandKind::kApprove).ok());  // before the stage is done
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 500'000);
}

TEST_CASE("Other candidates' weights leave room or hold the raise") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  rollout.facts.others_ppm = 600'000;
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.holds.Has(Hold::kCapacity));
  CHECK(rollout.state.weight_ppm == 100'000);
  rollout.facts.others_ppm = 500'000;
  rollout.After(1);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 500'000);
}

TEST_CASE("A restart keeps phase and weight and holds until evidence from after it is judged") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  const auto before = rollout.state;
  const WallTime last_alive = WallAt(rollout.seconds + 4);
  rollout.After(100);
  rollout.facts.started_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(Restarted{last_alive}).ok());
  CHECK(rollout.state.phase == before.phase);
  CHECK(rollout.state.weight_ppm == before.weight_ppm);
  CHECK(rollout.state.holds.Has(Hold::kRestarted));
  rollout.After(1);
  rollout.Judge(VerdictKind::kPass);
  CHECK_FALSE(rollout.state.holds.Has(Hold::kRestarted));
  CHECK(rollout.state.weight_ppm == 100'000);  // the time it was down did not count
  rollout.After(5);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 100'000);
  rollout.After(1.5);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 500'000);
}

TEST_CASE("A verdict on samples from before a restart does not lift RESTARTED") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  rollout.After(5);
  rollout.Judge(VerdictKind::kPass);
  rollout.After(5);
  rollout.facts.started_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(Restarted{WallAt(rollout.seconds)}).ok());
  rollout.After(5);
  rollout.verdict.evaluated_at = WallAt(rollout.seconds);
  REQUIRE(rollout.Feed(TimePassed{}).ok());
  CHECK(rollout.state.holds.Has(Hold::kRestarted));
}

TEST_CASE("Nothing is raised or released while the store does not accept writes") {
  ScriptedRollout rollout;
  rollout.Climb(1);
  rollout.facts.store_available = false;
  rollout.After(11);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == 10'000);
  rollout.Judge(VerdictKind::kFail);
  CHECK(rollout.state.phase == Phase::kRolledBack);
}

TEST_CASE("Versions that moved cancel the rollout at weight zero without a quarantine") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  REQUIRE(rollout.Feed(VersionsMoved{"version 3 is configured"}).ok());
  CHECK(rollout.state.phase == Phase::kCancelled);
  CHECK(rollout.state.weight_ppm == 0);
  CHECK_FALSE(rollout.last.Has(RolloutAction::kQuarantine));
}

TEST_CASE("Lost evidence starts the stage's evidence and time anew at the same weight") {
  ScriptedRollout rollout;
  rollout.Climb(2);
  rollout.After(9);
  const auto before = rollout.state;
  REQUIRE(rollout.Feed(EvidenceLost{"other comparators"}).ok());
  CHECK(rollout.state.weight_ppm == before.weight_ppm);
  CHECK(rollout.state.stage == before.stage);
  CHECK(rollout.state.window == before.window + 1);
  rollout.After(5);
  rollout.Judge(VerdictKind::kPass);
  CHECK(rollout.state.weight_ppm == before.weight_ppm);
}

}  // namespace
}  // namespace understudy
