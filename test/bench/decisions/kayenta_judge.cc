// Judgements of a growing window of points.
#include "test/bench/decisions/kayenta_judge.h"

#include <cmath>
#include <vector>

#include "test/bench/decisions/rare_events.h"

namespace understudy::decisions {
namespace {

constexpr double kTolerance = 0.25;        // of the estimated shift
constexpr double kQuantile99 = 2.3263479;  // of the standard normal: two-sided confidence of 98 %
constexpr double kLeastRatio = 1;          // of the means

std::vector<double> Points(std::span<const std::uint32_t> events, std::size_t blocks_per_point) {
  std::vector<double> points(events.size() / blocks_per_point);
  for (std::size_t i = 0; i < points.size() * blocks_per_point; ++i) {
    points[i / blocks_per_point] += events[i];
  }
  return points;
}

}  // namespace

bool IsHigh(const Tallied& canary, const Tallied& baseline) {
  // Two constants: the judge adds a little noise to them, which leaves their order.
  if (canary.size() == 1 && baseline.size() == 1) {
    return canary.begin()->first > baseline.begin()->first;
  }
  // The lower end can only be above 0 when no shift at all is rejected; saves most searches.
  if (ShiftedStatistic(canary, baseline, 0) <= kQuantile99) return false;
  const Shift shift = EstimateShift(canary, baseline, kQuantile99);
  if (shift.low <= kTolerance * std::abs(shift.estimate)) return false;
  const double canary_mean = MeanOf(canary);
  const double baseline_mean = MeanOf(baseline);
  // A ratio with a mean of 0 cannot be told and is not asked for.
  return canary_mean == 0 || baseline_mean == 0 || canary_mean / baseline_mean >= kLeastRatio;
}

Stop FirstHigh(std::span<const double> canary, std::span<const double> baseline,
               std::uint64_t requests_per_point) {
  Tallied canary_points;
  Tallied baseline_points;
  for (std::size_t i = 0; i < canary.size(); ++i) {
    canary_points[canary[i]] += 1;
    baseline_points[baseline[i]] += 1;
    if ((i + 1) % kPointsPerInterval != 0) continue;
    if (IsHigh(canary_points, baseline_points)) return (i + 1) * requests_per_point;
  }
  return std::nullopt;
}

Stop FirstHigh(std::span<const std::uint32_t> canary, std::span<const std::uint32_t> baseline,
               std::uint64_t requests_per_point) {
  const std::size_t blocks = requests_per_point / kBlock;
  return FirstHigh(Points(canary, blocks), Points(baseline, blocks), requests_per_point);
}

}  // namespace understudy::decisions
