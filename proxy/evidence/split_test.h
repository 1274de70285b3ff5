// Does traffic split as configured? A test of counts against shares that may be looked at after
// every request.
// Source: Lindon and Malek, "Anytime-valid inference for multinomial count data" (NeurIPS 2022).
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

namespace understudy {

// Below this p-value the split does not hold.
inline constexpr double kSplitAlpha = 0.001;

// Sequential p-value, in (0,1], of "each of independent requests goes to arm i with probability
// shares[i]": the reciprocal of the Bayes factor with a Dirichlet prior of this total concentration
// around the shares. `shares` are above 0 and sum to 1; as many as `counts`. 1 without counts.
double SplitPValue(std::span<const std::uint64_t> counts, std::span<const double> shares,
                   double concentration = 100);

}  // namespace understudy
