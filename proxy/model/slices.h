// What the segments of a route say together, as reports show it (evidence/segment_summary.h).
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>

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

}  // namespace understudy
