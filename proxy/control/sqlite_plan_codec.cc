// Every field of a plan, both ways.
#include "proxy/control/sqlite_plan_codec.h"

#include <fmt/format.h>

#include <optional>

#include "proxy/base/status.h"

namespace understudy {
namespace {

v1::StoredCheck::Kind StoreKind(CheckKind kind) {
  switch (kind) {
    case CheckKind::kComparatorMean:
      return v1::StoredCheck::KIND_COMPARATOR_MEAN;
    case CheckKind::kErrorRate:
      return v1::StoredCheck::KIND_ERROR_RATE;
    case CheckKind::kLatency:
      return v1::StoredCheck::KIND_LATENCY;
    case CheckKind::kCoverage:
      return v1::StoredCheck::KIND_COVERAGE;
    case CheckKind::kServingErrors:
      return v1::StoredCheck::KIND_SERVING_ERRORS;
    case CheckKind::kServingLatency:
      return v1::StoredCheck::KIND_SERVING_LATENCY;
    case CheckKind::kValue:
      return v1::StoredCheck::KIND_VALUE;
  }
  return v1::StoredCheck::KIND_UNSPECIFIED;
}

std::optional<CheckKind> ReadKind(v1::StoredCheck::Kind kind) {
  switch (kind) {
    case v1::StoredCheck::KIND_COMPARATOR_MEAN:
      return CheckKind::kComparatorMean;
    case v1::StoredCheck::KIND_ERROR_RATE:
      return CheckKind::kErrorRate;
    case v1::StoredCheck::KIND_LATENCY:
      return CheckKind::kLatency;
    case v1::StoredCheck::KIND_COVERAGE:
      return CheckKind::kCoverage;
    case v1::StoredCheck::KIND_SERVING_ERRORS:
      return CheckKind::kServingErrors;
    case v1::StoredCheck::KIND_SERVING_LATENCY:
      return CheckKind::kServingLatency;
    case v1::StoredCheck::KIND_VALUE:
      return CheckKind::kValue;
    default:
      return std::nullopt;
  }
}

v1::StoredPlan::OnFail StoreOnFail(OnFail choice) {
  switch (choice) {
    case OnFail::kRollback:
      return v1::StoredPlan::ON_FAIL_ROLLBACK;
    case OnFail::kHold:
      return v1::StoredPlan::ON_FAIL_HOLD;
    case OnFail::kStepDown:
      return v1::StoredPlan::ON_FAIL_STEP_DOWN;
  }
  return v1::StoredPlan::ON_FAIL_UNSPECIFIED;
}

std::optional<OnFail> ReadOnFail(v1::StoredPlan::OnFail choice) {
  switch (choice) {
    case v1::StoredPlan::ON_FAIL_ROLLBACK:
      return OnFail::kRollback;
    case v1::StoredPlan::ON_FAIL_HOLD:
      return OnFail::kHold;
    case v1::StoredPlan::ON_FAIL_STEP_DOWN:
      return OnFail::kStepDown;
    default:
      return std::nullopt;
  }
}

v1::StoredPlan::OnInconclusive StoreOnInconclusive(OnInconclusive choice) {
  switch (choice) {
    case OnInconclusive::kHold:
      return v1::StoredPlan::ON_INCONCLUSIVE_HOLD;
    case OnInconclusive::kRollback:
      return v1::StoredPlan::ON_INCONCLUSIVE_ROLLBACK;
  }
  return v1::StoredPlan::ON_INCONCLUSIVE_UNSPECIFIED;
}

std::optional<OnInconclusive> ReadOnInconclusive(v1::StoredPlan::OnInconclusive choice) {
  switch (choice) {
    case v1::StoredPlan::ON_INCONCLUSIVE_HOLD:
      return OnInconclusive::kHold;
    case v1::StoredPlan::ON_INCONCLUSIVE_ROLLBACK:
      return OnInconclusive::kRollback;
    default:
      return std::nullopt;
  }
}

void StoreCheck(const Check& check, v1::StoredCheck& out) {
  out.set_name(check.name);
  out.set_kind(StoreKind(check.kind));
  out.set_comparator(check.comparator);
  out.set_quantile(check.quantile);
  if (check.at_most) out.set_at_most(*check.at_most);
  if (check.at_most_ratio) out.set_at_most_ratio(*check.at_most_ratio);
  out.set_floor(check.floor);
  if (check.at_least) out.set_at_least(*check.at_least);
  out.set_required(check.required);
  out.set_value(check.value);
  if (check.at_most_increase) out.set_at_most_increase(*check.at_most_increase);
  out.set_raw(check.raw);
}

absl::StatusOr<Check> ReadCheck(const v1::StoredCheck& stored) {
  Check check;
  check.name = stored.name();
  const std::optional<CheckKind> kind = ReadKind(stored.kind());
  if (!kind) {
    return InvalidArgument(fmt::format("the check \"{}\" has the unknown kind {}", stored.name(),
                                       static_cast<int>(stored.kind())));
  }
  check.kind = *kind;
  check.comparator = stored.comparator();
  check.quantile = stored.quantile();
  if (stored.has_at_most()) check.at_most = stored.at_most();
  if (stored.has_at_most_ratio()) check.at_most_ratio = stored.at_most_ratio();
  check.floor = stored.floor();
  if (stored.has_at_least()) check.at_least = stored.at_least();
  check.required = stored.required();
  check.value = stored.value();
  if (stored.has_at_most_increase()) check.at_most_increase = stored.at_most_increase();
  check.raw = stored.raw();
  return check;
}

void StoreStage(const Stage& stage, v1::StoredStage& out) {
  out.set_weight_ppm(stage.weight_ppm);
  out.set_min_samples(stage.min_samples);
  out.set_min_duration(stage.min_duration.count());
  out.set_max_duration(stage.max_duration.count());
  if (stage.min_coverage) out.set_min_coverage(*stage.min_coverage);
  out.set_approval_required(stage.approval_required);
  for (const Check& check : stage.checks) StoreCheck(check, *out.add_checks());
  if (stage.exposure_risk) out.set_exposure_risk(*stage.exposure_risk);
}

absl::StatusOr<Stage> ReadStage(const v1::StoredStage& stored) {
  if (stored.weight_ppm() > kWholePpm) {
    return InvalidArgument(fmt::format("a stage has the weight {} parts per million, above 100 %",
                                       stored.weight_ppm()));
  }
  Stage stage;
  stage.weight_ppm = stored.weight_ppm();
  stage.min_samples = stored.min_samples();
  stage.min_duration = Duration(stored.min_duration());
  stage.max_duration = Duration(stored.max_duration());
  if (stored.has_min_coverage()) stage.min_coverage = stored.min_coverage();
  stage.approval_required = stored.approval_required();
  for (const v1::StoredCheck& check : stored.checks()) {
    ASSIGN_OR_RETURN(Check read, ReadCheck(check));
    stage.checks.push_back(std::move(read));
  }
  if (stored.has_exposure_risk()) stage.exposure_risk = stored.exposure_risk();
  return stage;
}

}  // namespace

void StorePlan(const Plan& plan, v1::StoredPlan& out) {
  out.set_name(plan.name);
  out.set_alpha_rollback(plan.alpha_rollback);
  out.set_alpha_promotion(plan.alpha_promotion);
  for (const Stage& stage : plan.stages) StoreStage(stage, *out.add_stages());
  out.set_bake_duration(plan.bake_duration.count());
  for (const Check& check : plan.checks) StoreCheck(check, *out.add_checks());
  v1::StoredBreaker& breaker = *out.mutable_breaker();
  breaker.set_consecutive_failures(plan.breaker.consecutive_failures);
  breaker.set_error_ratio(plan.breaker.error_ratio);
  breaker.set_window(plan.breaker.window.count());
  breaker.set_min_requests(plan.breaker.min_requests);
  out.set_on_fail(StoreOnFail(plan.on_fail));
  out.set_on_inconclusive(StoreOnInconclusive(plan.on_inconclusive));
  out.set_min_coverage(plan.min_coverage);
  out.set_max_evidence_age(plan.max_evidence_age.count());
  out.set_auto_start(plan.auto_start);
  out.set_hash(plan.hash);
  if (plan.exposure_risk) out.set_exposure_risk(*plan.exposure_risk);
  out.set_warm_up(plan.warm_up.count());
  out.set_calibration_samples(plan.calibration_samples);
}

absl::StatusOr<Plan> ReadPlan(const v1::StoredPlan& stored) {
  const std::optional<OnFail> on_fail = ReadOnFail(stored.on_fail());
  const std::optional<OnInconclusive> on_inconclusive =
      ReadOnInconclusive(stored.on_inconclusive());
  if (!on_fail || !on_inconclusive) {
    return InvalidArgument(
        fmt::format("the plan \"{}\" has an unknown on_fail or on_inconclusive", stored.name()));
  }
  Plan plan;
  plan.name = stored.name();
  plan.alpha_rollback = stored.alpha_rollback();
  plan.alpha_promotion = stored.alpha_promotion();
  for (const v1::StoredStage& stage : stored.stages()) {
    ASSIGN_OR_RETURN(Stage read, ReadStage(stage));
    plan.stages.push_back(std::move(read));
  }
  plan.bake_duration = Duration(stored.bake_duration());
  for (const v1::StoredCheck& check : stored.checks()) {
    ASSIGN_OR_RETURN(Check read, ReadCheck(check));
    plan.checks.push_back(std::move(read));
  }
  plan.breaker.consecutive_failures = stored.breaker().consecutive_failures();
  plan.breaker.error_ratio = stored.breaker().error_ratio();
  plan.breaker.window = Duration(stored.breaker().window());
  plan.breaker.min_requests = stored.breaker().min_requests();
  plan.on_fail = *on_fail;
  plan.on_inconclusive = *on_inconclusive;
  plan.min_coverage = stored.min_coverage();
  plan.max_evidence_age = Duration(stored.max_evidence_age());
  plan.auto_start = stored.auto_start();
  plan.hash = stored.hash();
  if (stored.has_exposure_risk()) plan.exposure_risk = stored.exposure_risk();
  plan.warm_up = Duration(stored.warm_up());
  plan.calibration_samples = stored.calibration_samples();
  return plan;
}

}  // namespace understudy
