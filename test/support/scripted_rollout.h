// One rollout driven by hand through the pure state machine: plans, verdicts and a clock to set.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "proxy/rollout/state_machine.h"
#include "test/support/stages.h"

namespace understudy {

inline WallTime WallAt(double seconds) {
  return WallTime(std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(1'700'000'000.0 + seconds)));
}

// Stages 0, 1 %, 10 %, 50 %; 100 pairs and 10 s each; bake 20 s; evidence lives 60 s.
inline Plan FourStagePlan() {
  Plan plan;
  plan.name = "default";
  plan.hash = "0123456789abcdef";
  plan.stages = {StageOf(0, 100, 10), StageOf(10'000, 100, 10), StageOf(100'000, 100, 10),
                 StageOf(500'000, 100, 10)};
  plan.bake_duration = std::chrono::seconds(20);
  plan.max_evidence_age = std::chrono::seconds(60);
  return plan;
}

struct ScriptedRollout {
  RolloutState state;
  RolloutFacts facts;
  Verdict verdict;
  double seconds = 0;
  std::vector<JournalLine> journal;
  RolloutStep last;

  explicit ScriptedRollout(Plan plan = FourStagePlan()) {
    NewRollout wanted;
    wanted.id = "r-000000000001";
    wanted.route = "digits";
    wanted.incumbent = "v1";
    wanted.incumbent_version = "1";
    wanted.candidate = "v2";
    wanted.candidate_version = "2";
    wanted.plan = std::move(plan);
    wanted.window = 1;
    wanted.actor = "operator:ada";
    facts.started_at = WallAt(0);
    REQUIRE(Take(CreateRollout(wanted, std::nullopt, WallAt(0))).ok());
  }

  absl::Status Take(const absl::StatusOr<RolloutStep>& step) {
    if (!step.ok()) return step.status();
    last = *step;
    state = step->state;
    journal.insert(journal.end(), step->journal.begin(), step->journal.end());
    return absl::OkStatus();
  }

  absl::Status Feed(const RolloutInput& input) {
    return Take(StepRollout(state, input, facts, WallAt(seconds)));
  }

  // A verdict on the present window, taken now, is fed.
  void Judge(VerdictKind kind, std::uint64_t samples = 1000) {
    verdict = Verdict{};
    verdict.kind = kind;
    verdict.reason = kind == VerdictKind::kInconclusive ? InconclusiveReason::kInsufficientSamples
                                                        : InconclusiveReason::kNone;
    verdict.sentence = "as scripted";
    verdict.samples = samples;
    verdict.coverage = 1;
    verdict.evaluated_at = verdict.newest_sample_at = WallAt(seconds);
    facts.verdict = &verdict;
    facts.verdict_window = state.window;
    REQUIRE(Feed(TimePassed{}).ok());
  }

  void After(double more) { seconds += more; }

  absl::Status Do(CommandKind kind, bool overrides = false, std::uint32_t ppm = 0) {
    Command command;
    command.kind = kind;
    command.actor = "operator:ada";
    command.reason = "because";
    command.override_verdict = overrides;
    command.weight_ppm = ppm;
    return Feed(command);
  }

  // Started, and passed on through `stages` stages.
  void Climb(int stages) {
    REQUIRE(Do(CommandKind::kStart).ok());
    for (int i = 0; i < stages; ++i) {
      After(11);
      Judge(VerdictKind::kPass);
    }
  }
};

}  // namespace understudy
