// The Bayes factor, in logarithms of gamma functions.
#include "proxy/evidence/split_test.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace understudy {
namespace {

// std::lgamma may write a global.
double LogGamma(double x) { return boost::math::lgamma(x); }

}  // namespace

double SplitPValue(std::span<const std::uint64_t> counts, std::span<const double> shares,
                   double concentration) {
  double n = 0;
  double log_factor = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double count = static_cast<double>(counts[i]);
    const double prior = concentration * shares[i];
    n += count;
    log_factor += LogGamma(prior + count) - LogGamma(prior) - count * std::log(shares[i]);
  }
  log_factor += LogGamma(concentration) - LogGamma(concentration + n);
  return std::min(1.0, std::exp(-log_factor));
}

}  // namespace understudy
