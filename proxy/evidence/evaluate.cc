// All checks of a plan together: the weighted rollback evidence, then the verdict.
#include "proxy/evidence/evaluate.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/coverage_standing.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/judge.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

bool IsStatistical(const Check& check) { return check.kind != CheckKind::kCoverage; }

bool SharesRollback(const Check& check) { return check.required && IsStatistical(check); }

// Over how many checks the rollback evidence is shared. All of the plan's stages count, so that a
// check's weight never changes during a rollout; one whose stage is not now adds nothing.
std::size_t RollbackShares(const Plan& plan, const std::vector<Check>& active) {
  auto shares = std::count_if(plan.checks.begin(), plan.checks.end(), SharesRollback);
  for (const Stage& stage : plan.stages) {
    shares += std::count_if(stage.checks.begin(), stage.checks.end(), SharesRollback);
  }
  const auto now = std::count_if(active.begin(), active.end(), SharesRollback);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>({shares, now, 1}));
}

double LogThreshold(double alpha) { return -std::log(std::clamp(alpha, 1e-12, 1.0)); }

// A reason beyond the checks not to say PASS.
struct Standing {
  InconclusiveReason reason = InconclusiveReason::kNone;
  std::string sentence;
};

constexpr std::string_view kNoMirrorRate =
    "the candidate's mirror rate is 0, so none of the route's requests is compared: write "
    "'mirror: {rate: 100%}' (or a smaller share) at this candidate in the configuration";

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
    text += fmt::format("{}: {}", check.check, check.sentence);
  }
  return text;
}

// Until every required check has a verdict and the window is large enough.
std::optional<Duration> EtaOf(const Verdict& verdict, const StageContext& context) {
  std::uint64_t missing =
      context.min_samples > verdict.samples ? context.min_samples - verdict.samples : 0;
  for (const CheckResult& check : verdict.checks) {
    if (!check.required || check.kind != VerdictKind::kInconclusive) continue;
    if (!check.samples_missing) return std::nullopt;
    missing = std::max(missing, *check.samples_missing);
  }
  return TimeFor(missing, context.pairs_per_second);
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

}  // namespace

StageContext ContextOfStage(const Plan& plan, std::size_t stage) {
  StageContext context;
  if (stage < plan.stages.size()) {
    context.min_samples = plan.stages[stage].min_samples;
    context.min_coverage = plan.stages[stage].min_coverage;
    context.extra_checks = plan.stages[stage].checks;
  }
  return context;
}

Verdict Evaluate(const Ledger& ledger, const Plan& plan, const StageContext& context,
                 WallTime now) {
  const Look look{.ledger = ledger,
                  .total = ledger.Total(),
                  .log_rollback = LogThreshold(plan.alpha_rollback),
                  .log_promotion = LogThreshold(plan.alpha_promotion),
                  .min_coverage = context.min_coverage.value_or(plan.min_coverage)};
  std::vector<Check> active = plan.checks;
  active.insert(active.end(), context.extra_checks.begin(), context.extra_checks.end());

  std::vector<CheckEvidence> evidence;
  std::vector<double> shares;  // ln(weight * E) of each check that shares the rollback evidence
  Ruling ruling;
  ruling.weights = RollbackShares(plan, active);
  ruling.enough_pairs = context.window_current && look.total.compared > 0 &&
                        look.total.compared >= context.min_samples;
  for (const Check& check : active) {
    evidence.push_back(GatherEvidence(look, check));
    if (!SharesRollback(check)) continue;
    shares.push_back(evidence.back().log_e_rollback -
                     std::log(static_cast<double>(ruling.weights)));
  }

  Verdict verdict;
  verdict.evaluated_at = now;
  verdict.log_e_rollback =
      shares.empty() ? 0 : LogMeanExp(shares) + std::log(static_cast<double>(shares.size()));
  const bool refuted = !shares.empty() && verdict.log_e_rollback >= look.log_rollback;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!IsStatistical(active[i])) {
      verdict.checks.push_back(JudgeCoverage(look, active[i]));
      CheckResult& coverage = verdict.checks.back();
      if (context.mirror_rate <= 0 && coverage.reason == InconclusiveReason::kNoTraffic) {
        coverage.sentence = fmt::format("coverage: {}", kNoMirrorRate);
      }
      continue;
    }
    // A weighted mean beyond the threshold has at least one member beyond it: those carry it.
    ruling.evidence_carries = refuted && evidence[i].log_e_rollback >= look.log_rollback;
    verdict.checks.push_back(Judge(look, active[i], evidence[i], ruling, context.pairs_per_second));
  }
  if (const WindowSums* window = ledger.Current()) {
    verdict.samples = window->compared;
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
    }
  }
  Sum(standing, context, verdict);
  return verdict;
}

}  // namespace understudy
