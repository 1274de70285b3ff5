// Building and hashing plans.
#include "proxy/control/config_plan.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "proxy/base/hash.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

constexpr double kDefaultErrorFloor = 0.001;

Duration DurationOr(const std::string& text, Duration otherwise) {
  return ParseDuration(text).value_or(otherwise);
}

Check BuildCheck(const v1::CheckConfig& config) {
  Check check;
  check.name = config.name();
  check.comparator = config.comparator();
  const std::string& metric = config.metric();
  if (metric == "error_rate") check.kind = CheckKind::kErrorRate;
  if (metric == "serving_error_rate") check.kind = CheckKind::kServingErrors;
  if (!config.value().empty()) check.kind = CheckKind::kValue;
  check.value = config.value();
  if (metric == "coverage") check.kind = CheckKind::kCoverage;
  for (const auto& [prefix, kind] : {std::pair{"latency_p", CheckKind::kLatency},
                                     std::pair{"serving_latency_p", CheckKind::kServingLatency}}) {
    if (!metric.starts_with(prefix)) continue;
    check.kind = kind;
    check.quantile = std::stod(metric.substr(std::string_view(prefix).size())) / 100;
  }
  const bool of_time = !config.value().empty() && !config.at_most_ratio().empty();
  if (of_time && config.quantile().size() > 1) {  // a faulty one is empty
    check.quantile = std::stod(config.quantile().substr(1)) / 100;
  }
  check.at_most = ParseShare(config.at_most());
  check.at_most_ratio = ParseRatio(config.at_most_ratio());
  check.at_least = ParseShare(config.at_least());
  check.at_most_increase = ParseShare(config.at_most_increase());
  const bool of_errors =
      check.kind == CheckKind::kErrorRate || check.kind == CheckKind::kServingErrors;
  const bool ratio_of_errors = of_errors && check.at_most_ratio;
  check.floor = ParseShare(config.floor()).value_or(ratio_of_errors ? kDefaultErrorFloor : 0);
  check.required = config.required();
  check.raw = config.noise() == "keep";
  return check;
}

Stage BuildStage(const v1::StageConfig& config) {
  Stage stage;
  stage.weight_ppm =
      static_cast<std::uint32_t>(std::llround(ParseShare(config.weight()).value_or(0) * kWholePpm));
  stage.min_samples = config.min_samples();
  stage.min_duration = DurationOr(config.min_duration(), stage.min_duration);
  stage.max_duration = DurationOr(config.max_duration(), stage.max_duration);
  stage.min_coverage = ParseShare(config.min_coverage());
  stage.approval_required = config.approval() == "required";
  stage.exposure_risk = ParseShare(config.exposure_risk());
  for (const v1::CheckConfig& check : config.checks()) stage.checks.push_back(BuildCheck(check));
  return stage;
}

Stage BuiltinStage(std::uint32_t weight_ppm, std::uint64_t samples, Duration least) {
  Stage stage;
  stage.weight_ppm = weight_ppm;
  stage.min_samples = samples;
  stage.min_duration = least;
  return stage;
}

std::string Number(const std::optional<double>& value) {
  return value ? fmt::format("{:.17g}", *value) : "-";
}

// Later fields are named and only written where they are set: plans without them keep their hash.
std::string LaterFields(const Check& check) {
  std::string text;
  if (!check.value.empty()) text += fmt::format("value {}:{}\n", check.value.size(), check.value);
  if (check.at_most_increase) text += fmt::format("increase {}\n", Number(check.at_most_increase));
  if (check.raw) text += "raw\n";
  return text;
}

std::string LaterFields(const Plan& plan) {
  std::string text;
  if (plan.exposure_risk) text += fmt::format("exposure {}\n", Number(plan.exposure_risk));
  if (plan.warm_up > Duration::zero()) text += fmt::format("warm-up {}\n", plan.warm_up.count());
  if (plan.calibration_samples > 0) text += fmt::format("calibrate {}\n", plan.calibration_samples);
  return text;
}

std::string Text(const Check& check) {
  const std::string later = LaterFields(check);
  return later + fmt::format("check {}:{} {} {}:{} {:.17g} {} {} {:.17g} {} {}\n",
                             check.name.size(), check.name, static_cast<int>(check.kind),
                             check.comparator.size(), check.comparator, check.quantile,
                             Number(check.at_most), Number(check.at_most_ratio), check.floor,
                             Number(check.at_least), check.required);
}

}  // namespace

std::string PlanHash(const Plan& plan) {
  std::string text =
      fmt::format("plan {}:{} {:.17g} {:.17g} {} {} {:.17g} {} {} {} {} {:.17g} {} {}\n",
                  plan.name.size(), plan.name, plan.alpha_rollback, plan.alpha_promotion,
                  plan.bake_duration.count(), plan.breaker.consecutive_failures,
                  plan.breaker.error_ratio, plan.breaker.window.count(), plan.breaker.min_requests,
                  static_cast<int>(plan.on_fail), static_cast<int>(plan.on_inconclusive),
                  plan.min_coverage, plan.max_evidence_age.count(), plan.auto_start);
  text += LaterFields(plan);
  for (const Check& check : plan.checks) text += Text(check);
  for (const Stage& stage : plan.stages) {
    text += fmt::format("stage {} {} {} {} {} {}\n", stage.weight_ppm, stage.min_samples,
                        stage.min_duration.count(), stage.max_duration.count(),
                        Number(stage.min_coverage), stage.approval_required);
    if (stage.exposure_risk) text += fmt::format("exposure {}\n", Number(stage.exposure_risk));
    for (const Check& check : stage.checks) text += Text(check);
  }
  return HexOf(H64("understudy plan 1", {text})).Text();
}

Plan BuildPlan(const v1::PlanConfig& config) {
  Plan plan;
  plan.name = config.name();
  plan.alpha_rollback = ParseShare(config.alpha().rollback()).value_or(plan.alpha_rollback);
  plan.alpha_promotion = ParseShare(config.alpha().promotion()).value_or(plan.alpha_promotion);
  for (const v1::StageConfig& stage : config.stages()) plan.stages.push_back(BuildStage(stage));
  plan.bake_duration = DurationOr(config.bake_duration(), plan.bake_duration);
  for (const v1::CheckConfig& check : config.checks()) plan.checks.push_back(BuildCheck(check));
  plan.breaker.consecutive_failures = config.breaker().consecutive_failures();
  plan.breaker.error_ratio =
      ParseShare(config.breaker().error_ratio()).value_or(plan.breaker.error_ratio);
  plan.breaker.window = DurationOr(config.breaker().window(), plan.breaker.window);
  plan.breaker.min_requests = config.breaker().min_requests();
  if (config.on_fail() == "hold") plan.on_fail = OnFail::kHold;
  if (config.on_fail() == "step_down") plan.on_fail = OnFail::kStepDown;
  if (config.on_inconclusive() == "rollback") plan.on_inconclusive = OnInconclusive::kRollback;
  plan.min_coverage = ParseShare(config.min_coverage()).value_or(plan.min_coverage);
  plan.max_evidence_age = DurationOr(config.max_evidence_age(), plan.max_evidence_age);
  plan.auto_start = config.auto_start();
  plan.exposure_risk = ParseShare(config.exposure_risk());
  plan.warm_up = DurationOr(config.warm_up(), plan.warm_up);
  if (config.has_calibration()) plan.calibration_samples = config.calibration().min_samples();
  plan.hash = PlanHash(plan);
  return plan;
}

Plan BuiltinPlan(const std::string& comparator) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  Plan plan;
  plan.name = std::string(kBuiltinPlanPrefix) + comparator;
  plan.stages = {BuiltinStage(0, 500, seconds(30)), BuiltinStage(10'000, 500, minutes(1)),
                 BuiltinStage(100'000, 1000, minutes(1)), BuiltinStage(500'000, 1000, minutes(1))};
  plan.stages[1].max_duration = minutes(30);
  plan.stages[3].approval_required = true;
  Check mean;
  mean.name = comparator;
  mean.comparator = comparator;
  mean.at_most = 0.02;
  Check errors;
  errors.name = "error-rate";
  errors.kind = CheckKind::kErrorRate;
  errors.at_most_ratio = 1.5;
  errors.floor = 0.005;
  if (mean.name == errors.name) errors.name = "error-rate-2";
  plan.checks = {mean, errors};
  plan.hash = PlanHash(plan);
  return plan;
}

}  // namespace understudy
