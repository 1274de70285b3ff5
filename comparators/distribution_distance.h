// Distances of probability distributions. Pure functions, safe on any thread.
#pragma once

#include <span>
#include <vector>

namespace understudy {

// Each takes two distributions over the same outcomes (as many numbers >= 0 in both, each side
// summing to 1) and returns a distance in [0,1]: 0 the same, 1 without a common outcome.

// Half the sum of |p - q|: the largest difference of the two probabilities of one event (Levin,
// Peres, Wilmer, "Markov Chains and Mixing Times", proposition 4.2).
double TotalVariation(std::span<const double> p, std::span<const double> q);

// The square root of the Jensen-Shannon divergence in bits, a metric (Endres, Schindelin, "A new
// metric for probability distributions", IEEE Trans. Inf. Theory 49(7), 2003).
double JensenShannonDistance(std::span<const double> p, std::span<const double> q);

// The largest |p - q| of one outcome.
double LargestGap(std::span<const double> p, std::span<const double> q);

// exp(x) by their sum, without overflow. False when that is no distribution: a NaN, +infinity, or
// nothing but -infinity.
bool Softmax(std::vector<double>& row);

// Divides by the sum. False when the numbers are no distribution: none at all, one that is negative
// or not finite, or a sum further than `tolerance` from 1.
bool Normalize(std::vector<double>& row, double tolerance);

}  // namespace understudy
