// Error rates of the two arms on the same requests.
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

constexpr const char* kMetric = "error rate";

std::array<Weighted, 2> Outcomes(const ErrorSums& errors) {
  return {Weighted{0, static_cast<double>(errors.pairs - errors.candidate)},
          Weighted{1, static_cast<double>(errors.candidate)}};
}

// Both arms are asked the same number of times, so the candidate's share is one half.
std::array<ErrorCounts, 1> Arms(const ErrorSums& errors) {
  return {ErrorCounts{errors.candidate, errors.incumbent, 0.5}};
}

// The limits of one check: a fixed rate, a multiple of the incumbent's, or the larger of both.
struct Limits {
  double rate = 0;   // 0: none
  double ratio = 0;  // 0: none

  // "Within" means within either limit, so both must be refuted: the smaller E is one for that.
  double Rollback(const ErrorSums& errors) const {
    const double by_rate = rate > 0 ? LogERollback(Outcomes(errors), rate) : 0;
    const double by_ratio = ratio > 0 ? LogMeanExp(RatioRollbackBets(Arms(errors), ratio)) : 0;
    if (rate > 0 && ratio > 0) return std::min(by_rate, by_ratio);
    return rate > 0 ? by_rate : by_ratio;
  }
  Growth RollbackGrowth(const ErrorSums& errors) const {
    const double n = static_cast<double>(errors.pairs);
    const Growth by_rate =
        rate > 0 ? Extrapolate(RollbackBets(Outcomes(errors), rate), n) : Growth();
    const Growth by_ratio =
        ratio > 0 ? Extrapolate(RatioRollbackBets(Arms(errors), ratio), n) : Growth();
    if (!by_rate) return by_ratio;
    if (!by_ratio) return by_rate;
    return [by_rate, by_ratio](double pairs) { return std::min(by_rate(pairs), by_ratio(pairs)); };
  }
  // "Beyond" means beyond both limits, so refuting either is enough: the mean of both is an E.
  Growth PromotionGrowth(ErrorSums errors) const {
    if (errors.pairs == 0) errors.pairs = 1;  // a clean one
    const double n = static_cast<double>(errors.pairs);
    const Growth by_rate =
        rate > 0 ? Extrapolate(PromotionBets(Outcomes(errors), rate), n) : Growth();
    const Growth by_ratio =
        ratio > 0 ? Extrapolate(RatioPromotionBets(Arms(errors), ratio), n) : Growth();
    if (!by_rate) return by_ratio;
    if (!by_ratio) return by_rate;
    return [by_rate, by_ratio](double pairs) {
      return LogMeanExp(std::array{by_rate(pairs), by_ratio(pairs)});
    };
  }
};

}  // namespace

CheckEvidence ErrorRateEvidence(const Look& look, const Check& check) {
  const Limits limits = check.at_most_ratio ? Limits{check.floor, *check.at_most_ratio}
                                            : Limits{check.at_most.value_or(0), 0};
  const bool possible = limits.rate >= 0 && limits.rate < 1 && limits.ratio >= 0 &&
                        std::isfinite(limits.ratio) && (limits.rate > 0 || limits.ratio > 0);
  if (!possible) {
    return Withheld(kMetric, InconclusiveReason::kInsufficientSamples,
                    "the check has no at_most, or at_most_ratio with a floor, below 1, so nothing "
                    "can satisfy it");
  }
  const ErrorSums& errors = look.total.errors;
  const double n = static_cast<double>(errors.pairs);
  const double per_pair = errors.pairs == 0 ? 0 : 1 / n;
  const double incumbent_rate = static_cast<double>(errors.incumbent) * per_pair;

  CheckEvidence evidence;
  evidence.metric = kMetric;
  evidence.samples = errors.pairs;
  evidence.estimate = static_cast<double>(errors.candidate) * per_pair;
  evidence.limit = std::max(limits.rate, limits.ratio * incumbent_rate);
  evidence.detail = fmt::format("incumbent {}", Percent(incumbent_rate));
  evidence.low = LowerEnd(Outcomes(errors), look.log_rollback);
  evidence.high = UpperEnd(Outcomes(errors), look.log_promotion);
  evidence.log_e_rollback = MixedRollback(
      look, [&limits](const WindowSums& window) { return limits.Rollback(window.errors); });
  evidence.rollback_at = limits.RollbackGrowth(errors);
  evidence.promotion_at = limits.PromotionGrowth(errors);
  evidence.log_e_promotion = evidence.promotion_at(n);
  if (limits.rate == 0 && errors.candidate + errors.incumbent == 0) {
    evidence.withheld = InconclusiveReason::kInsufficientSamples;
    evidence.withheld_because =
        "no arm has failed yet and a ratio of nothing proves nothing: give the check a floor, a "
        "rate that is always allowed";
  }
  return evidence;
}

}  // namespace understudy
