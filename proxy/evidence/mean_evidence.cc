// The mean divergence of one comparator, from its histogram.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// Values of a histogram, each rounded down or up to a multiple of 1/1024, so that what is concluded
// from them holds for the exact values too.
std::vector<Weighted> Rounded(const ScoreSums& scores, bool up) {
  std::vector<Weighted> values;
  if (scores.zeros > 0) values.push_back({0, static_cast<double>(scores.zeros)});
  for (const BinCount& bin : scores.between.bins()) {
    const double value = (bin.bin + (up ? 1.0 : 0.0)) / kScoreBins;
    values.push_back({value, static_cast<double>(bin.count)});
  }
  if (scores.ones > 0) values.push_back({1, static_cast<double>(scores.ones)});
  return values;
}

// At most about 128 values for the interval's search, which asks many times; rounded further the
// same way.
std::vector<Weighted> Coarse(const std::vector<Weighted>& values, bool up) {
  constexpr double kSteps = 128;
  if (values.size() <= kSteps) return values;
  std::vector<Weighted> coarse;
  for (const Weighted& seen : values) {
    const double scaled = seen.value * kSteps;
    const double value = (up ? std::ceil(scaled) : std::floor(scaled)) / kSteps;
    if (coarse.empty() || coarse.back().value != value) coarse.push_back({value, 0});
    coarse.back().count += seen.count;
  }
  return coarse;
}

// A comparator that fails on many pairs has seen a choice of them, which proves nothing about all.
void WithholdIfPartial(const Look& look, std::size_t comparator, CheckEvidence& evidence) {
  const WindowSums* window = look.ledger.Current();
  if (window == nullptr || window->compared == 0) return;
  const std::uint64_t scored = window->scores[comparator].n();
  const double share = static_cast<double>(scored) / static_cast<double>(window->compared);
  if (share >= look.min_coverage) return;
  evidence.withheld = InconclusiveReason::kComparatorError;
  evidence.withheld_because = fmt::format(
      "the comparator scored {} of {} pairs in this window, {} are wanted: see why it "
      "could not tell in the divergence records",
      WithCommas(scored), WithCommas(window->compared), Percent(look.min_coverage));
}

}  // namespace

CheckEvidence MeanEvidence(const Look& look, const Check& check) {
  const std::string metric = "mean divergence of " + check.comparator;
  const auto comparator = look.ledger.shape().FindComparator(check.comparator);
  if (!comparator) {
    return Withheld(metric, InconclusiveReason::kComparatorError,
                    fmt::format("no comparator of this route is named \"{}\"", check.comparator));
  }
  const double limit = check.at_most.value_or(0);
  if (!(limit > 0 && limit < 1)) {
    return Withheld(metric, InconclusiveReason::kInsufficientSamples,
                    "the check has no at_most between 0 and 1, so nothing can satisfy it");
  }
  const ScoreSums& scores = look.total.scores[*comparator];
  const std::vector<Weighted> down = Rounded(scores, false);
  const std::vector<Weighted> up = Rounded(scores, true);

  CheckEvidence evidence;
  evidence.metric = metric;
  evidence.samples = scores.n();
  evidence.estimate = scores.Mean();
  evidence.limit = limit;
  evidence.low = LowerEnd(Coarse(down, false), look.log_rollback);
  evidence.high = UpperEnd(Coarse(up, true), look.log_promotion);
  evidence.log_e_rollback = MixedRollback(look, [&](const WindowSums& window) {
    return LogERollback(Rounded(window.scores[*comparator], false), limit);
  });
  const Bets promotion = PromotionBets(up, limit);
  evidence.log_e_promotion = LogMeanExp(promotion);
  const double n = static_cast<double>(evidence.samples);
  evidence.rollback_at = Extrapolate(RollbackBets(down, limit), n);
  evidence.promotion_at = n > 0
                              ? Extrapolate(promotion, n)
                              : Extrapolate(PromotionBets(std::vector<Weighted>{{0, 1}}, limit), 1);
  WithholdIfPartial(look, *comparator, evidence);
  return evidence;
}

}  // namespace understudy
