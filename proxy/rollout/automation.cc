// A rollout's own decisions.
#include "proxy/rollout/automation.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/rollout/describe.h"
#include "proxy/rollout/raise.h"
#include "proxy/rollout/timers.h"

namespace understudy {
namespace {

bool Judged(const RolloutChange& change) {
  return change.facts().verdict != nullptr &&
         change.facts().verdict_window == change.state().window;
}

// One stage down. A check that goes on failing there takes the next step down only once that stage
// has pairs of its own, so that one bad stretch does not fall through all stages at once.
void StepDown(RolloutChange& change, const std::string& reason) {
  const RolloutState& state = change.state();
  const auto& stages = state.plan.stages;
  const Stage* stage = CurrentStage(state);
  const std::uint64_t wanted =
      stage == nullptr ? 1 : std::max<std::uint64_t>(1, stage->min_samples);
  const bool stepped = state.holds.Has(Hold::kFailedCheck);
  if (state.weight_ppm > 0 && !(stepped && change.facts().verdict->samples < wanted)) {
    const std::size_t present = state.phase == Phase::kBaking ? stages.size() : state.stage;
    const std::size_t below = present == 0 ? 0 : present - 1;
    const std::uint32_t weight =
        below < stages.size() ? std::min(stages[below].weight_ppm, state.weight_ppm) : 0;
    change.EnterStage(below, weight, "lower", reason);
  }
  change.AddHold(Hold::kFailedCheck, reason);
}

void ApplyFail(RolloutChange& change) {
  const std::string reason = fmt::format("a check failed: {}", change.facts().verdict->sentence);
  switch (change.state().plan.on_fail) {
    case OnFail::kRollback:
      change.End(Phase::kRolledBack, "rollback", reason, true);
      return;
    case OnFail::kHold:
      change.AddHold(Hold::kFailedCheck, reason);
      return;
    case OnFail::kStepDown:
      StepDown(change, reason);
      return;
  }
}

void ReleaseSettledHolds(RolloutChange& change) {
  const RolloutFacts& facts = change.facts();
  if (!facts.store_available) return;  // a release makes way for a raise: it is written first
  if (Judged(change) && facts.verdict->evaluated_at >= facts.started_at &&
      facts.verdict->newest_sample_at >= facts.started_at) {
    change.ReleaseHold(Hold::kRestarted, "evaluated in full on evidence from after the restart");
  }
  if (Judged(change) && RequiredChecksPass(*facts.verdict)) {
    change.ReleaseHold(Hold::kInconclusive, "the checks pass now");
  }
  if (HasRoom(facts, NextTarget(change.state()).weight_ppm)) {
    change.ReleaseHold(Hold::kCapacity, "the route's other candidates leave room now");
  }
}

void EndOfTime(RolloutChange& change) {
  const RolloutState& state = change.state();
  const Stage* stage = CurrentStage(state);
  if (stage == nullptr || stage->max_duration <= Duration::zero() || IsPaused(state)) return;
  if (StageElapsed(state, change.now()) < stage->max_duration) return;
  if (Judged(change) && change.facts().verdict->kind != VerdictKind::kInconclusive) return;
  const std::string reason = fmt::format("inconclusive after {:.0f} s in {}",
                                         Seconds(stage->max_duration), DescribePosition(state));
  if (state.plan.on_inconclusive == OnInconclusive::kRollback) {
    // Inconclusive is no regression: the version may try again.
    change.End(Phase::kRolledBack, "rollback", reason, false);
  } else {
    change.AddHold(Hold::kInconclusive, reason);
  }
}

void RaiseWhenReady(RolloutChange& change) {
  const RolloutState& state = change.state();
  if (IsPaused(state) || MissingEvidence(state, change.facts(), change.now())) return;
  const RaiseTarget target = NextTarget(state);
  if (const auto stage = UnapprovedStage(state)) {
    change.AddHold(
        Hold::kAwaitingApproval,
        fmt::format("{} is done; the stage of {} begins once it is approved",
                    DescribePosition(state), PercentText(state.plan.stages[*stage].weight_ppm)));
    return;
  }
  if (!HasRoom(change.facts(), target.weight_ppm)) {
    change.AddHold(Hold::kCapacity,
                   "the route's other candidates leave no room for the next stage");
    return;
  }
  if (!RaisePossible(state, change.facts(), target.weight_ppm).ok()) return;
  if (target.completes) {
    change.End(Phase::kCompleted, "complete", "every check passed through the bake time", false);
  } else if (state.phase == Phase::kCalibrating) {
    change.EnterStage(0, 0, "calibrated",
                      change.facts().has_control ? "the incumbent's own noise is known"
                                                 : "the route has no control any more");
  } else if (target.bakes) {
    change.EnterBaking("raise", "every check passed in the last stage");
  } else {
    change.EnterStage(target.stage, target.weight_ppm, "raise", "every check passed in the stage");
  }
}

}  // namespace

void FollowFreeze(RolloutChange& change, std::string_view reason) {
  if (change.facts().route_frozen) {
    change.AddHold(Hold::kFrozen, reason);
  } else if (change.facts().store_available) {
    change.ReleaseHold(Hold::kFrozen, reason);
  }
}

void ApplyVerdict(RolloutChange& change) {
  if (IsTerminal(change.state().phase)) return;
  if (Judged(change) && change.facts().verdict->kind == VerdictKind::kFail) {
    ApplyFail(change);
    return;
  }
  if (change.state().phase == Phase::kDraft) return;
  ReleaseSettledHolds(change);
  EndOfTime(change);
  if (!IsTerminal(change.state().phase)) RaiseWhenReady(change);
}

void TripBreaker(RolloutChange& change, std::string_view reason) {
  if (IsTerminal(change.state().phase)) return;
  change.End(Phase::kRolledBack, "rollback", reason, true);
}

void Restart(RolloutChange& change, WallTime last_alive) {
  const Phase phase = change.state().phase;
  if (phase == Phase::kDraft || IsTerminal(phase)) return;
  change.HoldRestarted(last_alive, "the process restarted; one fresh evaluation releases it");
}

void SupersedeVersions(RolloutChange& change, std::string_view reason) {
  if (IsTerminal(change.state().phase)) return;
  change.End(Phase::kCancelled, "cancel", reason, false);
}

void ParkWithoutCandidate(RolloutChange& change, std::string_view reason) {
  if (IsTerminal(change.state().phase)) return;
  change.LowerByHand(0, "lower", reason);
  change.AddHold(Hold::kOperator, reason);
}

}  // namespace understudy
