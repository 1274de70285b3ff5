// Rules about plans, their stages and checks, and the comparators those look at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "proxy/control/config_plan.h"
#include "proxy/control/config_rules.h"
#include "proxy/control/config_suggest.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

// A check's limits as written, and which of them its kind takes.
struct LimitUse {
  const char* key;
  bool written;
  bool needed;
  bool allowed;
};

class PlanRules {
 public:
  PlanRules(const RuleContext& context, std::size_t index)
      : context_(context),
        plan_(context.topology.plans[index]),
        config_(context.source.file.plans(static_cast<int>(index))),
        path_(fmt::format("plans[{}]", index)) {}

  void Check() {
    if (plan_.name.rfind(kBuiltinPlanPrefix, 0) == 0) {
      context_.Fault(path_ + ".name",
                     fmt::format("plan names that begin with '{}' are taken", kBuiltinPlanPrefix));
    }
    for (int i = 0; i < config_.checks_size(); ++i) {
      CheckOne(config_.checks(i), fmt::format("{}.checks[{}]", path_, i), 0);
    }
    for (int i = 0; i < config_.stages_size(); ++i) CheckStage(i);
    CheckUnique(context_, "check of the plan", names_, [&](std::size_t i) { return paths_[i]; });
  }

 private:
  void CheckStage(int i) {
    const v1::StageConfig& config = config_.stages(i);
    const Stage& stage = plan_.stages[static_cast<std::size_t>(i)];
    const std::string at = fmt::format("{}.stages[{}]", path_, i);
    for (int k = 0; k < config.checks_size(); ++k) {
      CheckOne(config.checks(k), fmt::format("{}.checks[{}]", at, k), stage.weight_ppm);
    }
    if (stage.max_duration > Duration::zero() && stage.max_duration < stage.min_duration) {
      context_.Fault(at + ".max_duration",
                     "'max_duration' must not be shorter than 'min_duration'");
    }
    const double ppm = ParseShare(config.weight()).value_or(0) * kWholePpm;
    if (std::abs(ppm - std::round(ppm)) > 1e-6) {
      context_.Fault(at + ".weight", fmt::format("weights have steps of 0.0001%, which {} is not",
                                                 Quoted(config.weight())));
    }
    if (i == 0 && stage.weight_ppm == 0 && stage.approval_required) {
      context_.Fault(at + ".approval",
                     "a first stage of weight 0 begins with `rollout start`, which is a person's "
                     "word already; write 'approval: required' at the stage that shall not begin "
                     "without one");
    }
    if (i == 0 || config.weight().empty()) return;
    const v1::StageConfig& before = config_.stages(i - 1);
    if (stage.weight_ppm < plan_.stages[static_cast<std::size_t>(i) - 1].weight_ppm) {
      context_.Fault(at + ".weight",
                     fmt::format("the weight falls from {} to {}; weights may only stay or rise "
                                 "from stage to stage",
                                 Quoted(before.weight()), Quoted(config.weight())));
    }
  }

  // `weight_ppm`: of the least stage it is judged at.
  void CheckOne(const v1::CheckConfig& check, const std::string& at, std::uint32_t weight_ppm) {
    names_.push_back(check.name());
    paths_.push_back(at + ".name");
    const auto has = [&](const char* key) { return context_.source.Has(at + "." + key); };
    const int subjects =
        (has("comparator") ? 1 : 0) + (has("metric") ? 1 : 0) + (has("value") ? 1 : 0);
    if (subjects != 1) {
      const bool said = context_.source.IsFaulty(at + ".comparator") ||
                        context_.source.IsFaulty(at + ".metric") ||
                        context_.source.IsFaulty(at + ".value");
      if (!said)
        context_.Fault(at, "a check has exactly one of the keys comparator, metric, value");
      return;
    }
    if (context_.source.IsFaulty(at + ".metric")) return;
    const std::string& metric = check.metric();
    const bool is_mean = has("comparator");
    const bool is_value = has("value");
    const bool is_errors = metric == "error_rate";
    const bool is_serving_errors = metric == "serving_error_rate";
    const bool is_latency = metric.find("latency_") != std::string::npos;
    const std::string what = is_mean    ? "a check of a comparator"
                             : is_value ? "a check of a value"
                                        : "a check of " + metric;
    const int limits = (has("at_most") ? 1 : 0) + (has("at_most_ratio") ? 1 : 0) +
                       (has("at_most_increase") ? 1 : 0);
    if (is_errors && limits != 1) {
      context_.Fault(at,
                     "a check of error_rate has exactly one of the keys at_most, at_most_ratio, "
                     "at_most_increase");
      return;
    }
    if (is_value && limits != 1) {
      context_.Fault(at,
                     "a check of a value has exactly one of the keys at_most, at_most_increase, "
                     "at_most_ratio");
      return;
    }
    const bool is_ratio = is_latency || is_serving_errors;
    if (metric.rfind("serving_", 0) == 0 && check.required() && weight_ppm == 0) {
      context_.Fault(at,
                     fmt::format("nothing is served at weight 0, so a required check of {} could "
                                 "never pass there; write it at the stages with a weight",
                                 metric));
    }
    for (const LimitUse& use :
         {LimitUse{"at_most", has("at_most"), is_mean, is_mean || is_errors || is_value},
          LimitUse{"at_most_ratio", has("at_most_ratio"), is_ratio,
                   is_ratio || is_errors || is_value},
          LimitUse{"quantile", has("quantile"), false, is_value && has("at_most_ratio")},
          LimitUse{"at_most_increase", has("at_most_increase"), false, is_errors || is_value},
          LimitUse{"floor", has("floor"), false,
                   (is_errors || is_serving_errors) && has("at_most_ratio")},
          LimitUse{"noise", has("noise"), false, is_mean},
          LimitUse{"at_least", has("at_least"), metric == "coverage", metric == "coverage"}}) {
      if (use.needed && !use.written && !context_.source.IsFaulty(at + "." + use.key)) {
        context_.Fault(at, fmt::format("{} needs the key '{}'", what, use.key));
      }
      if (!use.allowed && use.written) {
        context_.Fault(at + "." + use.key, fmt::format("{} has no '{}'{}", what, use.key,
                                                       is_errors ? " beside 'at_most'" : ""));
      }
    }
  }

  const RuleContext& context_;
  const Plan& plan_;
  const v1::PlanConfig& config_;
  const std::string path_;
  std::vector<std::string> names_;
  std::vector<std::string> paths_;
};

// There is no noise to know without a control.
void CheckCalibration(const RuleContext& context, std::size_t plan_index, const Route& route) {
  const std::string at = fmt::format("plans[{}].calibration", plan_index);
  if (!context.source.Has(at) || (route.control && route.control->rate > 0)) return;
  context.Fault(at,
                fmt::format("route {} uses this plan and has no 'control' to learn the "
                            "incumbent's noise from; write 'control: {{cluster: {}, rate: 10%}}' "
                            "at the route",
                            Quoted(route.name), route.incumbent));
}

// Every comparator and value a plan's checks look at must exist on every route that uses the plan.
void CheckUseOf(const RuleContext& context, std::size_t plan_index, const Route& route) {
  CheckCalibration(context, plan_index, route);
  const std::vector<std::string> names = ComparatorNames(route.compare, context.known);
  if (names.empty()) return;  // an unknown preset, which has its own fault
  const v1::PlanConfig& plan = context.source.file.plans(static_cast<int>(plan_index));
  std::vector<std::string> values;
  for (const ValueRule& rule : route.values) values.push_back(rule.name);
  const auto check_one = [&](const v1::CheckConfig& check, const std::string& at) {
    if (check.metric().rfind("serving_", 0) == 0 && !route.sticky.empty()) {
      context.Fault(
          at + ".metric",
          fmt::format("route {} uses this plan and has 'sticky': users who keep their arm "
                      "do not draw one for each request, so what the arms served cannot "
                      "be held against each other; use {}, which compares answers to the "
                      "same request",
                      Quoted(route.name), check.metric().substr(8)));
    }
    const std::string& value = check.value();
    if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) {
      context.Fault(at + ".value", fmt::format("route {} uses this plan but has no value {}{}",
                                               Quoted(route.name), Quoted(value),
                                               SuggestKey(value, values, "its values are",
                                                          "; it has no 'values'")));
    }
    for (const ValueRule& rule : route.values) {
      if (rule.name != value || rule.IsTime() || check.at_most_ratio().empty()) continue;
      context.Fault(at + ".at_most_ratio",
                    fmt::format("{} of route {} is no time; 'at_most_ratio' is for quantiles of "
                                "times, use at_most or at_most_increase",
                                Quoted(value), Quoted(route.name)));
    }
    const std::string& name = check.comparator();
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
    context.Fault(
        at + ".comparator",
        fmt::format("route {} uses this plan but has no comparator {}{}", Quoted(route.name),
                    Quoted(name), SuggestKey(name, names, "its comparators are")));
  };
  for (int i = 0; i < plan.checks_size(); ++i) {
    check_one(plan.checks(i), fmt::format("plans[{}].checks[{}]", plan_index, i));
  }
  for (int s = 0; s < plan.stages_size(); ++s) {
    for (int i = 0; i < plan.stages(s).checks_size(); ++i) {
      check_one(plan.stages(s).checks(i),
                fmt::format("plans[{}].stages[{}].checks[{}]", plan_index, s, i));
    }
  }
}

bool Uses(const Route& route, const std::string& plan) {
  if (plan.empty()) return false;
  return route.plan == plan ||
         std::any_of(route.candidates.begin(), route.candidates.end(),
                     [&](const CandidateArm& candidate) { return candidate.plan == plan; });
}

}  // namespace

void CheckPlans(const RuleContext& context) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < context.topology.plans.size(); ++i) {
    names.push_back(context.topology.plans[i].name);
    PlanRules(context, i).Check();
    for (const Route& route : context.topology.routes) {
      if (Uses(route, names.back())) CheckUseOf(context, i, route);
    }
  }
  CheckUnique(context, "plan", names,
              [](std::size_t i) { return fmt::format("plans[{}].name", i); });
}

}  // namespace understudy
