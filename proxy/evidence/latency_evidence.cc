// A latency quantile against the incumbent's, whose own was frozen at the window's start.
//
// A frozen threshold is itself an estimate. So a rollback needs two refutations: of "the candidate
// is above ratio * threshold no more often than the quantile allows", and of "no more often than
// the incumbent was above the threshold on the same requests", which holds whatever luck the
// threshold had and when both arms slow down together. The smaller E is one for "either holds".
#include <algorithm>
#include <cmath>
#include <utility>

#include "fmt/format.h"
#include "proxy/base/histogram.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/latency_quantile.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// Of the judged samples. Buckets that hold the limit count as below it where `surely` is meant.
struct Exceedances {
  std::uint64_t n = 0;
  std::uint64_t surely = 0;
  std::uint64_t possibly = 0;
  std::uint64_t only_candidate = 0;  // surely above, while the incumbent was not
  std::uint64_t only_incumbent = 0;
};

Exceedances Count(const LatencySums& latency, std::size_t quantile, double ratio) {
  Exceedances sums;
  for (const auto& [baseline, classes] : latency.judged) {
    const auto threshold =
        static_cast<double>(HistogramScale::UpperBound(baseline[quantile]).count());
    const Duration limit(static_cast<std::int64_t>(std::min(threshold * ratio, 9e18)));
    const auto bucket = static_cast<std::uint32_t>(HistogramScale::Bucket(limit));
    for (std::size_t k = 0; k < classes.size(); ++k) {
      const std::uint64_t n = classes[k].total();
      const std::uint64_t above = classes[k].AtOrAbove(bucket + 1);
      sums.n += n;
      sums.surely += above;
      sums.possibly += classes[k].AtOrAbove(bucket);
      // Class k: the incumbent was above the baseline's first k quantiles.
      if (k > quantile) {
        sums.only_incumbent += n - above;
      } else {
        sums.only_candidate += above;
      }
    }
  }
  return sums;
}

double Rollback(const LatencySums& latency, std::size_t quantile, double ratio, double allowed) {
  const Exceedances sums = Count(latency, quantile, ratio);
  const double against_threshold = LogERollback(sums.n, sums.surely, allowed);
  const double against_incumbent =
      LogMeanExp(TernaryBets(sums.n, sums.only_candidate, sums.only_incumbent, 0));
  return std::min(against_threshold, against_incumbent);
}

void FillInterval(const Look& look, std::size_t quantile, double allowed, CheckEvidence& evidence) {
  const LatencySums& latency = look.total.latency;
  const double n = static_cast<double>(evidence.samples);
  evidence.estimate = LeastRatio([&](double ratio) {
    return static_cast<double>(Count(latency, quantile, ratio).surely) <= allowed * n;
  });
  evidence.low = LeastRatio([&](double ratio) {
    const Exceedances sums = Count(latency, quantile, ratio);
    return LogERollback(sums.n, sums.surely, allowed) < look.log_rollback;
  });
  evidence.high = LeastRatio([&](double ratio) {
    const Exceedances sums = Count(latency, quantile, ratio);
    return LogEPromotion(sums.n, sums.possibly, allowed) >= look.log_promotion;
  });
}

}  // namespace

CheckEvidence LatencyEvidence(const Look& look, const Check& check) {
  const std::string metric = fmt::format("latency p{:g}", check.quantile * 100);
  const auto quantile = LatencyQuantileIndex(check.quantile);
  const double ratio = check.at_most_ratio.value_or(0);
  if (!quantile || !(ratio > 0 && ratio <= kLargestLatencyRatio)) {
    return ImpossibleLatencyCheck(metric);
  }
  const LatencySums& latency = look.total.latency;
  const double allowed = 1 - kLatencyQuantiles[*quantile];
  const Exceedances sums = Count(latency, *quantile, ratio);

  CheckEvidence evidence;
  evidence.metric = metric;
  evidence.is_ratio = true;
  evidence.samples = sums.n;
  evidence.limit = ratio;
  evidence.log_e_rollback = MixedRollback(look, [&](const WindowSums& window) {
    return Rollback(window.latency, *quantile, ratio, allowed);
  });
  evidence.log_e_promotion = LogEPromotion(sums.n, sums.possibly, allowed);
  const double n = static_cast<double>(sums.n);
  const Growth threshold = Extrapolate(RollbackBets(YesNo(sums.n, sums.surely), allowed), n);
  const Growth incumbent =
      Extrapolate(TernaryBets(sums.n, sums.only_candidate, sums.only_incumbent, 0), n);
  evidence.rollback_at = [threshold, incumbent](double samples) {
    return std::min(threshold(samples), incumbent(samples));
  };
  evidence.promotion_at = sums.n > 0
                              ? Extrapolate(PromotionBets(YesNo(sums.n, sums.possibly), allowed), n)
                              : Extrapolate(PromotionBets(YesNo(1, 0), allowed), 1);
  if (sums.n > 0) {
    FillInterval(look, *quantile, allowed, evidence);
    const LatencyBaseline& frozen = latency.judged.rbegin()->first;
    evidence.detail = fmt::format("incumbent {:.3g} ms",
                                  Seconds(HistogramScale::UpperBound(frozen[*quantile])) * 1e3);
  } else {
    evidence.high = kLargestLatencyRatio;
  }
  if (!latency.baseline) {
    evidence.withheld = InconclusiveReason::kNoiseFloorUnknown;
    const std::uint64_t have = latency.incumbent.total();
    evidence.withheld_samples = have < kBaselineSamples ? kBaselineSamples - have : 1;
    evidence.withheld_because =
        "the incumbent's own latency is not known well enough to freeze the threshold, and only "
        "later answers are judged by it";
  }
  return evidence;
}

}  // namespace understudy
