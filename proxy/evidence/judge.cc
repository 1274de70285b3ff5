// The verdict on one check and the sentence that explains it.
#include "proxy/evidence/judge.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/coverage_standing.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

std::string Value(const CheckEvidence& evidence, double value) {
  if (evidence.is_ratio) return fmt::format("{:.3g}x", value);
  if (evidence.is_difference && value > 0) return "+" + Percent(value);
  return Percent(value);
}

// "mean divergence of top1 0.9 % (0.2 % to 3 %) in 210 pairs, limit 2 %"
std::string Describe(const CheckEvidence& evidence) {
  if (evidence.samples == 0) {
    return fmt::format("{}: no pairs yet, limit {}", evidence.metric,
                       Value(evidence, evidence.limit));
  }
  std::string text =
      fmt::format("{} {} ({} to {})", evidence.metric, Value(evidence, evidence.estimate),
                  Value(evidence, evidence.low), Value(evidence, evidence.high));
  if (!evidence.detail.empty()) text += ", " + evidence.detail;
  return text + fmt::format(", in {} pairs, limit {}", WithCommas(evidence.samples),
                            Value(evidence, evidence.limit));
}

std::optional<std::uint64_t> Smaller(std::optional<std::uint64_t> a,
                                     std::optional<std::uint64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// Until a verdict either way, should it go on like this.
std::optional<std::uint64_t> MissingSamples(const Look& look, const CheckEvidence& evidence,
                                            const Question& question) {
  // The rollout-long process holds a part of the wealth, and shares it with the other checks.
  const double rollback = look.log_rollback - std::log(kWholeRolloutShare) -
                          (question.weight > 0 ? std::log(question.weight) : 0);
  return Smaller(SamplesMissing(evidence.promotion_at, evidence.samples, look.log_promotion),
                 SamplesMissing(evidence.rollback_at, evidence.samples, rollback));
}

// Could a segment of so many pairs pass, were they all clean?
bool IsCovered(const Look& look, const CheckEvidence& evidence) {
  const std::vector<Weighted> clean = {{0, 1}};
  const Growth growth =
      Extrapolate(evidence.is_difference ? DifferencePromotionBets(clean, evidence.limit)
                                         : PromotionBets(clean, evidence.limit),
                  1);
  return growth(static_cast<double>(evidence.samples)) >= look.log_promotion;
}

void SetMissing(CheckResult& result, std::optional<std::uint64_t> missing, double per_second) {
  result.samples_missing = missing;
  if (missing) result.eta = TimeFor(*missing, per_second);
}

void Conclude(const Look& look, const Question& question, const CheckEvidence& evidence,
              const Ruling& ruling, CheckResult& result) {
  const double per_second = question.pairs_per_second;
  const bool refuted = evidence.log_e_rollback >= look.log_rollback;
  const bool fails = question.required ? ruling.evidence_carries : refuted;
  const VerdictKind failure = question.required ? VerdictKind::kFail : VerdictKind::kWarn;
  if (fails && ruling.enough_pairs) {
    result.kind = failure;
    result.sentence = Describe(evidence) + ": beyond the limit";
    return;
  }
  if (ruling.late != nullptr && ruling.enough_pairs) {
    result.kind = failure;
    result.sentence = fmt::format("{}: a change for the worse began lately (of {} pairs watched)",
                                  Describe(evidence), WithCommas(ruling.late->samples));
    return;
  }
  result.kind = VerdictKind::kInconclusive;
  result.reason = InconclusiveReason::kInsufficientSamples;
  if (evidence.withheld != InconclusiveReason::kNone) {
    result.reason = evidence.withheld;
    SetMissing(result, evidence.withheld_samples, per_second);
    result.sentence = fmt::format("{}: {}", evidence.metric, evidence.withheld_because);
    if (evidence.withheld_samples) {
      result.sentence += ": " + MorePairs(*evidence.withheld_samples, per_second);
    }
    return;
  }
  if (refuted) {
    result.sentence =
        Describe(evidence) + (ruling.enough_pairs ? ": it points beyond the limit, but not yet "
                                                    "strongly enough for one of several checks"
                                                  : ": it points beyond the limit, but on fewer "
                                                    "pairs than min_samples");
    return;
  }
  if (evidence.log_e_promotion >= look.log_promotion) {
    result.kind = VerdictKind::kPass;
    result.reason = InconclusiveReason::kNone;
    result.sentence = Describe(evidence) + ": within the limit";
    return;
  }
  SetMissing(result, MissingSamples(look, evidence, question), per_second);
  result.covered = question.segment.empty() || IsCovered(look, evidence);
  result.sentence =
      (result.covered ? "" : "not covered: too few pairs to pass even if all were clean: ") +
      Describe(evidence) +
      (result.samples_missing
           ? ": " + MorePairs(*result.samples_missing, per_second) + " if it goes on like this"
           : ": too near the limit for a verdict to be in sight");
}

}  // namespace

CheckEvidence GatherEvidence(const Look& look, const Question& question) {
  const Check& check = *question.check;
  switch (check.kind) {
    case CheckKind::kComparatorMean:
      return look.ledger.shape().control && !check.raw ? NoiseEvidence(look, check, question.slice)
                                                       : MeanEvidence(look, check, question.slice);
    case CheckKind::kErrorRate:
      return ErrorRateEvidence(look, check, question.slice);
    case CheckKind::kLatency:
      return LatencyEvidence(look, check);
    case CheckKind::kServingErrors:
      return ServingErrorEvidence(look, check);
    case CheckKind::kServingLatency:
      return ServingLatencyEvidence(look, check);
    case CheckKind::kValue:
      return ValueEvidence(look, check);
    case CheckKind::kCoverage:
      break;
  }
  return Withheld("coverage", InconclusiveReason::kInsufficientCoverage,
                  "coverage is counted, not tested");
}

CheckResult Judge(const Look& look, const Question& question, const CheckEvidence& evidence,
                  const Ruling& ruling) {
  CheckResult result;
  result.check = question.check->name;
  result.metric = evidence.metric;
  result.segment = question.segment;
  result.required = question.required;
  result.samples = evidence.samples;
  result.estimate = evidence.estimate;
  result.interval_low = evidence.low;
  result.interval_high = evidence.high;
  result.limit = evidence.limit;
  result.log_e_rollback = evidence.log_e_rollback;
  result.log_e_promotion = evidence.log_e_promotion;
  Conclude(look, question, evidence, ruling, result);
  return result;
}

CheckResult JudgeCoverage(const Look& look, const Check& check) {
  const WindowSums* window = look.ledger.Current();
  const double wanted = check.at_least.value_or(look.min_coverage);
  const CoverageStanding standing =
      StandingOf(window == nullptr ? Coverage{} : window->coverage, wanted);
  CheckResult result;
  result.check = check.name;
  result.metric = "coverage";
  result.required = check.required;
  result.samples = standing.settled;
  result.estimate = result.interval_low = result.interval_high = standing.ratio;
  result.limit = wanted;
  result.reason = standing.reason;
  result.kind = standing.reason == InconclusiveReason::kNone ? VerdictKind::kPass
                                                             : VerdictKind::kInconclusive;
  result.sentence = "coverage: " + standing.sentence;
  return result;
}

}  // namespace understudy
