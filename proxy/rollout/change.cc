// The moves of a rollout and their journal lines.
#include "proxy/rollout/change.h"

#include <algorithm>
#include <utility>

#include "proxy/rollout/describe.h"
#include "proxy/rollout/timers.h"

namespace understudy {

std::optional<std::size_t> StageOfWeight(const Plan& plan, std::uint32_t weight_ppm) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const std::uint32_t stage_ppm = plan.stages[i].weight_ppm;
    if (stage_ppm <= weight_ppm && (weight_ppm == 0 || stage_ppm > 0)) found = i;
  }
  if (found || weight_ppm == 0) return found;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (plan.stages[i].weight_ppm > 0) return i;
  }
  return std::nullopt;
}

RolloutChange::RolloutChange(const RolloutState& before, const RolloutFacts& facts, WallTime now,
                             std::string actor)
    : before_(before),
      facts_(facts),
      now_(now),
      actor_(std::move(actor)),
      state_(before),
      mark_(Describe(before)) {}

void RolloutChange::Note(std::string_view action, std::string_view reason) {
  JournalLine line;
  line.at = now_;
  line.rollout_id = state_.id;
  line.route = state_.route;
  line.generation = before_.generation + 1;
  line.actor = actor_;
  line.action = action;
  line.reason = reason.empty() ? "no reason given" : reason;
  line.from = std::exchange(mark_, Describe(state_));
  line.to = mark_;
  const bool judged = facts_.verdict != nullptr && facts_.verdict_window == before_.window;
  line.evidence = DescribeEvidence(judged ? facts_.verdict : nullptr);
  journal_.push_back(std::move(line));
}

void RolloutChange::AddHold(Hold hold, std::string_view reason) {
  if (state_.holds.Has(hold)) return;
  state_.holds.Add(hold);
  Note("hold", reason);
}

void RolloutChange::ReleaseHold(Hold hold, std::string_view reason) {
  if (!state_.holds.Has(hold)) return;
  state_.holds.Remove(hold);
  Note("release", reason);
}

void RolloutChange::BeginStage(Phase phase) {
  if (phase != state_.phase) state_.phase_since = now_;
  state_.phase = phase;
  state_.stage_since = now_;
  state_.stage_held = Duration::zero();
  state_.held_since.reset();
  state_.stage_approved = false;
  ++state_.window;
  for (const Hold hold : {Hold::kAwaitingApproval, Hold::kInconclusive, Hold::kCapacity}) {
    state_.holds.Remove(hold);
  }
}

void RolloutChange::EnterStage(std::size_t stage, std::uint32_t weight_ppm, std::string_view action,
                               std::string_view reason) {
  BeginStage(weight_ppm == 0 ? Phase::kShadowing : Phase::kRamping);
  state_.stage = stage;
  if (weight_ppm > state_.weight_ppm) {
    state_.holds.Remove(Hold::kFailedCheck);
    state_.weight_lowered_by_operator = false;
  }
  state_.weight_ppm = weight_ppm;
  Note(action, reason);
}

void RolloutChange::EnterCalibrating(std::string_view action, std::string_view reason) {
  BeginStage(Phase::kCalibrating);
  state_.stage = 0;
  Note(action, reason);
}

void RolloutChange::EnterBaking(std::string_view action, std::string_view reason) {
  BeginStage(Phase::kBaking);
  state_.holds.Remove(Hold::kFailedCheck);
  state_.weight_lowered_by_operator = false;
  state_.weight_ppm = kWholePpm;
  Note(action, reason);
}

void RolloutChange::LowerByHand(std::uint32_t weight_ppm, std::string_view action,
                                std::string_view reason) {
  if (weight_ppm >= state_.weight_ppm) return;
  state_.weight_lowered_by_operator = true;
  // A plan made by CreateRollout has a stage for every weight from zero up; should one not, the
  // stage stays, since lowering must always work.
  EnterStage(StageOfWeight(state_.plan, weight_ppm).value_or(state_.stage), weight_ppm, action,
             reason);
}

void RolloutChange::Approve(std::string_view reason) {
  if (state_.stage_approved) return;
  state_.stage_approved = true;
  state_.holds.Remove(Hold::kAwaitingApproval);
  Note("approve", reason);
}

void RolloutChange::Resume(std::string_view reason) {
  if (state_.holds.Has(Hold::kInconclusive)) {
    state_.stage_since = now_;
    state_.stage_held = Duration::zero();
    if (state_.held_since) state_.held_since = now_;
  }
  for (const Hold hold : {Hold::kOperator, Hold::kFailedCheck, Hold::kInconclusive}) {
    state_.holds.Remove(hold);
  }
  state_.weight_lowered_by_operator = false;
  Note("resume", reason);
}

void RolloutChange::RecordOverride(std::string what, std::string_view reason) {
  state_.overrides.push_back(Override{now_, actor_, std::string(reason), std::move(what)});
}

void RolloutChange::RestartEvidence(std::string_view reason) {
  BeginStage(state_.phase);
  Note("evidence", reason);
}

void RolloutChange::HoldRestarted(WallTime since, std::string_view reason) {
  if (!state_.held_since) state_.held_since = std::clamp(since, state_.stage_since, now_);
  state_.holds.Add(Hold::kRestarted);
  Note("restart", reason);
}

void RolloutChange::End(Phase phase, std::string_view action, std::string_view reason,
                        bool quarantine) {
  state_.phase = phase;
  state_.phase_since = now_;
  state_.holds = HoldSet();
  state_.weight_lowered_by_operator = false;
  state_.stage_approved = false;
  if (phase != Phase::kCompleted) state_.weight_ppm = 0;
  state_.ended_reason = reason.empty() ? "no reason given" : reason;
  quarantine_ = quarantine;
  Note(action, reason);
}

RolloutStep RolloutChange::Finish() {
  RolloutStep step;
  if (journal_.empty()) {
    step.state = before_;
    return step;
  }
  state_.generation = before_.generation + 1;
  UpdatePause(state_, now_);
  if (state_.weight_ppm > before_.weight_ppm) step.actions.push_back(RolloutAction::kRaise);
  if (state_.weight_ppm < before_.weight_ppm) step.actions.push_back(RolloutAction::kLower);
  if (state_.window != before_.window) step.actions.push_back(RolloutAction::kStartWindow);
  if (quarantine_) step.actions.push_back(RolloutAction::kQuarantine);
  if (state_.phase == Phase::kCompleted) step.actions.push_back(RolloutAction::kMakeIncumbent);
  step.state = std::move(state_);
  step.journal = std::move(journal_);
  return step;
}

}  // namespace understudy
