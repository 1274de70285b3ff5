// Two judges of traffic in segments of which one may be worse: by the formula, and by the product's
// verdict with or without the segments declared.
//
// Threads: one. Ownership: plain values.
#pragma once

#include <cstdint>
#include <vector>

#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

inline constexpr double kSegmentAlpha = 0.05;
inline constexpr std::uint16_t kSegments = 20;
inline constexpr std::uint16_t kWorse = 7;       // which one, if any
inline constexpr std::uint64_t kPairs = 20'000;  // of a run

struct Outcome {
  std::uint16_t segment;
  bool differs;
};

// What one judge made of many runs.
struct Judged {
  Stops fails{kPairs};
  Stops passes{kPairs};     // before it failed
  std::uint64_t named = 0;  // runs in which the worse segment was named, and no other
};

// Half of the bets on all traffic, half shared among the segments; looked at after each pair.
void JudgeByFormula(const std::vector<Outcome>& outcomes, double margin, Judged& judged);

// Through the ledger and the verdict; looked at after each pair that differs, and now and then.
void JudgeByVerdict(const std::vector<Outcome>& outcomes, double margin, bool declared,
                    Judged& judged);

}  // namespace understudy::decisions
