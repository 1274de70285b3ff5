// Plans, rollouts and journal lines as messages.
#include <fmt/format.h>

#include "proxy/control/admin_convert.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

std::string MetricText(const Check& check) {
  switch (check.kind) {
    case CheckKind::kComparatorMean:
      return "mean divergence of " + check.comparator;
    case CheckKind::kErrorRate:
      return check.at_most_increase ? "error rate, increase over the incumbent's" : "error rate";
    case CheckKind::kServingErrors:
      return "error rate of what each arm served";
    case CheckKind::kServingLatency:
      return fmt::format("latency p{} of what the candidate served",
                         NumberText(check.quantile * 100));
    case CheckKind::kValue:
      if (check.at_most_ratio) {
        return fmt::format("{} p{}", check.value, NumberText(check.quantile * 100));
      }
      return fmt::format("mean of {} as share of its cap", check.value);
    case CheckKind::kLatency:
      return "latency p" + NumberText(check.quantile * 100);
    case CheckKind::kCoverage:
      return "coverage";
  }
  return "";
}

v1::PlanCheck ToProto(const Check& check) {
  v1::PlanCheck message;
  message.set_name(check.name);
  message.set_metric(MetricText(check));
  message.set_comparator(check.comparator);
  if (check.at_most.has_value()) message.set_at_most(*check.at_most);
  if (check.at_most_ratio.has_value()) message.set_at_most_ratio(*check.at_most_ratio);
  if (check.at_least.has_value()) message.set_at_least(*check.at_least);
  message.set_floor(check.floor);
  message.set_required(check.required);
  message.set_value(check.value);
  if (check.at_most_increase.has_value()) message.set_at_most_increase(*check.at_most_increase);
  return message;
}

v1::PlanStage ToProto(const Stage& stage, double plan_coverage) {
  v1::PlanStage message;
  message.set_weight_percent(stage.weight_ppm / 1e4);
  message.set_min_samples(stage.min_samples);
  *message.mutable_min_duration() = understudy::ToProto(stage.min_duration);
  if (stage.max_duration != Duration::zero()) {
    *message.mutable_max_duration() = understudy::ToProto(stage.max_duration);
  }
  message.set_min_coverage(stage.min_coverage.value_or(plan_coverage));
  message.set_approval_required(stage.approval_required);
  for (const Check& check : stage.checks) *message.add_checks() = ToProto(check);
  return message;
}

v1::Rollout::Hold ToProto(Hold hold) {
  switch (hold) {
    case Hold::kOperator:
      return v1::Rollout::OPERATOR;
    case Hold::kAwaitingApproval:
      return v1::Rollout::AWAITING_APPROVAL;
    case Hold::kInconclusive:
      return v1::Rollout::INCONCLUSIVE;
    case Hold::kFailedCheck:
      return v1::Rollout::FAILED_CHECK;
    case Hold::kFrozen:
      return v1::Rollout::FROZEN;
    case Hold::kRestarted:
      return v1::Rollout::RESTARTED;
    case Hold::kCapacity:
      return v1::Rollout::CAPACITY;
  }
  return v1::Rollout::HOLD_UNSPECIFIED;
}

std::string_view Name(OnFail action) {
  switch (action) {
    case OnFail::kRollback:
      return "rollback";
    case OnFail::kHold:
      return "hold";
    case OnFail::kStepDown:
      return "step_down";
  }
  return "rollback";
}

}  // namespace

v1::Rollout::Phase ToProto(Phase phase) {
  switch (phase) {
    case Phase::kDraft:
      return v1::Rollout::DRAFT;
    case Phase::kCalibrating:
      return v1::Rollout::CALIBRATING;
    case Phase::kShadowing:
      return v1::Rollout::SHADOWING;
    case Phase::kRamping:
      return v1::Rollout::RAMPING;
    case Phase::kBaking:
      return v1::Rollout::BAKING;
    case Phase::kCompleted:
      return v1::Rollout::COMPLETED;
    case Phase::kRolledBack:
      return v1::Rollout::ROLLED_BACK;
    case Phase::kCancelled:
      return v1::Rollout::CANCELLED;
  }
  return v1::Rollout::PHASE_UNSPECIFIED;
}

v1::RolloutPlan ToProto(const Plan& plan) {
  v1::RolloutPlan message;
  message.set_name(plan.name);
  message.set_hash(plan.hash);
  message.set_alpha_rollback(plan.alpha_rollback);
  message.set_alpha_promotion(plan.alpha_promotion);
  for (const Stage& stage : plan.stages) {
    *message.add_stages() = ToProto(stage, plan.min_coverage);
  }
  *message.mutable_bake_duration() = ToProto(plan.bake_duration);
  for (const Check& check : plan.checks) *message.add_checks() = ToProto(check);
  message.set_on_fail(std::string(Name(plan.on_fail)));
  message.set_on_inconclusive(plan.on_inconclusive == OnInconclusive::kHold ? "hold" : "rollback");
  message.set_min_coverage(plan.min_coverage);
  *message.mutable_max_evidence_age() = ToProto(plan.max_evidence_age);
  message.set_auto_start(plan.auto_start);
  return message;
}

v1::Rollout ToProto(const RolloutState& rollout) {
  v1::Rollout message;
  message.set_id(rollout.id);
  message.set_route(rollout.route);
  message.set_incumbent(rollout.incumbent);
  message.set_incumbent_version(rollout.incumbent_version);
  message.set_candidate(rollout.candidate);
  message.set_candidate_version(rollout.candidate_version);
  *message.mutable_plan() = ToProto(rollout.plan);
  message.set_phase(ToProto(rollout.phase));
  message.set_stage(static_cast<std::uint32_t>(rollout.stage));
  message.set_weight_percent(rollout.weight_ppm / 1e4);
  for (const Hold hold : rollout.holds.All()) message.add_holds(ToProto(hold));
  message.set_generation(rollout.generation);
  message.set_stage_approved(rollout.stage_approved);
  message.set_weight_lowered_by_operator(rollout.weight_lowered_by_operator);
  *message.mutable_created_at() = ToProto(rollout.created_at);
  *message.mutable_phase_since() = ToProto(rollout.phase_since);
  *message.mutable_stage_since() = ToProto(rollout.stage_since);
  *message.mutable_stage_held() = ToProto(rollout.stage_held);
  if (rollout.held_since.has_value()) *message.mutable_held_since() = ToProto(*rollout.held_since);
  for (const Override& entry : rollout.overrides) {
    v1::OverrideRecord* added = message.add_overrides();
    *added->mutable_at() = ToProto(entry.at);
    added->set_actor(entry.actor);
    added->set_reason(entry.reason);
    added->set_what(entry.what);
  }
  message.set_ended_reason(rollout.ended_reason);
  message.set_terminal(IsTerminal(rollout.phase));
  return message;
}

v1::QuarantineStatus ToProto(const Quarantine& quarantine) {
  v1::QuarantineStatus message;
  message.set_route(quarantine.route);
  message.set_candidate_version(quarantine.candidate_version);
  message.set_rollout_id(quarantine.rollout_id);
  *message.mutable_since() = ToProto(quarantine.since);
  message.set_reason(quarantine.reason);
  return message;
}

v1::TimelineEntry ToProto(const JournalLine& line) {
  v1::TimelineEntry message;
  message.set_sequence(line.sequence);
  *message.mutable_at() = ToProto(line.at);
  message.set_rollout_id(line.rollout_id);
  message.set_route(line.route);
  message.set_generation(line.generation);
  message.set_actor(line.actor);
  message.set_action(line.action);
  message.set_reason(line.reason);
  message.set_from(line.from);
  message.set_to(line.to);
  message.set_evidence(line.evidence);
  return message;
}

}  // namespace understudy
