// All checks of a plan together: the weighted rollback evidence, then the verdict.
#include "proxy/evidence/evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/coverage_standing.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/judge.h"
#include "proxy/evidence/mirror_bias.h"
#include "proxy/evidence/questions.h"
#include "proxy/evidence/sentences.h"
#include "proxy/evidence/split_test.h"

namespace understudy {
namespace {

double LogThreshold(double alpha) { return -std::log(std::clamp(alpha, 1e-12, 1.0)); }

// A reason beyond the checks not to say PASS.
struct Standing {
  InconclusiveReason reason = InconclusiveReason::kNone;
  std::string sentence;
};

constexpr std::string_view kNoMirrorRate =
    "the candidate's mirror rate is 0, so none of the route's requests is compared: write "
    "'mirror: {rate: 100%}' (or a smaller share) at this candidate in the configuration";

// Whether the arms got the requests that their weights ask for.
std::optional<std::string> SplitMismatch(const LedgerShape& shape, const WindowSums& window) {
  if (!shape.split_by_request) return std::nullopt;
  for (const ServingSums& serving : window.serving) {
    const double share = static_cast<double>(serving.share_ppm) / kWholePpm;
    if (share <= 0 || share >= 1) continue;
    const std::array counts = {serving.candidate_assigned, serving.incumbent_assigned};
    const double p = SplitPValue(counts, std::array{share, 1 - share});
    if (p >= kSplitAlpha) continue;
    return fmt::format(
        "the candidate got {} of {} requests at a share of {}, which is no chance (p = {:.2g}): "
        "the split does not hold, so the arms' traffic is not alike; see what routes around it",
        WithCommas(counts[0]), WithCommas(counts[0] + counts[1]), Percent(share), p);
  }
  return std::nullopt;
}

Standing StandingOfWindow(const Look& look, const Plan& plan, const StageContext& context,
                          WallTime now) {
  if (!context.window_current) {
    return {InconclusiveReason::kEvidenceStale,
            "the evidence belongs to another window, version or plan: wait for new pairs"};
  }
  const WindowSums* window = look.ledger.Current();
  if (window == nullptr) {
    return {InconclusiveReason::kNoTraffic, "no evidence window has been started"};
  }
  const CoverageStanding coverage = StandingOf(window->coverage, look.min_coverage);
  if (coverage.settled == 0) {
    if (window->compared == 0) {
      const bool mirrors = context.mirror_rate > 0;
      return {coverage.reason, mirrors ? coverage.sentence : std::string(kNoMirrorRate)};
    }
    return {InconclusiveReason::kInsufficientCoverage,
            "the coverage counters have not caught up with the pairs of this window yet"};
  }
  if (window->newest_sample && now - *window->newest_sample > plan.max_evidence_age) {
    if (context.mirror_rate <= 0) {
      return {InconclusiveReason::kEvidenceStale, std::string(kNoMirrorRate)};
    }
    return {InconclusiveReason::kEvidenceStale,
            fmt::format("the newest pair is {} old, {} is allowed: send traffic to the route",
                        RoughDuration(now - *window->newest_sample),
                        RoughDuration(plan.max_evidence_age))};
  }
  if (coverage.reason != InconclusiveReason::kNone) return {coverage.reason, coverage.sentence};
  if (const auto bias = MirrorBias(look.ledger.shape(), *window)) {
    return {InconclusiveReason::kMirrorLoss, *bias};
  }
  if (const auto mismatch = SplitMismatch(look.ledger.shape(), *window)) {
    return {InconclusiveReason::kSampleRatioMismatch, *mismatch};
  }
  if (window->compared < std::max<std::uint64_t>(context.min_samples, 1)) {
    const std::uint64_t missing =
        std::max<std::uint64_t>(context.min_samples, 1) - window->compared;
    return {InconclusiveReason::kInsufficientSamples,
            fmt::format("{} of {} pairs in this window: {}", WithCommas(window->compared),
                        WithCommas(std::max<std::uint64_t>(context.min_samples, 1)),
                        MorePairs(missing, context.pairs_per_second))};
  }
  return {};
}

std::string Sentences(const std::vector<CheckResult>& checks, VerdictKind kind) {
  std::string text;
  for (const CheckResult& check : checks) {
    if (check.kind != kind || (kind != VerdictKind::kWarn && !check.required)) continue;
    if (!text.empty()) text += "; ";
    text += check.check;
    if (!check.segment.empty()) text += fmt::format(" ({})", check.segment);
    text += ": " + check.sentence;
  }
  return text;
}

// Until every required check has a verdict and the window is large enough.
std::optional<Duration> EtaOf(const Verdict& verdict, const StageContext& context) {
  const std::uint64_t missing =
      context.min_samples > verdict.samples ? context.min_samples - verdict.samples : 0;
  std::optional<Duration> eta = TimeFor(missing, context.pairs_per_second);
  for (const CheckResult& check : verdict.checks) {
    if (!check.required || check.kind != VerdictKind::kInconclusive) continue;
    if (!check.eta) return std::nullopt;
    eta = std::max(eta, check.eta);
  }
  return eta;
}

void Sum(const Standing& standing, const StageContext& context, Verdict& verdict) {
  const auto worst_required = [&verdict](VerdictKind kind) {
    return std::find_if(
        verdict.checks.begin(), verdict.checks.end(),
        [kind](const CheckResult& check) { return check.required && check.kind == kind; });
  };
  verdict.reason = InconclusiveReason::kNone;
  if (worst_required(VerdictKind::kFail) != verdict.checks.end()) {
    verdict.kind = VerdictKind::kFail;
    verdict.sentence = Sentences(verdict.checks, VerdictKind::kFail);
    return;
  }
  const auto open = worst_required(VerdictKind::kInconclusive);
  if (standing.reason != InconclusiveReason::kNone || open != verdict.checks.end()) {
    const bool by_window = standing.reason != InconclusiveReason::kNone;
    verdict.kind = VerdictKind::kInconclusive;
    verdict.reason = by_window ? standing.reason : open->reason;
    verdict.sentence =
        by_window ? standing.sentence : Sentences(verdict.checks, VerdictKind::kInconclusive);
    if (verdict.reason == InconclusiveReason::kInsufficientSamples ||
        verdict.reason == InconclusiveReason::kNoiseFloorUnknown) {
      verdict.eta = EtaOf(verdict, context);
    }
    return;
  }
  verdict.sentence = Sentences(verdict.checks, VerdictKind::kWarn);
  verdict.kind = verdict.sentence.empty() ? VerdictKind::kPass : VerdictKind::kWarn;
  if (verdict.kind == VerdictKind::kPass) {
    const auto required = std::count_if(verdict.checks.begin(), verdict.checks.end(),
                                        [](const CheckResult& check) { return check.required; });
    verdict.sentence = fmt::format("every required check ({}) is within its limit", required);
  }
}

const LateChange* FindAlarm(const StageContext& context, const Check& check) {
  for (const LateChange& change : context.late) {
    if (change.check == check.name) return &change;
  }
  return nullptr;
}

}  // namespace

StageContext ContextOfStage(const Plan& plan, std::size_t stage) {
  StageContext context;
  if (stage < plan.stages.size()) {
    context.min_samples = plan.stages[stage].min_samples;
    context.min_coverage = plan.stages[stage].min_coverage;
    context.extra_checks = plan.stages[stage].checks;
    context.exposure_risk = plan.exposure_risk;
    if (stage + 1 < plan.stages.size() && plan.stages[stage + 1].exposure_risk) {
      context.exposure_risk = plan.stages[stage + 1].exposure_risk;
    }
  }
  return context;
}

VerdictBasis BasisOf(const Ledger& ledger, const Plan& plan, std::size_t stage,
                     const StageContext& context) {
  return {std::make_shared<const std::string>(ledger.Encode()),
          std::make_shared<const Plan>(plan),
          stage,
          context.pairs_per_second,
          context.mirror_rate,
          context.late};
}

Verdict Evaluate(const Ledger& ledger, const Plan& plan, const StageContext& context,
                 WallTime now) {
  const double promotion_alpha =
      std::min(plan.alpha_promotion, context.exposure_risk.value_or(plan.alpha_promotion));
  const Look look{.ledger = ledger,
                  .total = ledger.Total(),
                  .log_rollback = LogThreshold(plan.alpha_rollback),
                  .log_promotion = LogThreshold(promotion_alpha),
                  .min_coverage = context.min_coverage.value_or(plan.min_coverage)};
  std::vector<Check> active = plan.checks;
  active.insert(active.end(), context.extra_checks.begin(), context.extra_checks.end());
  const std::vector<Question> questions = QuestionsOf(look, plan, active, context.pairs_per_second);

  std::vector<CheckEvidence> evidence;
  std::vector<double> shares;  // ln(weight * E) of each check that shares the rollback evidence
  for (const Question& question : questions) {
    evidence.push_back(GatherEvidence(look, question));
    if (question.weight <= 0) continue;
    shares.push_back(evidence.back().log_e_rollback + std::log(question.weight));
  }

  Verdict verdict;
  verdict.evaluated_at = now;
  verdict.log_e_rollback =
      shares.empty() ? 0 : LogMeanExp(shares) + std::log(static_cast<double>(shares.size()));
  const bool refuted = !shares.empty() && verdict.log_e_rollback >= look.log_rollback;
  const std::vector<bool> carries = Carriers(questions, evidence, look.log_rollback);
  Ruling ruling;
  ruling.enough_pairs = context.window_current && look.total.compared > 0 &&
                        look.total.compared >= context.min_samples;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Check& check = *questions[i].check;
    if (!IsStatistical(check)) {
      verdict.checks.push_back(JudgeCoverage(look, check));
      CheckResult& coverage = verdict.checks.back();
      if (context.mirror_rate <= 0 && coverage.reason == InconclusiveReason::kNoTraffic) {
        coverage.sentence = fmt::format("coverage: {}", kNoMirrorRate);
      }
      continue;
    }
    ruling.evidence_carries = refuted && carries[i];
    ruling.late = questions[i].segment.empty() ? FindAlarm(context, check) : nullptr;
    verdict.checks.push_back(Judge(look, questions[i], evidence[i], ruling));
  }
  if (const WindowSums* window = ledger.Current()) {
    verdict.samples = window->compared;
    for (const NoiseSums& noise : look.total.noise) {
      verdict.control_samples = std::max(verdict.control_samples, noise.control.n());
    }
    verdict.coverage = StandingOf(window->coverage, look.min_coverage).ratio;
    verdict.newest_sample_at = window->newest_sample.value_or(WallTime{});
  }
  const Standing standing = StandingOfWindow(look, plan, context, now);
  if (!context.window_current) {
    for (CheckResult& check : verdict.checks) {
      check.kind = VerdictKind::kInconclusive;
      check.reason = standing.reason;
      check.sentence = standing.sentence;
      check.samples_missing = std::nullopt;
      check.eta = std::nullopt;
    }
  }
  Sum(standing, context, verdict);
  return verdict;
}

}  // namespace understudy
