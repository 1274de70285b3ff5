// Draws latencies and estimates their quantile.
#include "test/bench/decisions/latencies.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace understudy::decisions {

double DrawLatency(Random& random, double slower) {
  constexpr double kMedian = 0.1;  // seconds
  constexpr double kDeviation = 0.5;
  return slower * kMedian * std::exp(kDeviation * random.Normal());
}

double EstimatedP99(Random& random, std::size_t answers) {
  std::vector<double> seen;
  for (std::size_t i = 0; i < answers; ++i) seen.push_back(DrawLatency(random, 1));
  const double place = std::ceil((1 - kAboveP99) * static_cast<double>(answers + 1));
  const auto rank = std::min(static_cast<std::size_t>(place), answers);
  const auto at = seen.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(seen.begin(), at, seen.end());
  return *at;
}

}  // namespace understudy::decisions
