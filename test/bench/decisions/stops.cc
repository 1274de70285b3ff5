// Order statistics of decisions, some of which never came.
#include "test/bench/decisions/stops.h"

#include <algorithm>
#include <limits>

namespace understudy::decisions {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Figure Stops::Quantile(double share) const {
  if (stops_.empty()) return {static_cast<double>(horizon_), true};
  std::vector<std::uint64_t> sorted;
  for (const Stop& stop : stops_) sorted.push_back(stop.value_or(kNever));
  std::sort(sorted.begin(), sorted.end());
  const double place = share * static_cast<double>(sorted.size() - 1);
  const std::size_t low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  if (sorted[low] == kNever) return {static_cast<double>(horizon_), true};
  if (sorted[high] == kNever) return {static_cast<double>(sorted[low]), false};
  const double part = place - static_cast<double>(low);
  return {(1 - part) * static_cast<double>(sorted[low]) + part * static_cast<double>(sorted[high]),
          false};
}

double Stops::ShareWithin(std::uint64_t requests) const {
  const auto within = std::count_if(stops_.begin(), stops_.end(), [&](const Stop& stop) {
    return stop.has_value() && *stop <= requests;
  });
  return static_cast<double>(within) / static_cast<double>(std::max<std::size_t>(stops_.size(), 1));
}

double Stops::MeanUpToHorizon() const {
  double sum = 0;
  for (const Stop& stop : stops_)
    sum += static_cast<double>(std::min(stop.value_or(kNever), horizon_));
  return sum / static_cast<double>(std::max<std::size_t>(stops_.size(), 1));
}

}  // namespace understudy::decisions
