// Similarities inside two batches of vectors.
#include "comparators/pairwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "comparators/vector_distance.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxVectors = 256;
constexpr std::size_t kMaxProducts = std::size_t{1} << 27;

double Cosine(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(DotProduct(a, b), -1.0, 1.0);
}

double GapOf(double baseline, double candidate) {
  if (std::isnan(baseline) || std::isnan(candidate)) {
    return std::isnan(baseline) && std::isnan(candidate) ? 0 : 1;
  }
  return std::fabs(baseline - candidate) / 2;
}

}  // namespace

void PairwiseSimilarities::Add(std::span<const double> baseline,
                               std::span<const double> candidate) {
  if (baseline_.size() == kMaxVectors) return;
  baseline_.push_back(UnitVector(baseline));
  candidate_.push_back(UnitVector(candidate));
}

RowScores PairwiseSimilarities::Compare(Gap& worst) const {
  RowScores scores;
  std::size_t products = 0;
  // Row by row of the lower triangle, so that stopping leaves a whole smaller batch.
  for (std::size_t i = 1; i < baseline_.size(); ++i) {
    products += i * (baseline_[i].size() + candidate_[i].size());
    if (i > 1 && products > kMaxProducts) break;
    for (std::size_t j = 0; j < i; ++j) {
      const double left = Cosine(baseline_[i], baseline_[j]);
      const double right = Cosine(candidate_[i], candidate_[j]);
      if (scores.Add(GapOf(left, right))) worst = {j, i, left, right};
    }
  }
  return scores;
}

}  // namespace understudy
