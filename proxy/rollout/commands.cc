// Operators' commands, one function each.
#include "proxy/rollout/commands.h"

#include <fmt/format.h>

#include "proxy/base/status.h"
#include "proxy/rollout/automation.h"
#include "proxy/rollout/describe.h"
#include "proxy/rollout/raise.h"
#include "proxy/rollout/timers.h"

namespace understudy {
namespace {

absl::Status Refuse(const RolloutChange& change, const Command& command, std::string_view why) {
  return FailedPrecondition(fmt::format("{} is refused: rollout {} is {}; {}",
                                        ToString(command.kind), change.state().id,
                                        Describe(change.state()), why));
}

bool IsUnderWay(const RolloutState& state) {
  return state.phase != Phase::kDraft && !IsTerminal(state.phase);
}

absl::Status Start(RolloutChange& change, const Command& command) {
  if (change.state().phase != Phase::kDraft) {
    return Refuse(change, command, "only a DRAFT can be started");
  }
  if (change.state().plan.calibration_samples > 0) {
    change.EnterCalibrating("start", command.reason);
  } else {
    change.EnterStage(0, 0, "start", command.reason);
  }
  return absl::OkStatus();
}

absl::Status Resume(RolloutChange& change, const Command& command) {
  const HoldSet& holds = change.state().holds;
  const bool lifts = holds.Has(Hold::kOperator) || holds.Has(Hold::kFailedCheck) ||
                     holds.Has(Hold::kInconclusive) || change.state().weight_lowered_by_operator;
  if (!lifts) {
    return Refuse(change, command,
                  holds.Empty() ? "nothing holds it"
                                : "no operator's hold is on it: AWAITING_APPROVAL ends by approve, "
                                  "FROZEN by unfreeze, RESTARTED by a fresh evaluation, CAPACITY "
                                  "when other candidates leave room");
  }
  change.Resume(command.reason);
  return absl::OkStatus();
}

absl::Status Approve(RolloutChange& change, const Command& command) {
  const RolloutState& state = change.state();
  if (!IsUnderWay(state)) return Refuse(change, command, "start it first");
  if (CurrentStage(state) != nullptr && state.stage_approved) return absl::OkStatus();
  if (!UnapprovedStage(state) && !state.holds.Has(Hold::kAwaitingApproval)) {
    return Refuse(change, command, "its next step asks for no approval");
  }
  change.Approve(command.reason);
  return absl::OkStatus();
}

bool OnlyAwaitsApproval(const RolloutState& state) {
  HoldSet others = state.holds;
  others.Remove(Hold::kAwaitingApproval);
  return others.Empty() && !state.weight_lowered_by_operator;
}

// A raise by hand: on the same evidence as automation's, or past it by an override with a reason.
absl::Status AllowRaise(RolloutChange& change, const Command& command, std::uint32_t weight_ppm,
                        const std::string& what) {
  RETURN_IF_ERROR(RaisePossible(change.state(), change.facts(), weight_ppm));
  if (command.override_verdict) {
    if (command.reason.empty()) {
      return InvalidArgument("an override needs a reason; it stands in every later report");
    }
    change.RecordOverride(what, command.reason);
    return absl::OkStatus();
  }
  const RolloutState& state = change.state();
  const auto unapproved = UnapprovedStage(state);
  if (IsPaused(state) && !(unapproved && OnlyAwaitsApproval(state))) {
    return Refuse(change, command, "it is held; lift the hold first, or override with a reason");
  }
  if (const auto missing = MissingEvidence(state, change.facts(), change.now())) {
    return Refuse(change, command, *missing + "; wait, or override with a reason");
  }
  if (unapproved) {
    return Refuse(change, command,
                  fmt::format("the stage of {} begins only with an approval; approve it first",
                              PercentText(state.plan.stages[*unapproved].weight_ppm)));
  }
  return absl::OkStatus();
}

absl::Status Advance(RolloutChange& change, const Command& command) {
  if (!IsUnderWay(change.state())) return Refuse(change, command, "start it first");
  const RaiseTarget target = NextTarget(change.state());
  const std::string what =
      target.completes
          ? "complete"
          : fmt::format("advance to {}",
                        target.bakes ? "BAKING at 100%" : PercentText(target.weight_ppm));
  RETURN_IF_ERROR(AllowRaise(change, command, target.weight_ppm, what));
  if (target.completes) {
    change.End(Phase::kCompleted, "complete", command.reason, false);
  } else if (target.bakes) {
    change.EnterBaking("raise", command.reason);
  } else {
    change.EnterStage(target.stage, target.weight_ppm, "raise", command.reason);
  }
  return absl::OkStatus();
}

absl::Status SetWeight(RolloutChange& change, const Command& command) {
  if (command.weight_ppm > kWholePpm) {
    return InvalidArgument("a weight is a share from 0 to 100%");
  }
  if (!IsUnderWay(change.state())) return Refuse(change, command, "start it first");
  if (command.weight_ppm == change.state().weight_ppm) return absl::OkStatus();
  if (command.weight_ppm < change.state().weight_ppm) {
    change.LowerByHand(command.weight_ppm, "lower", command.reason);
    return absl::OkStatus();
  }
  if (!command.override_verdict) {
    return Refuse(change, command,
                  "a higher weight by hand passes over the evidence: say so with an override and a "
                  "reason, or use advance");
  }
  const auto stage = StageOfWeight(change.state().plan, command.weight_ppm);
  if (!stage) {
    return Refuse(change, command, "its plan has no stage with a weight; promote leads to 100%");
  }
  RETURN_IF_ERROR(AllowRaise(change, command, command.weight_ppm,
                             "set-weight " + PercentText(command.weight_ppm)));
  change.EnterStage(*stage, command.weight_ppm, "raise", command.reason);
  return absl::OkStatus();
}

absl::Status Promote(RolloutChange& change, const Command& command) {
  if (!IsUnderWay(change.state())) return Refuse(change, command, "start it first");
  if (change.state().phase == Phase::kBaking) {
    return Refuse(change, command, "it is promoted already; advance completes it");
  }
  if (!command.override_verdict) {
    return Refuse(change, command,
                  "promote passes over the remaining stages: it needs an override and a reason");
  }
  RETURN_IF_ERROR(AllowRaise(change, command, kWholePpm, "promote"));
  change.EnterBaking("promote", command.reason);
  return absl::OkStatus();
}

bool IgnoresGeneration(CommandKind kind) {
  return kind == CommandKind::kRollBack || kind == CommandKind::kHold || kind == CommandKind::kKill;
}

}  // namespace

absl::Status ApplyCommand(RolloutChange& change, const Command& command) {
  const RolloutState& state = change.state();
  if (command.if_generation && *command.if_generation != state.generation &&
      !IgnoresGeneration(command.kind)) {
    return absl::AbortedError(fmt::format(
        "{} is refused: rollout {} moved on to generation {} ({}), you asked for {}; look at it "
        "again",
        ToString(command.kind), state.id, state.generation, Describe(state),
        *command.if_generation));
  }
  if (IsTerminal(state.phase)) {
    return Refuse(change, command, "it has ended and changes no more");
  }
  switch (command.kind) {
    case CommandKind::kCreate:
      return Refuse(change, command, "it exists already");
    case CommandKind::kStart:
      return Start(change, command);
    case CommandKind::kHold:
      change.AddHold(Hold::kOperator, command.reason);
      return absl::OkStatus();
    case CommandKind::kResume:
      return Resume(change, command);
    case CommandKind::kApprove:
      return Approve(change, command);
    case CommandKind::kAdvance:
      return Advance(change, command);
    case CommandKind::kSetWeight:
      return SetWeight(change, command);
    case CommandKind::kRollBack:
      change.End(Phase::kRolledBack, "rollback", command.reason, state.phase != Phase::kDraft);
      return absl::OkStatus();
    case CommandKind::kPromote:
      return Promote(change, command);
    case CommandKind::kCancel:
      change.End(Phase::kCancelled, "cancel", command.reason, false);
      return absl::OkStatus();
    case CommandKind::kKill:
      change.LowerByHand(0, "kill", command.reason);
      return absl::OkStatus();
    case CommandKind::kUnkill:
      return absl::OkStatus();
    case CommandKind::kFreeze:
    case CommandKind::kUnfreeze:
      FollowFreeze(change, command.reason);
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace understudy
