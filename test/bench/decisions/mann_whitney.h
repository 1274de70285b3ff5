// The Mann-Whitney test with ties: is one sample shifted against another, and by how much?
// Source: Mann and Whitney (1947); the estimate of the shift is that of Hodges and Lehmann (1963),
// its confidence interval the shifts that the test does not reject, by the normal approximation
// with corrections for ties and continuity.
//
// Threads: pure functions. Ownership: plain values.
#pragma once

#include <map>
#include <vector>

namespace understudy::decisions {

// A sample as its distinct values, rising, and how often each was seen.
using Tallied = std::map<double, double>;

struct Shift {
  double estimate = 0;  // the median of x - y over all pairs
  double low = 0;       // lower end of the confidence interval
};

// The standardised rank statistic of x - `shift` against y: falls as the shift grows. 0 where all
// values are tied. Neither sample is empty.
double ShiftedStatistic(const Tallied& x, const Tallied& y, double shift);

// `quantile`: of the standard normal distribution, 2.326 for a two-sided confidence of 98 %.
Shift EstimateShift(const Tallied& x, const Tallied& y, double quantile);

double MeanOf(const Tallied& sample);

}  // namespace understudy::decisions
