// What all kinds of checks share: slices, the mixture of rollback processes, means, differences.
#include "proxy/evidence/check_evidence.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {

double MixedRollback(const Look& look,
                     const std::function<double(const WindowSums& window)>& of_window) {
  absl::InlinedVector<double, 16> terms;
  const auto hold = [&terms](double weight, double log_e) {
    terms.push_back(std::log(weight) + log_e);
  };
  hold(kWholeRolloutShare, of_window(look.total));
  constexpr double kFresh = 1 - kWholeRolloutShare;
  double k = 0;
  for (const WindowSums& window : look.ledger.windows()) {
    // Merged ledgers may have counted from different beginnings; weights must not repeat.
    k = std::max(static_cast<double>(window.ordinal), k + 1);
    hold(kFresh / (k * (k + 1)), of_window(window));
  }
  hold(kFresh / (k + 1), 0);
  return LogMeanExp(terms) + std::log(static_cast<double>(terms.size()));
}

const ScoreSums& Slice::Scores(const WindowSums& window, std::size_t comparator) const {
  static const ScoreSums kNone;
  if (!slot) return window.scores[comparator];
  const auto at = window.slots.find(*slot);
  return at == window.slots.end() ? kNone : at->second.scores[comparator];
}

const NoiseSums& Slice::Noise(const WindowSums& window, std::size_t comparator) const {
  static const NoiseSums kNone;
  if (!slot) return window.noise[comparator];
  const auto at = window.slots.find(*slot);
  return at == window.slots.end() ? kNone : at->second.noise[comparator];
}

const ErrorSums& Slice::Errors(const WindowSums& window) const {
  static const ErrorSums kNone;
  if (!slot) return window.errors;
  const auto at = window.slots.find(*slot);
  return at == window.slots.end() ? kNone : at->second.errors;
}

void FillMean(const Look& look, const std::function<const ScoreSums&(const WindowSums&)>& of_window,
              CheckEvidence& evidence) {
  const ScoreSums& scores = of_window(look.total);
  const std::vector<Weighted> down = scores.Rounded(false);
  const std::vector<Weighted> up = scores.Rounded(true);
  evidence.samples = scores.n();
  evidence.estimate = scores.Mean();
  evidence.low = LowerEnd(Coarse(down, false), look.log_rollback);
  evidence.high = UpperEnd(Coarse(up, true), look.log_promotion);
  evidence.log_e_rollback = MixedRollback(look, [&](const WindowSums& window) {
    return LogERollback(of_window(window).Rounded(false), evidence.limit);
  });
  const Bets promotion = PromotionBets(up, evidence.limit);
  evidence.log_e_promotion = LogMeanExp(promotion);
  const double n = static_cast<double>(evidence.samples);
  evidence.rollback_at = Extrapolate(RollbackBets(down, evidence.limit), n);
  evidence.promotion_at =
      n > 0 ? Extrapolate(promotion, n)
            : Extrapolate(PromotionBets(std::vector<Weighted>{{0, 1}}, evidence.limit), 1);
}

void FillDifference(const Look& look, const DifferencesOf& values, CheckEvidence& evidence) {
  const std::vector<Weighted> down = values(look.total, false);
  const std::vector<Weighted> up = values(look.total, true);
  evidence.is_difference = true;
  evidence.low = LowerEndOfDifference(Coarse(down, false), look.log_rollback);
  evidence.high = UpperEndOfDifference(Coarse(up, true), look.log_promotion);
  evidence.log_e_rollback = MixedRollback(look, [&](const WindowSums& window) {
    return LogMeanExp(DifferenceRollbackBets(values(window, false), evidence.limit));
  });
  const Bets promotion = DifferencePromotionBets(up, evidence.limit);
  evidence.log_e_promotion = LogMeanExp(promotion);
  const double n = static_cast<double>(evidence.samples);
  evidence.rollback_at = Extrapolate(DifferenceRollbackBets(down, evidence.limit), n);
  evidence.promotion_at =
      n > 0
          ? Extrapolate(promotion, n)
          : Extrapolate(DifferencePromotionBets(std::vector<Weighted>{{0, 1}}, evidence.limit), 1);
}

void FillDifference(const Look& look,
                    const std::function<const DifferenceSums&(const WindowSums&)>& of_window,
                    CheckEvidence& evidence) {
  const DifferenceSums& sums = of_window(look.total);
  evidence.samples = sums.n();
  evidence.estimate = sums.Mean();
  const DifferencesOf values = [&](const WindowSums& window, bool up) {
    return of_window(window).Rounded(up);
  };
  FillDifference(look, values, evidence);
}

CheckEvidence Withheld(std::string metric, InconclusiveReason reason, std::string because) {
  CheckEvidence evidence;
  evidence.metric = std::move(metric);
  evidence.withheld = reason;
  evidence.withheld_because = std::move(because);
  evidence.rollback_at = evidence.promotion_at = [](double) { return 0.0; };
  return evidence;
}

}  // namespace understudy
