// Ranks by walking over both samples' distinct values; ends of intervals by bisection.
#include "test/bench/decisions/mann_whitney.h"

#include <cmath>

namespace understudy::decisions {
namespace {

double SizeOf(const Tallied& sample) {
  double size = 0;
  for (const auto& [value, count] : sample) size += count;
  return size;
}

double CubeLess(double ties) { return ties * ties * ties - ties; }

// The largest shift at which the statistic is still at least `quantile`, from below.
double Root(const Tallied& x, const Tallied& y, double quantile) {
  double low = x.begin()->first - y.rbegin()->first;
  double high = x.rbegin()->first - y.begin()->first;
  if (ShiftedStatistic(x, y, low) <= quantile) return low;
  if (ShiftedStatistic(x, y, high) >= quantile) return high;
  while (high - low > 1e-9 * (1 + std::abs(low) + std::abs(high))) {
    const double middle = (low + high) / 2;
    (ShiftedStatistic(x, y, middle) >= quantile ? low : high) = middle;
  }
  return low;
}

}  // namespace

double ShiftedStatistic(const Tallied& x, const Tallied& y, double shift) {
  const double x_size = SizeOf(x);
  const double y_size = SizeOf(y);
  double wins = 0;   // pairs in which x - shift is larger, a tie counting one half
  double below = 0;  // values of y below the present one
  double ties = 0;   // sum of t^3 - t over groups of t equal values
  auto next = y.begin();
  for (const auto& [value, count] : x) {
    for (; next != y.end() && next->first < value - shift; ++next) {
      below += next->second;
      ties += CubeLess(next->second);
    }
    const double equal = next != y.end() && next->first == value - shift ? next->second : 0;
    wins += count * (below + equal / 2);
    ties += CubeLess(count + equal);
    if (equal > 0) {
      below += equal;
      ++next;
    }
  }
  for (; next != y.end(); ++next) ties += CubeLess(next->second);

  const double all = x_size + y_size;
  const double variance = x_size * y_size / 12 * (all + 1 - ties / (all * (all - 1)));
  if (!(variance > 0)) return 0;
  const double surplus = wins - x_size * y_size / 2;
  const double continuity = surplus > 0 ? 0.5 : surplus < 0 ? -0.5 : 0;
  return (surplus - continuity) / std::sqrt(variance);
}

Shift EstimateShift(const Tallied& x, const Tallied& y, double quantile) {
  return {.estimate = Root(x, y, 0), .low = Root(x, y, quantile)};
}

double MeanOf(const Tallied& sample) {
  double sum = 0;
  for (const auto& [value, count] : sample) sum += value * count;
  return sum / SizeOf(sample);
}

}  // namespace understudy::decisions
