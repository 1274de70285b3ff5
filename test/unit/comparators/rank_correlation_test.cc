// Kendall's tau-b and normalized gains; reference values of scipy 1.17.1 and scikit-learn 1.9.1.
#include "comparators/rank_correlation.h"

#include <catch2/catch.hpp>
#include <vector>

namespace understudy {
namespace {

using Levels = std::vector<std::uint32_t>;
using Gains = std::vector<double>;

TEST_CASE("rank correlation: tau-b is that of scipy.stats.kendalltau") {
  CHECK(*KendallTauB(Levels{90, 70, 70, 40, 20, 10}, Levels{50, 80, 30, 30, 60, 5}) ==
        Approx(0.35714285714285715));
  CHECK(*KendallTauB(Levels{6, 5, 4, 3, 2, 1}, Levels{1, 2, 3, 4, 6, 5}) ==
        Approx(-0.8666666666666666));
  CHECK(*KendallTauB(Levels{4, 3, 2, 1, 0}, Levels{2, 3, 0, 0, 1}) == Approx(0.31622776601683794));
  CHECK(*KendallTauB(Levels{1, 2, 2, 3}, Levels{1, 2, 2, 3}) == Approx(1));
  CHECK(*KendallTauB(Levels{1, 2}, Levels{2, 1}) == Approx(-1));
}

TEST_CASE("rank correlation: tau-b of a thousand items with many ties") {
  // The same generator in Python: s = (s * 1103515245 + 12345) % 2**31.
  std::uint64_t state = 12345;
  const auto next = [&](std::uint64_t below) {
    state = (state * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    return static_cast<std::uint32_t>((state >> 16) % below);
  };
  Levels x;
  Levels y;
  for (int i = 0; i < 1000; ++i) {
    x.push_back(next(50));
    y.push_back(x.back() + next(60));
  }
  CHECK(*KendallTauB(x, y) == Approx(0.4654204997124076));
}

TEST_CASE("rank correlation: tau-b does not exist without two levels on each side") {
  CHECK_FALSE(KendallTauB(Levels{}, Levels{}));
  CHECK_FALSE(KendallTauB(Levels{1}, Levels{1}));
  CHECK_FALSE(KendallTauB(Levels{1, 1}, Levels{1, 2}));
  CHECK_FALSE(KendallTauB(Levels{1, 2}, Levels{3, 3}));
}

TEST_CASE("rank correlation: normalized gains are those of sklearn.metrics.ndcg_score") {
  const Gains ideal{3, 2, 1, 0.5, 0};
  const Gains ranking{2, 1, 0, 3, 0.5};
  CHECK(NormalizedGain(ranking, ideal, 3) == Approx(0.5525004989384911));
  CHECK(NormalizedGain(ranking, ideal, 5) == Approx(0.8270488753408681));
  CHECK(NormalizedGain(ranking, ideal, 100) == Approx(0.8270488753408681));
  CHECK(NormalizedGain(ideal, ideal, 3) == 1);
  CHECK(NormalizedGain(Gains{}, ideal, 3) == 0);
  CHECK(NormalizedGain(Gains{0}, Gains{0, 0}, 3) == 1);
  CHECK(NormalizedGain(Gains{1e308, 1e308}, Gains{1e308, 1e308}, 2) == 1);
}

}  // namespace
}  // namespace understudy
