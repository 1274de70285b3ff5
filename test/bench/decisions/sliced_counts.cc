// Mixes the evidence of slices and lists the worse ones.
#include "test/bench/decisions/sliced_counts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "proxy/evidence/e_process.h"

namespace understudy::decisions {

void SlicedCounts::Add(std::size_t segment, bool differs) {
  for (Counts* counts : {&all_, &segments_[segment]}) {
    ++counts->pairs;
    counts->different += differs ? 1 : 0;
  }
}

std::vector<double> SlicedCounts::LogESegments(double margin) const {
  std::vector<double> log_e;
  for (const Counts& counts : segments_) {
    log_e.push_back(LogERollback(counts.pairs, counts.different, margin));
  }
  return log_e;
}

double SlicedCounts::LogECombined(double margin) const {
  return LogMeanExp(std::array{LogERollback(all_.pairs, all_.different, margin),
                               LogMeanExp(LogESegments(margin))});
}

std::vector<std::size_t> Listed(const std::vector<double>& log_e, double alpha) {
  std::vector<std::size_t> order(log_e.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return log_e[a] > log_e[b]; });
  std::size_t listed = 0;
  for (std::size_t k = 1; k <= order.size(); ++k) {
    const double wanted = static_cast<double>(order.size()) / (alpha * static_cast<double>(k));
    if (log_e[order[k - 1]] >= std::log(wanted)) listed = k;
  }
  order.resize(listed);
  return order;
}

}  // namespace understudy::decisions
