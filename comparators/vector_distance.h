// Distances of vectors, each in [0,1]. Pure functions, safe on any thread.
#pragma once

#include <span>
#include <vector>

namespace understudy {

// Each takes two vectors of equal length; linear, one or two passes. Two zero vectors are at 0, a
// zero vector and another one at 1. Vectors with a NaN or infinity are at 0 when every number is
// the same (NaN as NaN), else at 1. Numbers near the ends of the doubles neither overflow nor
// vanish.

// The angle between them by pi: 0 the same direction, 0.5 orthogonal, 1 opposite. Computed as
// 2 atan(|u - v| / |u + v|) of the unit vectors, which is exact for small angles, unlike the arc
// cosine (Kahan, "How Futile are Mindless Assessments of Roundoff", 2006, section 12).
double AngularDistance(std::span<const double> a, std::span<const double> b);

// (1 - cosine) / 2.
double CosineDistance(std::span<const double> a, std::span<const double> b);

// |a - b| / (|a| + |b|), at most 1 by the triangle inequality.
double RelativeL2Distance(std::span<const double> a, std::span<const double> b);

// 1 - the shorter length by the longer.
double NormDistance(std::span<const double> a, std::span<const double> b);

// The vector divided by its length; a zero vector stays one, and one with a NaN or infinity becomes
// nothing but NaN.
std::vector<double> UnitVector(std::span<const double> vector);

// The sum of products, of equal lengths.
double DotProduct(std::span<const double> a, std::span<const double> b);

}  // namespace understudy
