// The product's rules for rollouts, on random histories of the pure state machine.
#include <algorithm>
#include <random>

#include "proxy/rollout/describe.h"
#include "test/support/scripted_rollout.h"

namespace understudy {
namespace {

using Random = std::mt19937_64;

std::uint64_t Pick(Random& random, std::uint64_t below) { return random() % below; }
bool Chance(Random& random, int percent) {
  return Pick(random, 100) < static_cast<std::uint64_t>(percent);
}

Plan RandomPlan(Random& random) {
  Plan plan = FourStagePlan();
  plan.on_fail = static_cast<OnFail>(Pick(random, 3));
  plan.on_inconclusive = static_cast<OnInconclusive>(Pick(random, 2));
  if (Chance(random, 30)) plan.stages.erase(plan.stages.begin());
  for (Stage& stage : plan.stages) {
    stage.approval_required = Chance(random, 20);
    if (Chance(random, 40)) stage.max_duration = std::chrono::seconds(30);
  }
  return plan;
}

Verdict RandomVerdict(Random& random, WallTime now) {
  Verdict verdict;
  const std::uint64_t kind = Pick(random, 100);
  verdict.kind = kind < 55   ? VerdictKind::kPass
                 : kind < 85 ? VerdictKind::kInconclusive
                 : kind < 98 ? VerdictKind::kWarn
                             : VerdictKind::kFail;
  if (verdict.kind == VerdictKind::kWarn) {
    CheckResult check;
    check.kind = Chance(random, 70) ? VerdictKind::kPass : VerdictKind::kInconclusive;
    verdict.checks = {check};
  }
  verdict.sentence = "as drawn";
  verdict.samples = Pick(random, 400);
  verdict.coverage = Chance(random, 85) ? 0.95 : 0.5;
  verdict.evaluated_at = now - std::chrono::seconds(Chance(random, 80) ? 0 : Pick(random, 100));
  verdict.newest_sample_at =
      verdict.evaluated_at - std::chrono::seconds(Chance(random, 80) ? 0 : Pick(random, 100));
  return verdict;
}

RolloutInput RandomInput(Random& random, const RolloutState& state, WallTime now) {
  const std::uint64_t what = Pick(random, 100);
  if (what < 60) return TimePassed{};
  if (what < 61) return BreakerTripped{"breaker: errors"};
  if (what < 64) return Restarted{now - std::chrono::seconds(Pick(random, 50))};
  if (what < 65) return EvidenceLost{"other comparators"};
  if (what < 66 && Chance(random, 30)) return CandidateMissing{"gone"};
  if (what < 67 && Chance(random, 20)) return VersionsMoved{"moved"};
  Command command;
  command.kind = static_cast<CommandKind>(Pick(random, 14));
  const bool ends = command.kind == CommandKind::kRollBack || command.kind == CommandKind::kCancel;
  if (ends && Chance(random, 80)) command.kind = CommandKind::kResume;
  command.actor = "operator:ada";
  command.reason = Chance(random, 90) ? "because" : "";
  command.override_verdict = Chance(random, 30);
  command.weight_ppm = static_cast<std::uint32_t>(Pick(random, 1'100'000));
  if (Chance(random, 20)) command.if_generation = state.generation - Pick(random, 2);
  return command;
}

// Written apart from the machine's own rule.
bool MayRaise(const RolloutState& before, const RolloutState& after, const RolloutFacts& facts,
              WallTime now) {
  if (facts.route_killed || facts.route_frozen || !facts.store_available) return false;
  if (after.weight_ppm + facts.others_ppm > kWholePpm) return false;
  if (after.overrides.size() == before.overrides.size() + 1) {
    return !after.overrides.back().reason.empty();
  }
  // Automation and commands without an override begin no stage unapproved.
  const auto& stages = before.plan.stages;
  for (std::size_t i = before.stage; after.phase == Phase::kRamping && i <= after.stage; ++i) {
    const bool begins = stages[i].weight_ppm > before.weight_ppm;
    if (begins && stages[i].approval_required && !before.stage_approved) return false;
  }
  if (facts.verdict == nullptr || facts.verdict_window != before.window) return false;
  const Verdict& verdict = *facts.verdict;
  const bool passes =
      verdict.kind == VerdictKind::kPass ||
      (verdict.kind == VerdictKind::kWarn && verdict.checks[0].kind == VerdictKind::kPass);
  return passes && now - verdict.evaluated_at <= before.plan.max_evidence_age &&
         now - verdict.newest_sample_at <= before.plan.max_evidence_age && verdict.samples >= 100 &&
         verdict.coverage >= 0.9 && !before.weight_lowered_by_operator &&
         !before.holds.Has(Hold::kOperator) && !before.holds.Has(Hold::kFailedCheck) &&
         !before.holds.Has(Hold::kAwaitingApproval);
}

void CheckShape(const RolloutState& state) {
  switch (state.phase) {
    case Phase::kRamping:
      CHECK(state.weight_ppm > 0);
      CHECK(state.stage < state.plan.stages.size());
      break;
    case Phase::kBaking:
    case Phase::kCompleted:
      CHECK(state.weight_ppm == kWholePpm);
      break;
    default:
      CHECK(state.weight_ppm == 0);
  }
  if (IsTerminal(state.phase)) CHECK_FALSE(state.ended_reason.empty());
}

void CheckStep(const RolloutState& before, const RolloutStep& step, const RolloutFacts& facts,
               const RolloutInput& input, WallTime now) {
  const RolloutState& after = step.state;
  CheckShape(after);
  if (after.weight_ppm > before.weight_ppm) {
    CHECK(MayRaise(before, after, facts, now));
    CHECK(step.Has(RolloutAction::kRaise));
  }
  if (after.weight_ppm < before.weight_ppm) CHECK(step.Has(RolloutAction::kLower));
  CHECK(step.Changed() == (after.generation > before.generation));
  if (!step.Changed()) {
    CHECK(Describe(after) == Describe(before));
    CHECK(after.window == before.window);
    CHECK(after.overrides == before.overrides);
  }
  if (IsTerminal(before.phase)) CHECK_FALSE(step.Changed());
  const bool inconclusive =
      facts.verdict == nullptr || facts.verdict->kind == VerdictKind::kInconclusive;
  if (inconclusive && std::holds_alternative<TimePassed>(input)) {
    CHECK(after.weight_ppm <= before.weight_ppm);
    CHECK_FALSE(step.Has(RolloutAction::kQuarantine));
    if (!before.holds.Has(Hold::kFailedCheck)) CHECK_FALSE(after.holds.Has(Hold::kFailedCheck));
  }
}

void CheckJournal(const RolloutState& before, const RolloutStep& step) {
  std::string at = Describe(before);
  for (const JournalLine& line : step.journal) {
    CHECK(line.from == at);
    at = line.to;
    CHECK(line.generation == step.state.generation);
    CHECK_FALSE(line.actor.empty());
    CHECK_FALSE(line.action.empty());
    CHECK_FALSE(line.reason.empty());
    CHECK_FALSE(line.evidence.empty());
  }
  CHECK(at == Describe(step.state));
}

// FAIL, rollback and kill, tried from a state without going there.
void CheckWaysDown(const RolloutState& state, RolloutFacts facts, WallTime now) {
  if (IsTerminal(state.phase)) return;
  Command command;
  command.actor = "operator:ada";
  command.if_generation = 0;
  command.kind = CommandKind::kRollBack;
  const auto back = StepRollout(state, command, facts, now);
  REQUIRE(back.ok());
  CHECK(back->state.phase == Phase::kRolledBack);
  CHECK(back->state.weight_ppm == 0);
  command.kind = CommandKind::kKill;
  const auto killed = StepRollout(state, command, facts, now);
  REQUIRE(killed.ok());
  CHECK(killed->state.weight_ppm == 0);
  Verdict fail;
  fail.kind = VerdictKind::kFail;
  fail.samples = 1000;
  facts.verdict = &fail;
  facts.verdict_window = state.window;
  const auto failed = StepRollout(state, TimePassed{}, facts, now);
  REQUIRE(failed.ok());
  if (state.plan.on_fail == OnFail::kRollback) {
    CHECK(failed->state.phase == Phase::kRolledBack);
  } else {
    CHECK(failed->state.holds.Has(Hold::kFailedCheck));
    CHECK(failed->state.weight_ppm <= state.weight_ppm);
  }
}

TEST_CASE("Every rule of rollouts holds on every step of random histories") {
  std::size_t raises = 0, completions = 0, rollbacks = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    ScriptedRollout rollout(RandomPlan(random));
    WallTime now = WallAt(0);
    if (Chance(random, 95)) REQUIRE(rollout.Do(CommandKind::kStart).ok());
    Verdict verdict;
    for (int i = 0; i < 250; ++i) {
      now += std::chrono::seconds(Pick(random, 8));
      rollout.facts.route_killed = Chance(random, 3);
      rollout.facts.route_frozen = Chance(random, 5);
      rollout.facts.store_available = Chance(random, 95);
      rollout.facts.others_ppm =
          Chance(random, 90) ? 0 : static_cast<std::uint32_t>(Pick(random, kWholePpm));
      if (Chance(random, 80)) {
        verdict = RandomVerdict(random, now);
        rollout.facts.verdict = Chance(random, 95) ? &verdict : nullptr;
        rollout.facts.verdict_window = rollout.state.window - (Chance(random, 95) ? 0 : 1);
      }
      const RolloutState before = rollout.state;
      const RolloutInput input = RandomInput(random, before, now);
      const auto step = StepRollout(before, input, rollout.facts, now);
      INFO("seed " << seed << " step " << i << " at " << Describe(before));
      if (!step.ok()) {
        CHECK(std::holds_alternative<Command>(input));
        CHECK_FALSE(step.status().message().empty());
        continue;
      }
      CheckStep(before, *step, rollout.facts, input, now);
      CheckJournal(before, *step);
      rollout.state = step->state;
      CheckWaysDown(rollout.state, rollout.facts, now);
      raises += step->Has(RolloutAction::kRaise);
      completions += step->Has(RolloutAction::kMakeIncumbent) && step->Changed();
      rollbacks += step->Has(RolloutAction::kQuarantine);
    }
  }
  // The histories reach what they are about.
  CHECK(raises > 500);
  CHECK(completions > 20);
  CHECK(rollbacks > 50);
}

TEST_CASE("The same history gives the same state") {
  const auto run = [] {
    Random random(7);
    ScriptedRollout rollout(RandomPlan(random));
    Verdict verdict;
    WallTime now = WallAt(0);
    std::string trace;
    for (int i = 0; i < 200; ++i) {
      now += std::chrono::seconds(Pick(random, 8));
      verdict = RandomVerdict(random, now);
      rollout.facts.verdict = &verdict;
      rollout.facts.verdict_window = rollout.state.window;
      const auto input = RandomInput(random, rollout.state, now);
      const auto step = StepRollout(rollout.state, input, rollout.facts, now);
      if (step.ok()) rollout.state = step->state;
      trace += Describe(rollout.state) + "\n";
    }
    return trace;
  };
  CHECK(run() == run());
}

}  // namespace
}  // namespace understudy
