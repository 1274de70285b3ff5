// Distances of vectors; reference values of numpy 1.26.4.
#include "comparators/vector_distance.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace understudy {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Vector = std::vector<double>;
constexpr double (*kAll[])(std::span<const double>, std::span<const double>) = {
    &AngularDistance, &CosineDistance, &RelativeL2Distance, &NormDistance};

TEST_CASE("vector distance: each is what its definition says") {
  const Vector a{1, 2, 3, -1};
  const Vector b{1.5, 1, 2.5, 0.5};
  CHECK(AngularDistance(a, b) == Approx(0.1652493405385679).epsilon(1e-12));
  CHECK(CosineDistance(a, b) == Approx(0.0658784289377704).epsilon(1e-12));
  CHECK(RelativeL2Distance(a, b) == Approx(0.2768203216716358).epsilon(1e-12));
  CHECK(NormDistance(a, b) == Approx(0.1937742251701451).epsilon(1e-12));
}

TEST_CASE(
    "vector distance: opposite, orthogonal and equal directions are the ends and the middle") {
  CHECK(AngularDistance(Vector{1, 0}, Vector{-3, 0}) == 1);
  CHECK(AngularDistance(Vector{1, 0}, Vector{0, 5}) == Approx(0.5));
  CHECK(CosineDistance(Vector{1, 0}, Vector{-3, 0}) == 1);
  CHECK(CosineDistance(Vector{1, 0}, Vector{0, 5}) == Approx(0.5));
  CHECK(RelativeL2Distance(Vector{1, 0}, Vector{-3, 0}) == 1);
  CHECK(NormDistance(Vector{1, 0}, Vector{0, 4}) == 0.75);
  const Vector odd{0.1, 0.7, -0.3};
  for (const auto distance : kAll) CHECK(distance(odd, odd) == 0);
}

TEST_CASE("vector distance: small angles keep their digits") {
  // The arc cosine of the rounded cosine, 1, would be 0.
  CHECK(AngularDistance(Vector{1, 0}, Vector{1, 1e-9}) == Approx(1e-9 / M_PI).epsilon(1e-9));
  CHECK(CosineDistance(Vector{1, 0}, Vector{1, 1e-9}) == Approx(1e-18 / 4).epsilon(1e-9));
}

TEST_CASE("vector distance: zero vectors are defined") {
  for (const auto distance : kAll) {
    CHECK(distance(Vector{0, 0}, Vector{0, 0}) == 0);
    CHECK(distance(Vector{0, 0}, Vector{0, 1}) == 1);
    CHECK(distance(Vector{1, 0}, Vector{0, 0}) == 1);
    CHECK(distance(Vector{}, Vector{}) == 0);
  }
}

TEST_CASE("vector distance: NaN and infinities are the same as themselves alone") {
  for (const auto distance : kAll) {
    CHECK(distance(Vector{kNaN, 1}, Vector{kNaN, 1}) == 0);
    CHECK(distance(Vector{kInf, 1}, Vector{kInf, 1}) == 0);
    CHECK(distance(Vector{kInf, 1}, Vector{kInf, 2}) == 1);
    CHECK(distance(Vector{3, 1}, Vector{3, kNaN}) == 1);
    CHECK(distance(Vector{-kInf}, Vector{kInf}) == 1);
  }
}

TEST_CASE("vector distance: the ends of the doubles neither overflow nor vanish") {
  for (const double size : {1e308, 5e-324, 1e-310, 1e150, 1e-150}) {
    INFO(size);
    CHECK(AngularDistance(Vector{size, 0}, Vector{0, 1}) == Approx(0.5));
    CHECK(CosineDistance(Vector{size, 0}, Vector{-size, 0}) == 1);
    CHECK(RelativeL2Distance(Vector{size, 0}, Vector{-size, 0}) == 1);
    CHECK(RelativeL2Distance(Vector{size, 0}, Vector{0, size}) == Approx(std::sqrt(2.0) / 2));
    CHECK(NormDistance(Vector{size, 0}, Vector{0, -size}) == 0);
  }
  CHECK(NormDistance(Vector{1e308}, Vector{1e-308}) == 1);
}

TEST_CASE("vector distance: unit vectors have length 1, a zero vector none, NaN stays") {
  const Vector unit = UnitVector(Vector{3, -4});
  CHECK(unit[0] == Approx(0.6));
  CHECK(unit[1] == Approx(-0.8));
  CHECK(UnitVector(Vector{0, 0}) == Vector{0, 0});
  CHECK(std::isnan(UnitVector(Vector{1, kInf})[0]));
  CHECK(DotProduct(Vector{1, 2, 3, 4, 5}, Vector{1, 1, 1, 1, 2}) == 20);
}

}  // namespace
}  // namespace understudy
