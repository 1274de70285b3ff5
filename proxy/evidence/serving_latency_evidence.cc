// A latency quantile of what the candidate served against the incumbent's, frozen from its first
// requests of the window.
//
// As with pairs (latency_evidence.cc) a rollback needs two refutations: of "no more often above
// ratio * threshold than the quantile allows" and, since the threshold is an estimate, of "no more
// often than the incumbent", which compares the two arms' exceedances at their shares of traffic.
#include <algorithm>
#include <cmath>
#include <vector>

#include "fmt/format.h"
#include "proxy/base/histogram.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/latency_quantile.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

struct Exceedances {
  std::uint64_t n = 0;            // of the candidate, since the threshold was frozen
  std::uint64_t surely = 0;       // above the limit
  std::uint64_t possibly = 0;     // in the bucket that holds the limit, or above
  std::vector<ErrorCounts> both;  // surely above, of both arms, per share
};

Exceedances Count(const std::vector<ServingSums>& shares, std::size_t quantile, double ratio) {
  Exceedances sums;
  for (const ServingSums& serving : shares) {
    if (!serving.baseline) continue;
    const auto threshold =
        static_cast<double>(HistogramScale::UpperBound((*serving.baseline)[quantile]).count());
    const Duration limit(static_cast<std::int64_t>(std::min(threshold * ratio, 9e18)));
    const auto bucket = static_cast<std::uint32_t>(HistogramScale::Bucket(limit));
    const std::uint64_t above = serving.candidate_latency.AtOrAbove(bucket + 1);
    sums.n += serving.candidate_latency.total();
    sums.surely += above;
    sums.possibly += serving.candidate_latency.AtOrAbove(bucket);
    const double share = static_cast<double>(serving.share_ppm) / kWholePpm;
    if (share > 0 && share < 1) {
      sums.both.push_back({above, serving.incumbent_latency.AtOrAbove(bucket + 1), share});
    }
  }
  return sums;
}

double Rollback(const std::vector<ServingSums>& shares, std::size_t quantile, double ratio) {
  const Exceedances sums = Count(shares, quantile, ratio);
  return std::min(LogERollback(sums.n, sums.surely, 1 - kLatencyQuantiles[quantile]),
                  LogMeanExp(RatioRollbackBets(sums.both, 1)));
}

}  // namespace

CheckEvidence ServingLatencyEvidence(const Look& look, const Check& check) {
  const std::string metric =
      fmt::format("latency p{:g} of what the candidate served", check.quantile * 100);
  const auto quantile = LatencyQuantileIndex(check.quantile);
  const double ratio = check.at_most_ratio.value_or(0);
  if (!quantile || !(ratio > 0 && ratio <= kLargestLatencyRatio)) {
    return ImpossibleLatencyCheck(metric);
  }
  const std::vector<ServingSums>& shares = look.total.serving;
  const double allowed = 1 - kLatencyQuantiles[*quantile];
  const auto count = [&](double tried) { return Count(shares, *quantile, tried); };
  const Exceedances sums = count(ratio);

  CheckEvidence evidence;
  evidence.metric = metric;
  evidence.log_e_rollback = MixedRollback(
      look, [&](const WindowSums& window) { return Rollback(window.serving, *quantile, ratio); });
  FillLatency(look, allowed, ratio, RatioRollbackBets(sums.both, 1), count, evidence);
  if (sums.n == 0) {
    evidence.withheld = InconclusiveReason::kNoiseFloorUnknown;
    evidence.withheld_because =
        "the candidate has served nothing since the incumbent's own latency became known (100 "
        "requests of the stage): write this check at the stages with a weight";
  }
  return evidence;
}

}  // namespace understudy
