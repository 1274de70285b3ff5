// Creation of rollouts and the way of each input to its rule.
#include "proxy/rollout/state_machine.h"

#include <fmt/format.h>

#include "proxy/base/status.h"
#include "proxy/rollout/automation.h"
#include "proxy/rollout/commands.h"
#include "proxy/rollout/describe.h"

namespace understudy {
namespace {

absl::Status CheckPlan(const Plan& plan) {
  if (plan.stages.empty()) {
    return InvalidArgument(fmt::format("plan {} has no stages; give it at least one", plan.name));
  }
  std::uint32_t before = 0;
  for (const Stage& stage : plan.stages) {
    if (stage.weight_ppm < before || stage.weight_ppm > kWholePpm) {
      return InvalidArgument(
          fmt::format("plan {} has a stage of {} after one of {}; weights never fall or pass 100%",
                      plan.name, PercentText(stage.weight_ppm), PercentText(before)));
    }
    before = stage.weight_ppm;
  }
  return absl::OkStatus();
}

JournalLine CreationLine(const RolloutState& state, const NewRollout& wanted,
                         const std::optional<Quarantine>& quarantine, WallTime now) {
  JournalLine line;
  line.at = now;
  line.rollout_id = state.id;
  line.route = state.route;
  line.generation = state.generation;
  line.actor = wanted.actor;
  line.action = "create";
  line.reason = wanted.reason.empty() ? "no reason given" : wanted.reason;
  line.to = Describe(state);
  line.evidence =
      quarantine ? fmt::format("version {} was in quarantine since rollout {}: {}",
                               state.candidate_version, quarantine->rollout_id, quarantine->reason)
                 : DescribeEvidence(nullptr);
  return line;
}

absl::Status ApplyInput(RolloutChange& change, const RolloutInput& input) {
  if (const auto* command = std::get_if<Command>(&input)) return ApplyCommand(change, *command);
  if (IsTerminal(change.state().phase)) return absl::OkStatus();
  if (const auto* breaker = std::get_if<BreakerTripped>(&input)) {
    TripBreaker(change, breaker->reason);
  } else if (const auto* restarted = std::get_if<Restarted>(&input)) {
    Restart(change, restarted->last_alive);
  } else if (const auto* moved = std::get_if<VersionsMoved>(&input)) {
    SupersedeVersions(change, moved->reason);
  } else if (const auto* missing = std::get_if<CandidateMissing>(&input)) {
    ParkWithoutCandidate(change, missing->reason);
  } else if (const auto* lost = std::get_if<EvidenceLost>(&input)) {
    change.RestartEvidence(lost->reason);
  } else {
    FollowFreeze(change, change.facts().route_frozen ? "the route is frozen"
                                                     : "the route is not frozen any more");
    ApplyVerdict(change);
  }
  return absl::OkStatus();
}

std::string ActorOf(const RolloutInput& input) {
  if (const auto* command = std::get_if<Command>(&input)) return command->actor;
  return std::holds_alternative<BreakerTripped>(input) ? "breaker" : "automation";
}

}  // namespace

absl::StatusOr<RolloutStep> CreateRollout(const NewRollout& wanted,
                                          const std::optional<Quarantine>& quarantine,
                                          WallTime now) {
  RETURN_IF_ERROR(CheckPlan(wanted.plan));
  if (quarantine && !wanted.unquarantine) {
    return FailedPrecondition(fmt::format(
        "create is refused: version {} of {} was rolled back on route {} by rollout {} ({}); "
        "`understudyctl report --rollout {}` shows its verdict, and unquarantine tries it again",
        wanted.candidate_version, wanted.candidate, wanted.route, quarantine->rollout_id,
        quarantine->reason, quarantine->rollout_id));
  }
  RolloutStep step;
  RolloutState& state = step.state;
  state.id = wanted.id;
  state.route = wanted.route;
  state.incumbent = wanted.incumbent;
  state.incumbent_version = wanted.incumbent_version;
  state.candidate = wanted.candidate;
  state.candidate_version = wanted.candidate_version;
  state.plan = wanted.plan;
  if (const Stage& first = state.plan.stages.front(); first.weight_ppm > 0) {
    Stage shadow;
    shadow.min_samples = first.min_samples;
    shadow.min_coverage = first.min_coverage;
    state.plan.stages.insert(state.plan.stages.begin(), shadow);
  }
  state.generation = 1;
  state.window = wanted.window;
  state.created_at = state.phase_since = state.stage_since = now;
  step.journal.push_back(CreationLine(state, wanted, quarantine, now));
  if (quarantine) step.actions.push_back(RolloutAction::kUnquarantine);
  return step;
}

absl::StatusOr<RolloutStep> StepRollout(const RolloutState& state, const RolloutInput& input,
                                        const RolloutFacts& facts, WallTime now) {
  RolloutChange change(state, facts, now, ActorOf(input));
  RETURN_IF_ERROR(ApplyInput(change, input));
  return change.Finish();
}

}  // namespace understudy
