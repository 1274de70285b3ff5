// Rates, samples, times and segments that a verdict waits for.
#include "proxy/control/explain_knobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/control/explain.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

constexpr double kWorthwhile = 1.1;  // times as fast

bool Waits(const CheckResult& check) {
  return check.required && check.kind == VerdictKind::kInconclusive &&
         (check.reason == InconclusiveReason::kInsufficientSamples ||
          check.reason == InconclusiveReason::kNoiseFloorUnknown);
}

std::optional<Duration> SlowestCheck(const Verdict& verdict) {
  std::optional<Duration> slowest;
  for (const CheckResult& check : verdict.checks) {
    if (Waits(check) && check.eta) slowest = std::max(slowest, check.eta);
  }
  return slowest;
}

// "10 times as fast: about 1 min instead of 10 min"
std::string Gain(double factor, const std::optional<Duration>& eta) {
  std::string text = fmt::format("{} times as fast", NumberText(factor));
  if (!eta) return text;
  const Duration sooner(static_cast<std::int64_t>(static_cast<double>(eta->count()) / factor));
  return text + fmt::format(": about {} instead of {}", DurationText(sooner), DurationText(*eta));
}

void MirrorRate(const CandidateView& candidate, std::vector<std::string>& knobs) {
  const std::optional<Duration> eta = SlowestCheck(candidate.verdict);
  const bool lowered = candidate.mirror_rate_in_force < candidate.mirror_rate / kWorthwhile;
  if (lowered) {
    knobs.push_back(fmt::format(
        "the candidate keeps up with {} of the requests and not with the configured {}: more of "
        "its servers would bring pairs {}",
        ShareText(candidate.mirror_rate_in_force), ShareText(candidate.mirror_rate),
        Gain(candidate.mirror_rate / std::max(candidate.mirror_rate_in_force, 1e-6), eta)));
  }
  if (candidate.mirror_rate > 0 && candidate.mirror_rate * kWorthwhile < 1) {
    knobs.push_back(fmt::format("a mirror rate of 100 % instead of {} would bring pairs {}",
                                ShareText(candidate.mirror_rate),
                                Gain(1 / candidate.mirror_rate, eta)));
  }
}

void ControlRate(const ControlView& view, const CandidateView& candidate,
                 std::vector<std::string>& knobs) {
  const Route* route =
      view.topology == nullptr ? nullptr : view.topology->FindRoute(candidate.route);
  if (route == nullptr || !route->control || candidate.noise.empty()) return;
  const double rate = route->control->rate;
  if (rate <= 0 || rate * kWorthwhile >= 1) return;
  knobs.push_back(fmt::format(
      "a control rate of 100 % instead of {} would bring pairs with a control, which the checks of "
      "comparators look at, {}",
      ShareText(rate), Gain(1 / rate, SlowestCheck(candidate.verdict))));
}

void Segments(const CandidateView& candidate, std::vector<std::string>& knobs) {
  std::string names;
  for (const CheckResult& check : candidate.verdict.checks) {
    if (!Waits(check) || check.segment.empty() || check.covered) continue;
    if (names.find(check.segment) == std::string::npos) {
      names += (names.empty() ? "" : ", ") + check.segment;
    }
  }
  if (names.empty()) return;
  knobs.push_back(fmt::format(
      "'required: false' at the segment rule would not wait for {}, which then stays not covered",
      names));
}

void Stages(const CandidateView& candidate, WallTime now, std::vector<std::string>& knobs) {
  if (!candidate.rollout.has_value()) return;
  const RolloutState& rollout = *candidate.rollout;
  const bool staged = rollout.phase == Phase::kShadowing || rollout.phase == Phase::kRamping;
  if (!staged || rollout.stage >= rollout.plan.stages.size()) return;
  const Stage& stage = rollout.plan.stages[rollout.stage];
  const bool passes =
      std::none_of(candidate.verdict.checks.begin(), candidate.verdict.checks.end(), Waits);
  if (!passes) return;
  if (candidate.pairs < stage.min_samples) {
    knobs.push_back(
        fmt::format("every check that waits for pairs is through, and the stage's "
                    "min_samples of {} is what is missing ({} so far)",
                    stage.min_samples, candidate.pairs));
  }
  const Duration had = StageTime(rollout, now);
  if (had < stage.min_duration) {
    knobs.push_back(
        fmt::format("every check that waits for pairs is through, and the stage's "
                    "min_duration of {} is what is missing ({} so far)",
                    DurationText(stage.min_duration), DurationText(had)));
  }
}

}  // namespace

std::vector<std::string> KnobsOf(const ControlView& view, const CandidateView& candidate,
                                 WallTime now) {
  std::vector<std::string> knobs;
  const Verdict& verdict = candidate.verdict;
  const bool waits = std::any_of(verdict.checks.begin(), verdict.checks.end(), Waits);
  if (waits) {
    MirrorRate(candidate, knobs);
    ControlRate(view, candidate, knobs);
    Segments(candidate, knobs);
  }
  Stages(candidate, now, knobs);
  return knobs;
}

}  // namespace understudy
