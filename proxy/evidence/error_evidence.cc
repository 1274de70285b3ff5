// Error rates of the two arms: on the same requests, or of what each served.
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// What a window says of errors, whichever way they were counted.
struct ErrorPicture {
  std::uint64_t requests = 0;  // of the candidate
  std::uint64_t candidate = 0;
  std::uint64_t incumbent = 0;
  std::uint64_t incumbent_requests = 0;
  std::vector<ErrorCounts> stages;

  std::array<Weighted, 2> Outcomes() const { return YesNo(requests, candidate); }
};
using PictureOf = std::function<ErrorPicture(const WindowSums& window)>;

// Both arms are asked the same number of times, so the candidate's share is one half.
ErrorPicture Paired(const ErrorSums& errors) {
  return {errors.pairs,
          errors.candidate,
          errors.incumbent,
          errors.pairs,
          {ErrorCounts{errors.candidate, errors.incumbent, 0.5}}};
}

ErrorPicture Served(const std::vector<ServingSums>& shares) {
  ErrorPicture picture;
  for (const ServingSums& serving : shares) {
    picture.requests += serving.candidate_requests;
    picture.candidate += serving.candidate_errors;
    picture.incumbent += serving.incumbent_errors;
    picture.incumbent_requests += serving.incumbent_requests;
    const double share = static_cast<double>(serving.share_ppm) / kWholePpm;
    if (share <= 0 || share >= 1) continue;
    picture.stages.push_back({serving.candidate_errors, serving.incumbent_errors, share});
  }
  // An error may be counted a moment before the request it belongs to.
  picture.requests = std::max(picture.requests, picture.candidate);
  return picture;
}

double Rate(std::uint64_t errors, std::uint64_t requests) {
  return requests == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(requests);
}

// The limits of one check: a fixed rate, a multiple of the incumbent's, or the larger of both.
struct Limits {
  double rate = 0;   // 0: none
  double ratio = 0;  // 0: none

  bool Possible() const {
    return rate >= 0 && rate < 1 && ratio >= 0 && std::isfinite(ratio) && (rate > 0 || ratio > 0);
  }
  // "Within" means within either limit, so both must be refuted: the smaller E is one for that.
  double Rollback(const ErrorPicture& errors) const {
    const double by_rate = rate > 0 ? LogERollback(errors.Outcomes(), rate) : 0;
    const double by_ratio = ratio > 0 ? LogMeanExp(RatioRollbackBets(errors.stages, ratio)) : 0;
    if (rate > 0 && ratio > 0) return std::min(by_rate, by_ratio);
    return rate > 0 ? by_rate : by_ratio;
  }
  Growth RollbackGrowth(const ErrorPicture& errors) const {
    const double n = static_cast<double>(errors.requests);
    const Growth by_rate =
        rate > 0 ? Extrapolate(RollbackBets(errors.Outcomes(), rate), n) : Growth();
    const Growth by_ratio =
        ratio > 0 ? Extrapolate(RatioRollbackBets(errors.stages, ratio), n) : Growth();
    if (!by_rate) return by_ratio;
    if (!by_ratio) return by_rate;
    return [by_rate, by_ratio](double pairs) { return std::min(by_rate(pairs), by_ratio(pairs)); };
  }
  // "Beyond" means beyond both limits, so refuting either is enough: the mean of both is an E.
  Growth PromotionGrowth(ErrorPicture errors) const {
    if (errors.requests == 0) errors.requests = 1;  // a clean one
    const double n = static_cast<double>(errors.requests);
    const Growth by_rate =
        rate > 0 ? Extrapolate(PromotionBets(errors.Outcomes(), rate), n) : Growth();
    const Growth by_ratio =
        ratio > 0 ? Extrapolate(RatioPromotionBets(errors.stages, ratio), n) : Growth();
    if (!by_rate) return by_ratio;
    if (!by_ratio) return by_rate;
    return [by_rate, by_ratio](double pairs) {
      return LogMeanExp(std::array{by_rate(pairs), by_ratio(pairs)});
    };
  }
};

CheckEvidence AgainstLimits(const Look& look, const Limits& limits, const PictureOf& picture_of,
                            std::string metric) {
  if (!limits.Possible()) {
    return Withheld(std::move(metric), InconclusiveReason::kInsufficientSamples,
                    "the check has no at_most, or at_most_ratio with a floor, below 1, so nothing "
                    "can satisfy it");
  }
  const ErrorPicture errors = picture_of(look.total);
  const double incumbent_rate = Rate(errors.incumbent, errors.incumbent_requests);

  CheckEvidence evidence;
  evidence.metric = std::move(metric);
  evidence.samples = errors.requests;
  evidence.estimate = Rate(errors.candidate, errors.requests);
  evidence.limit = std::max(limits.rate, limits.ratio * incumbent_rate);
  evidence.detail = fmt::format("incumbent {}", Percent(incumbent_rate));
  evidence.low = LowerEnd(errors.Outcomes(), look.log_rollback);
  evidence.high = UpperEnd(errors.Outcomes(), look.log_promotion);
  evidence.log_e_rollback = MixedRollback(
      look, [&](const WindowSums& window) { return limits.Rollback(picture_of(window)); });
  evidence.rollback_at = limits.RollbackGrowth(errors);
  evidence.promotion_at = limits.PromotionGrowth(errors);
  evidence.log_e_promotion = evidence.promotion_at(static_cast<double>(errors.requests));
  if (limits.rate == 0 && errors.candidate + errors.incumbent == 0) {
    evidence.withheld = InconclusiveReason::kInsufficientSamples;
    evidence.withheld_because =
        "no arm has failed yet and a ratio of nothing proves nothing: give the check a floor, a "
        "rate that is always allowed";
  }
  return evidence;
}

// Paired and three-valued: +1 where only the candidate failed, -1 where only the incumbent did
// (as McNemar's test looks at discordant pairs alone).
CheckEvidence IncreaseEvidence(const Look& look, const Check& check, const Slice& slice) {
  const std::string metric = "error rate, increase over the incumbent's";
  const double limit = *check.at_most_increase;
  if (!(limit > 0 && limit < 1)) {
    return Withheld(metric, InconclusiveReason::kInsufficientSamples,
                    "the check has no at_most_increase between 0 and 1, so nothing can satisfy it");
  }
  const ErrorSums& errors = slice.Errors(look.total);
  CheckEvidence evidence;
  evidence.metric = metric;
  evidence.samples = errors.pairs;
  evidence.limit = limit;
  evidence.estimate = Rate(errors.candidate, errors.pairs) - Rate(errors.incumbent, errors.pairs);
  evidence.detail =
      fmt::format("only the candidate failed {} times, only the incumbent {} times",
                  WithCommas(errors.OnlyCandidate()), WithCommas(errors.OnlyIncumbent()));
  const DifferencesOf differences = [&](const WindowSums& window, bool) {
    const ErrorSums& of_window = slice.Errors(window);
    const auto exact =
        Ternary(of_window.pairs, of_window.OnlyCandidate(), of_window.OnlyIncumbent());
    return std::vector<Weighted>(exact.begin(), exact.end());
  };
  FillDifference(look, differences, evidence);
  return evidence;
}

}  // namespace

CheckEvidence ErrorRateEvidence(const Look& look, const Check& check, const Slice& slice) {
  if (check.at_most_increase) return IncreaseEvidence(look, check, slice);
  const Limits limits = check.at_most_ratio ? Limits{check.floor, *check.at_most_ratio}
                                            : Limits{check.at_most.value_or(0), 0};
  return AgainstLimits(
      look, limits, [&](const WindowSums& window) { return Paired(slice.Errors(window)); },
      "error rate");
}

// Errors of other requests each: given that a request failed, it was the candidate's with a
// probability that its share and the ratio of the two error rates fix.
CheckEvidence ServingErrorEvidence(const Look& look, const Check& check) {
  const Limits limits{check.floor, check.at_most_ratio.value_or(0)};
  CheckEvidence evidence = AgainstLimits(
      look, limits, [](const WindowSums& window) { return Served(window.serving); },
      "error rate of what each arm served");
  if (evidence.samples == 0 && limits.Possible()) {
    evidence.withheld = InconclusiveReason::kInsufficientSamples;
    evidence.withheld_because =
        "the candidate has served no request yet: write this check at the stages with a weight";
  }
  return evidence;
}

}  // namespace understudy
