// What segments say together: the worst of each rule and how far they lie apart, where a segment's
// tendency is against that of all traffic, and how differently groups are decided about.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/evidence/ledger.h"

namespace understudy {

// Of one rule's declared values, by one comparator.
struct SegmentSpread {
  std::string rule;
  std::string comparator;
  std::string worst;  // "language=de"
  std::string best;
  double worst_mean = 0;  // mean divergence
  double best_mean = 0;
  double spread = 0;  // their difference
  bool operator==(const SegmentSpread&) const = default;
};

// A segment in which the candidate is better than the incumbent while it is worse over all traffic,
// or the other way round; told where chance is no explanation (an e-value of at least 20).
struct SignReversal {
  std::string segment;
  std::string metric;  // "error rate", "top1 beyond the incumbent's own"
  double here = 0;     // difference to the incumbent
  double overall = 0;
  bool operator==(const SignReversal&) const = default;
};

// Demographic parity: the largest difference between two declared groups in the share of requests
// that the candidate decided with yes, its interval, and the incumbent's difference between the
// same groups. In [-1,1].
struct ParityDifference {
  std::string rule;
  std::string higher, lower;  // groups: "language=de"
  double candidate = 0;
  double interval_low = 0;
  double interval_high = 0;
  double incumbent = 0;
  std::uint64_t pairs = 0;  // of both groups
  bool operator==(const ParityDifference&) const = default;
};

std::vector<SegmentSpread> SpreadsOf(const LedgerShape& shape, const WindowSums& total);
std::vector<SignReversal> SignReversalsOf(const LedgerShape& shape, const WindowSums& total);
// Rules with fewer than two groups that have decisions are left out. The interval holds all groups'
// rates at once, whenever it is looked at, with probability 1 - alpha.
std::vector<ParityDifference> ParityOf(const LedgerShape& shape, const WindowSums& total,
                                       double alpha);

}  // namespace understudy
