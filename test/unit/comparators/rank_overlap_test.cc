// Average overlap and rank-biased overlap; reference values of the Python package rbo 0.1.3.
#include "comparators/rank_overlap.h"

#include <catch2/catch.hpp>
#include <string_view>

namespace understudy {
namespace {

std::vector<std::uint32_t> Letters(std::string_view text) { return {text.begin(), text.end()}; }

double Rbo(std::string_view a, std::string_view b, double p) {
  return RankBiasedOverlap(SharedByDepth(Letters(a), Letters(b)), a.size(), b.size(), p);
}

TEST_CASE("rank overlap: shared items are counted depth by depth") {
  CHECK(SharedByDepth(Letters("abcde"), Letters("bac")) ==
        std::vector<std::uint32_t>{0, 2, 3, 3, 3});
  CHECK(SharedByDepth(Letters("ab"), Letters("cd")) == std::vector<std::uint32_t>{0, 0});
  CHECK(SharedByDepth({}, {}).empty());
}

TEST_CASE("rank overlap: average overlap is that of the published definition") {
  // RankingSimilarity(a, b).rbo(p=1.0)
  const auto shared = SharedByDepth(Letters("1342605"), Letters("1043526"));
  CHECK(AverageOverlap(shared, 1) == 1);
  CHECK(AverageOverlap(shared, 2) == Approx(1 - 0.25));
  CHECK(AverageOverlap(shared, 3) == Approx(1 - 0.2777777777777778));
  CHECK(AverageOverlap(shared, 5) == Approx(1 - 0.29666666666666663));
  CHECK(AverageOverlap(shared, 7) == Approx(1 - 0.23571428571428577));
}

TEST_CASE("rank overlap: rank-biased overlap is extrapolated as published, also of uneven lists") {
  // RankingSimilarity(a, b).rbo_ext(p)
  CHECK(Rbo("abcdefg", "zcavwxy", 0.9) == Approx(0.28821728571428573));
  CHECK(Rbo("abcde", "bac", 0.9) == Approx(0.9));
  CHECK(Rbo("abcdef", "badcfe", 0.8) == Approx(0.7409493333333333));
  CHECK(Rbo("a", "xyza", 0.9) == Approx(0.18225));
  CHECK(Rbo("ab", "cd", 0.9) == 0);
  CHECK(Rbo("abc", "abc", 0.9) == Approx(1));
}

}  // namespace
}  // namespace understudy
