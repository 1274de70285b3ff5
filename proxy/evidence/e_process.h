// E-processes: tests that stay valid however often they are looked at. Under its null hypothesis
// the expectation of E is at most 1 at every stopping time, so that E ever reaches 1/alpha with
// probability at most alpha (Ville's inequality). Fixed bets on a log-spaced grid: the state is a
// sum, it does not depend on order and adds up over stages and replicas.
// Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting".
//
// Threads: pure functions. All logarithms are natural. Margins lie in (0,1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/container/inlined_vector.h"

namespace understudy {

// The logarithm of each bet's wealth, one per grid atom. Multiplying all counts by c multiplies
// every entry by c.
using Bets = absl::InlinedVector<double, 40>;

// A value in [0,1] and how often it was seen.
struct Weighted {
  double value = 0;
  double count = 0;
};

// `s` ones among `n` yes/no outcomes, s <= n.
std::array<Weighted, 2> YesNo(std::uint64_t n, std::uint64_t s);

// ln(mean(exp(x))), without overflow or underflow; 0 of nothing (no bet was placed).
double LogMeanExp(std::span<const double> logs);

// Against "the mean is at most m": bets grow when values are above m.
Bets RollbackBets(std::span<const Weighted> values, double m);
// Against "the mean is at least m".
Bets PromotionBets(std::span<const Weighted> values, double m);

// ln E of the bets above; of `s` ones among `n` yes/no outcomes; of values in [0,1], once each.
double LogERollback(std::span<const Weighted> values, double m);
double LogEPromotion(std::span<const Weighted> values, double m);
double LogERollback(std::uint64_t n, std::uint64_t s, double m);
double LogEPromotion(std::uint64_t n, std::uint64_t s, double m);
double LogERollback(std::span<const double> values, double m);

// Of differences D in [-1,1], delta in (-1,1). Against "the mean of D is at most delta".
Bets DifferenceRollbackBets(std::span<const Weighted> differences, double delta);
// Against "the mean of D is at least delta".
Bets DifferencePromotionBets(std::span<const Weighted> differences, double delta);
// As DifferenceRollbackBets, D in {-1, 0, +1}: of `n` values `plus` are +1 and `minus` are -1.
Bets TernaryBets(std::uint64_t n, std::uint64_t plus, std::uint64_t minus, double delta);
// The three values of such outcomes and how often each was seen.
std::array<Weighted, 3> Ternary(std::uint64_t n, std::uint64_t plus, std::uint64_t minus);

// Errors of the two arms while the candidate's share of requests was `share`, in (0,1).
struct ErrorCounts {
  std::uint64_t candidate = 0;
  std::uint64_t incumbent = 0;
  double share = 0.5;
};
// Against "the candidate's error rate is at most `ratio` times the incumbent's", ratio > 0. Valid
// for pairs too (share 1/2): errors of the same request only make the bets smaller in expectation.
Bets RatioRollbackBets(std::span<const ErrorCounts> stages, double ratio);
// Against "... is at least `ratio` times the incumbent's".
Bets RatioPromotionBets(std::span<const ErrorCounts> stages, double ratio);

// The means not rejected by evidence of `log_threshold` (ln 1/alpha), to three digits: every mean
// below LowerEnd is rejected as too low, every mean above UpperEnd as too high. `values_down` holds
// the values rounded down, `values_up` rounded up. 0 and 1 where nothing is rejected.
double LowerEnd(std::span<const Weighted> values_down, double log_threshold);
double UpperEnd(std::span<const Weighted> values_up, double log_threshold);
// The same of differences; -1 and 1 where nothing is rejected.
double LowerEndOfDifference(std::span<const Weighted> values_down, double log_threshold);
double UpperEndOfDifference(std::span<const Weighted> values_up, double log_threshold);

}  // namespace understudy
