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

}  // namespace

CheckEvidence LatencyEvidence(const Look& look, const Check& check) {
  return TimeEvidence(
      look, check, fmt::format("latency p{:g}", check.quantile * 100),
      [](const WindowSums& window) -> const LatencySums& { return window.latency; });
}

CheckEvidence TimeEvidence(const Look& look, const Check& check, const std::string& metric,
                           const std::function<const LatencySums&(const WindowSums&)>& of_window) {
  const auto quantile = LatencyQuantileIndex(check.quantile);
  const double ratio = check.at_most_ratio.value_or(0);
  if (!quantile || !(ratio > 0 && ratio <= kLargestLatencyRatio)) {
    return ImpossibleLatencyCheck(metric);
  }
  const LatencySums& latency = of_window(look.total);
  const double allowed = 1 - kLatencyQuantiles[*quantile];
  const auto count = [&](double tried) { return Count(latency, *quantile, tried); };
  const Exceedances sums = count(ratio);

  CheckEvidence evidence;
  evidence.metric = metric;
  evidence.log_e_rollback = MixedRollback(look, [&](const WindowSums& window) {
    return Rollback(of_window(window), *quantile, ratio, allowed);
  });
  FillLatency(look, allowed, ratio,
              TernaryBets(sums.n, sums.only_candidate, sums.only_incumbent, 0), count, evidence);
  if (sums.n > 0) {
    const LatencyBaseline& frozen = latency.judged.rbegin()->first;
    evidence.detail = fmt::format("incumbent {:.3g} ms",
                                  Seconds(HistogramScale::UpperBound(frozen[*quantile])) * 1e3);
  }
  if (!latency.baseline) {
    evidence.withheld = InconclusiveReason::kNoiseFloorUnknown;
    const std::uint64_t have = latency.incumbent.total();
    evidence.withheld_samples = have < kBaselineSamples ? kBaselineSamples - have : 1;
    evidence.withheld_because =
        "the incumbent's own is not known well enough to freeze the threshold, and only later "
        "answers are judged by it";
  }
  return evidence;
}

}  // namespace understudy
