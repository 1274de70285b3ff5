// Grids of bets, and the sums of logarithms over them.
#include "proxy/evidence/e_process.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace understudy {
namespace {

constexpr double kLeastMean = 1e-9;  // where the search for an interval's end gives up
// Bets on differences; small ones for rare ones.
constexpr std::array<double, 11> kDifferenceBets = {1.0 / 512, 1.0 / 256, 1.0 / 128, 1.0 / 64,
                                                    1.0 / 32,  1.0 / 16,  1.0 / 8,   1.0 / 4,
                                                    1.0 / 2,   0.75,      0.9};
constexpr double kWidestDifference = 1 - 1e-9;
constexpr double kDifferenceStep = 0.1;  // ends of intervals of differences are good to 1e-4
constexpr double kMostRisked = 0.995;    // of the wealth, in one bet: none is ever lost whole

double SumLog(std::span<const Weighted> values, double lambda, double m) {
  double sum = 0;
  for (const Weighted& seen : values) sum += seen.count * std::log1p(lambda * (seen.value - m));
  return sum;
}

// Of requests that failed on either arm, the share the candidate has when its rate is r times the
// incumbent's.
double CandidateShare(double share, double r) { return share * r / (share * r + 1 - share); }

Bets RatioBets(std::span<const ErrorCounts> stages, double ratio, double direction) {
  Bets bets;
  for (int j = 1; j <= 12; ++j) {
    const double alternative = ratio * std::exp2(direction * j / 2);
    double sum = 0;
    for (const ErrorCounts& stage : stages) {
      const double theta = CandidateShare(stage.share, alternative);
      const double null_theta = CandidateShare(stage.share, ratio);
      sum += static_cast<double>(stage.candidate) * std::log(theta / null_theta) +
             static_cast<double>(stage.incumbent) * std::log((1 - theta) / (1 - null_theta));
    }
    bets.push_back(sum);
  }
  return bets;
}

// Halves [low, high] around the border between accepted and rejected means, to 1e-3 of `high`, or
// of `scale`.
template <typename IsLow>
std::pair<double, double> Border(double low, double high, IsLow is_low, double scale = 0) {
  for (int i = 0; i < 50 && high - low > 1e-3 * (scale > 0 ? scale : high); ++i) {
    const double middle = (low + high) / 2;
    (is_low(middle) ? low : high) = middle;
  }
  return {low, high};
}

double MeanOf(std::span<const Weighted> values) {
  double n = 0;
  double sum = 0;
  for (const Weighted& seen : values) {
    n += seen.count;
    sum += seen.count * seen.value;
  }
  return n == 0 ? 0 : sum / n;
}

}  // namespace

std::array<Weighted, 2> YesNo(std::uint64_t n, std::uint64_t s) {
  return {Weighted{0, static_cast<double>(n - s)}, Weighted{1, static_cast<double>(s)}};
}

double LogMeanExp(std::span<const double> logs) {
  if (logs.empty()) return 0;
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double value : logs) sum += std::exp(value - largest);
  return largest + std::log(sum / static_cast<double>(logs.size()));
}

Bets RollbackBets(std::span<const Weighted> values, double m) {
  Bets bets;
  for (double lambda = 1.0 / 16; lambda <= 0.95 / m; lambda *= 2) {
    bets.push_back(SumLog(values, lambda, m));
  }
  return bets;
}

Bets PromotionBets(std::span<const Weighted> values, double m) {
  Bets bets;
  for (const double share : {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 3.0 / 4, 0.9, 0.97}) {
    bets.push_back(SumLog(values, -share / (1 - m), m));
  }
  return bets;
}

double LogERollback(std::span<const Weighted> values, double m) {
  return LogMeanExp(RollbackBets(values, m));
}

double LogEPromotion(std::span<const Weighted> values, double m) {
  return LogMeanExp(PromotionBets(values, m));
}

double LogERollback(std::uint64_t n, std::uint64_t s, double m) {
  return LogERollback(std::span<const Weighted>(YesNo(n, s)), m);
}

double LogEPromotion(std::uint64_t n, std::uint64_t s, double m) {
  return LogEPromotion(std::span<const Weighted>(YesNo(n, s)), m);
}

double LogERollback(std::span<const double> values, double m) {
  absl::InlinedVector<Weighted, 16> weighted;
  weighted.reserve(values.size());
  for (const double value : values) weighted.push_back({value, 1});
  return LogERollback(std::span<const Weighted>(weighted), m);
}

Bets DifferenceRollbackBets(std::span<const Weighted> differences, double delta) {
  Bets bets;
  for (const double lambda : kDifferenceBets) {
    if (lambda * (1 + delta) < kMostRisked) bets.push_back(SumLog(differences, lambda, delta));
  }
  return bets;
}

Bets DifferencePromotionBets(std::span<const Weighted> differences, double delta) {
  Bets bets;
  for (const double lambda : kDifferenceBets) {
    if (lambda * (1 - delta) < kMostRisked) bets.push_back(SumLog(differences, -lambda, delta));
  }
  return bets;
}

std::array<Weighted, 3> Ternary(std::uint64_t n, std::uint64_t plus, std::uint64_t minus) {
  return {Weighted{-1, static_cast<double>(minus)},
          Weighted{0, static_cast<double>(n - plus - minus)},
          Weighted{1, static_cast<double>(plus)}};
}

Bets TernaryBets(std::uint64_t n, std::uint64_t plus, std::uint64_t minus, double delta) {
  return DifferenceRollbackBets(Ternary(n, plus, minus), delta);
}

Bets RatioRollbackBets(std::span<const ErrorCounts> stages, double ratio) {
  return RatioBets(stages, ratio, 1);
}

Bets RatioPromotionBets(std::span<const ErrorCounts> stages, double ratio) {
  return RatioBets(stages, ratio, -1);
}

double LowerEnd(std::span<const Weighted> values_down, double log_threshold) {
  const auto rejected = [&](double m) { return LogERollback(values_down, m) >= log_threshold; };
  if (!rejected(kLeastMean)) return 0;
  return Border(kLeastMean, std::max(MeanOf(values_down), kLeastMean), rejected).first;
}

double UpperEnd(std::span<const Weighted> values_up, double log_threshold) {
  const auto accepted = [&](double m) { return LogEPromotion(values_up, m) < log_threshold; };
  if (accepted(1 - kLeastMean)) return 1;
  return Border(std::min(MeanOf(values_up), 1 - kLeastMean), 1 - kLeastMean, accepted).second;
}

double LowerEndOfDifference(std::span<const Weighted> values_down, double log_threshold) {
  const double mean = MeanOf(values_down);
  const auto rejected = [&](double delta) {
    return LogMeanExp(DifferenceRollbackBets(values_down, delta)) >= log_threshold;
  };
  if (mean <= -kWidestDifference || !rejected(-kWidestDifference)) return -1;
  return Border(-kWidestDifference, mean, rejected, kDifferenceStep).first;
}

double UpperEndOfDifference(std::span<const Weighted> values_up, double log_threshold) {
  const double mean = MeanOf(values_up);
  const auto accepted = [&](double delta) {
    return LogMeanExp(DifferencePromotionBets(values_up, delta)) < log_threshold;
  };
  if (mean >= kWidestDifference || accepted(kWidestDifference)) return 1;
  return Border(mean, kWidestDifference, accepted, kDifferenceStep).second;
}

}  // namespace understudy
