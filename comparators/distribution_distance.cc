// Distances of distributions.
#include "comparators/distribution_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

double TotalVariation(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::fabs(p[i] - q[i]);
  return std::min(1.0, sum / 2);
}

double JensenShannonDistance(std::span<const double> p, std::span<const double> q) {
  double nats = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == q[i]) continue;
    const double mean = (p[i] + q[i]) / 2;
    // 0 log 0 is 0; a mean that vanished is of numbers that add nothing.
    if (mean == 0) continue;
    if (p[i] > 0) nats += p[i] * std::log(p[i] / mean);
    if (q[i] > 0) nats += q[i] * std::log(q[i] / mean);
  }
  const double bits = std::max(0.0, nats) / std::log(2.0) / 2;
  return std::min(1.0, std::sqrt(bits));
}

double LargestGap(std::span<const double> p, std::span<const double> q) {
  double gap = 0;
  for (std::size_t i = 0; i < p.size(); ++i) gap = std::max(gap, std::fabs(p[i] - q[i]));
  return std::min(1.0, gap);
}

bool Softmax(std::vector<double>& row) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double x : row) {
    if (std::isnan(x)) return false;
    largest = std::max(largest, x);
  }
  if (!std::isfinite(largest)) return false;
  double sum = 0;
  for (double& x : row) {
    x = std::exp(x - largest);
    sum += x;
  }
  for (double& x : row) x /= sum;
  return true;
}

bool Normalize(std::vector<double>& row, double tolerance) {
  double sum = 0;
  for (const double x : row) {
    if (!(x >= 0)) return false;
    sum += x;
  }
  // The negation also catches an infinite sum.
  if (!(std::fabs(sum - 1) <= tolerance) || sum == 0) return false;
  for (double& x : row) x /= sum;
  return true;
}

}  // namespace understudy
