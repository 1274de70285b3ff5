// Distances of vectors.
#include "comparators/vector_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace understudy {
namespace {

// Squares of numbers between these are far from the ends of the doubles, however many are summed.
constexpr double kSmall = 1e-100;
constexpr double kLarge = 1e100;

struct Extent {
  double largest = 0;  // absolute value
  bool finite = true;
};

Extent ExtentOf(std::span<const double> vector) {
  Extent extent;
  for (const double x : vector) {
    const double size = std::fabs(x);
    extent.finite = extent.finite && size <= std::numeric_limits<double>::max();
    extent.largest = std::max(extent.largest, size);
  }
  return extent;
}

bool SameNumbers(std::span<const double> a, std::span<const double> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

// A vector brought to a size at which squares can be summed.
class Scaled {
 public:
  Scaled(std::span<const double> vector, double size) : vector_(vector) {
    if (size >= kSmall && size <= kLarge) return;
    copy_.reserve(vector.size());
    for (const double x : vector) copy_.push_back(x / size);
    vector_ = copy_;
  }
  Scaled(const Scaled&) = delete;

  std::span<const double> view() const { return vector_; }

 private:
  std::span<const double> vector_;
  std::vector<double> copy_;
};

double Norm(std::span<const double> vector) { return std::sqrt(DotProduct(vector, vector)); }

// What needs no computing: vectors that are zero or not finite.
std::optional<double> Degenerate(std::span<const double> a, std::span<const double> b,
                                 const Extent& left, const Extent& right) {
  if (!left.finite || !right.finite) return SameNumbers(a, b) ? 0 : 1;
  if (left.largest == 0 || right.largest == 0) return left.largest == right.largest ? 0 : 1;
  return std::nullopt;
}

// Squared lengths of u - v and u + v, for the unit vectors u and v.
struct Diagonals {
  double difference = 0;
  double sum = 0;
};

Diagonals DiagonalsOf(std::span<const double> a, std::span<const double> b, const Extent& left,
                      const Extent& right) {
  const Scaled x(a, left.largest);
  const Scaled y(b, right.largest);
  const double x_factor = 1 / Norm(x.view());
  const double y_factor = 1 / Norm(y.view());
  Diagonals out;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double u = x.view()[i] * x_factor;
    const double v = y.view()[i] * y_factor;
    out.difference += (u - v) * (u - v);
    out.sum += (u + v) * (u + v);
  }
  return out;
}

}  // namespace

double DotProduct(std::span<const double> a, std::span<const double> b) {
  // Four sums do not wait for each other.
  double sums[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < a.size(); ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double AngularDistance(std::span<const double> a, std::span<const double> b) {
  const Extent left = ExtentOf(a), right = ExtentOf(b);
  if (const auto known = Degenerate(a, b, left, right)) return *known;
  const Diagonals d = DiagonalsOf(a, b, left, right);
  const double angle = 2 * std::atan2(std::sqrt(d.difference), std::sqrt(d.sum));
  return std::min(1.0, angle / std::numbers::pi);
}

double CosineDistance(std::span<const double> a, std::span<const double> b) {
  const Extent left = ExtentOf(a), right = ExtentOf(b);
  if (const auto known = Degenerate(a, b, left, right)) return *known;
  const Diagonals d = DiagonalsOf(a, b, left, right);
  return d.difference / (d.difference + d.sum);  // of which the sum is 4 but for rounding
}

double RelativeL2Distance(std::span<const double> a, std::span<const double> b) {
  const Extent left = ExtentOf(a), right = ExtentOf(b);
  if (const auto known = Degenerate(a, b, left, right)) return *known;
  const double size = std::max(left.largest, right.largest);
  const Scaled x(a, size);
  const Scaled y(b, size);
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = x.view()[i] - y.view()[i];
    squares += gap * gap;
  }
  return std::min(1.0, std::sqrt(squares) / (Norm(x.view()) + Norm(y.view())));
}

double NormDistance(std::span<const double> a, std::span<const double> b) {
  const Extent left = ExtentOf(a), right = ExtentOf(b);
  if (const auto known = Degenerate(a, b, left, right)) return *known;
  const double size = std::max(left.largest, right.largest);
  const double x = Norm(Scaled(a, size).view());
  const double y = Norm(Scaled(b, size).view());
  return 1 - std::min(x, y) / std::max(x, y);
}

std::vector<double> UnitVector(std::span<const double> vector) {
  const Extent extent = ExtentOf(vector);
  std::vector<double> unit(vector.begin(), vector.end());
  if (!extent.finite) {
    std::fill(unit.begin(), unit.end(), std::numeric_limits<double>::quiet_NaN());
  } else if (extent.largest > 0) {
    const Scaled scaled(vector, extent.largest);
    const double factor = 1 / Norm(scaled.view());
    for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = scaled.view()[i] * factor;
  }
  return unit;
}

}  // namespace understudy
