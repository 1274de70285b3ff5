// Conditions of a raise.
#include "proxy/rollout/raise.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/base/status.h"
#include "proxy/rollout/describe.h"
#include "proxy/rollout/timers.h"

namespace understudy {

RaiseTarget NextTarget(const RolloutState& state) {
  RaiseTarget target;
  const auto& stages = state.plan.stages;
  if (state.phase == Phase::kCalibrating) return target;
  target.completes = state.phase == Phase::kBaking;
  // A weight below its own stage's (an operator lowered and resumed it) first gets back there.
  const bool below =
      state.stage < stages.size() && state.weight_ppm < stages[state.stage].weight_ppm;
  target.stage = below ? state.stage : state.stage + 1;
  target.bakes = target.completes || target.stage >= stages.size();
  target.weight_ppm =
      target.bakes ? kWholePpm : std::max(state.weight_ppm, stages[target.stage].weight_ppm);
  return target;
}

std::optional<std::size_t> UnapprovedStage(const RolloutState& state) {
  if (CurrentStage(state) == nullptr || state.stage_approved) return std::nullopt;
  const RaiseTarget next = NextTarget(state);
  if (next.bakes || !state.plan.stages[next.stage].approval_required) return std::nullopt;
  return next.stage;
}

bool RequiredChecksPass(const Verdict& verdict) {
  if (verdict.kind == VerdictKind::kPass) return true;
  if (verdict.kind != VerdictKind::kWarn) return false;
  return std::all_of(verdict.checks.begin(), verdict.checks.end(), [](const CheckResult& check) {
    return !check.required || check.kind == VerdictKind::kPass;
  });
}

bool HasRoom(const RolloutFacts& facts, std::uint32_t weight_ppm) {
  return std::uint64_t{weight_ppm} + facts.others_ppm <= kWholePpm;
}

absl::Status RaisePossible(const RolloutState& state, const RolloutFacts& facts,
                           std::uint32_t weight_ppm) {
  const std::string at = fmt::format("rollout {} stays at {}", state.id, Describe(state));
  if (!facts.store_available) {
    return Unavailable(at +
                       ": the control store does not accept writes, and a raise is written "
                       "down before it takes effect; repair the store and try again");
  }
  if (facts.route_killed) {
    return FailedPrecondition(at +
                              fmt::format(": route {} is killed; unkill it first", state.route));
  }
  if (facts.route_frozen) {
    return FailedPrecondition(at +
                              fmt::format(": route {} is frozen; unfreeze it first", state.route));
  }
  if (!HasRoom(facts, weight_ppm)) {
    return FailedPrecondition(
        at + fmt::format(": {} beside the {} of the route's other candidates is more than 100%; "
                         "lower those first",
                         PercentText(weight_ppm), PercentText(facts.others_ppm)));
  }
  return absl::OkStatus();
}

namespace {

std::optional<std::string> MissingOfStage(const RolloutState& state, const Verdict& verdict) {
  const Duration elapsed = StageElapsed(state, verdict.evaluated_at);
  const Stage* stage = CurrentStage(state);
  const Duration wanted = stage != nullptr ? stage->min_duration : state.plan.bake_duration;
  if (elapsed < wanted) {
    return fmt::format("the stage has had {:.0f} s of its {:.0f} s", Seconds(elapsed),
                       Seconds(wanted));
  }
  if (stage == nullptr) return std::nullopt;
  if (verdict.samples < stage->min_samples) {
    return fmt::format("{} of {} pairs are compared", verdict.samples, stage->min_samples);
  }
  const double coverage = stage->min_coverage.value_or(state.plan.min_coverage);
  if (verdict.coverage < coverage) {
    return fmt::format("coverage is {:.1f}% of the wanted {:.1f}%", verdict.coverage * 100,
                       coverage * 100);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> MissingEvidence(const RolloutState& state, const RolloutFacts& facts,
                                           WallTime now) {
  if (facts.verdict == nullptr || facts.verdict_window != state.window) {
    return "this stage's evidence has no verdict yet";
  }
  const Verdict& verdict = *facts.verdict;
  if (state.phase == Phase::kCalibrating) {
    const std::uint64_t wanted = state.plan.calibration_samples;
    // Without a control there is nothing to wait for; checks then judge raw divergence.
    if (!facts.has_control || verdict.control_samples >= wanted) return std::nullopt;
    return fmt::format(
        "the incumbent was asked twice in {} of {} requests, so its own noise is "
        "not known yet",
        verdict.control_samples, wanted);
  }
  if (!RequiredChecksPass(verdict)) {
    return fmt::format("the verdict is {}", DescribeEvidence(&verdict));
  }
  const Duration age = state.plan.max_evidence_age;
  if (now - verdict.evaluated_at > age || now - verdict.newest_sample_at > age) {
    return fmt::format("the evidence is older than {:.0f} s", Seconds(age));
  }
  return MissingOfStage(state, verdict);
}

}  // namespace understudy
