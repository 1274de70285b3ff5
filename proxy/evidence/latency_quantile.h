// What both kinds of latency checks share: which quantiles there are, and the evidence about a
// ratio to the baseline.
//
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {

inline constexpr double kLargestLatencyRatio = 1024;  // intervals end there

inline std::optional<std::size_t> LatencyQuantileIndex(double quantile) {
  for (std::size_t i = 0; i < kLatencyQuantiles.size(); ++i) {
    if (std::abs(kLatencyQuantiles[i] - quantile) < 1e-9) return i;
  }
  return std::nullopt;
}

inline CheckEvidence ImpossibleLatencyCheck(std::string metric) {
  return Withheld(std::move(metric), InconclusiveReason::kInsufficientSamples,
                  fmt::format("a latency check names p50, p90, p95 or p99 and an at_most_ratio up "
                              "to {:g}, so nothing can satisfy this one",
                              kLargestLatencyRatio));
}

// The least ratio up to kLargestLatencyRatio for which `holds`, which stays true for larger ones; 0
// when it holds for the smallest that is tried.
template <typename Holds>
double LeastRatio(Holds holds) {
  double high = std::log2(kLargestLatencyRatio);
  double low = -high;
  if (holds(std::exp2(low))) return 0;
  if (!holds(kLargestLatencyRatio)) return kLargestLatencyRatio;
  for (int i = 0; i < 16; ++i) {
    const double middle = (low + high) / 2;
    (holds(std::exp2(middle)) ? high : low) = middle;
  }
  return std::exp2(high);
}

// Fills everything but the metric and the rollback evidence of a latency that may be `ratio` times
// the baseline at most. `count(ratio)` gives, of `n` judged answers, those `surely` above a ratio
// and those `possibly` above; `allowed` is the share that may be. `incumbent` bets against what the
// incumbent's own latency explains.
template <typename Count>
void FillLatency(const Look& look, double allowed, double ratio, const Bets& incumbent,
                 const Count& count, CheckEvidence& evidence) {
  const auto sums = count(ratio);
  const double n = static_cast<double>(sums.n);
  evidence.is_ratio = true;
  evidence.samples = sums.n;
  evidence.limit = ratio;
  evidence.log_e_promotion = LogEPromotion(sums.n, sums.possibly, allowed);
  evidence.rollback_at = [by_threshold =
                              Extrapolate(RollbackBets(YesNo(sums.n, sums.surely), allowed), n),
                          by_incumbent = Extrapolate(incumbent, n)](double samples) {
    return std::min(by_threshold(samples), by_incumbent(samples));
  };
  evidence.high = kLargestLatencyRatio;
  evidence.promotion_at = Extrapolate(PromotionBets(YesNo(1, 0), allowed), 1);
  if (sums.n == 0) return;
  evidence.promotion_at = Extrapolate(PromotionBets(YesNo(sums.n, sums.possibly), allowed), n);
  evidence.estimate = LeastRatio(
      [&](double tried) { return static_cast<double>(count(tried).surely) <= allowed * n; });
  evidence.low = LeastRatio([&](double tried) {
    const auto at = count(tried);
    return LogERollback(at.n, at.surely, allowed) < look.log_rollback;
  });
  evidence.high = LeastRatio([&](double tried) {
    const auto at = count(tried);
    return LogEPromotion(at.n, at.possibly, allowed) >= look.log_promotion;
  });
}

}  // namespace understudy
