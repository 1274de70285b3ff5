// The product's own path from a pair to a verdict, in few words: a ledger of one comparator,
// samples of pairs that differ wholly or not at all, a plan with one required check.
//
// Threads: pure functions. No clock: every sample has the same time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/evidence/evaluate.h"
#include "proxy/evidence/ledger.h"
#include "proxy/model/plan.h"
#include "proxy/model/sample.h"

namespace understudy::decisions {

inline constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

// With one comparator, a segment rule of so many values (none: no rule) and window 1 started.
Ledger StartedLedger(std::uint16_t segments = 0);
// "slice=7", as verdicts call it.
std::string SegmentName(std::uint16_t segment);

// Both arms answered; the divergence is 1 or 0.
Sample Pair(bool differs, std::uint64_t window = 1);
Sample PairOfSegment(bool differs, std::uint16_t segment);

// One required check: mean divergence at most `margin`; both alphas are `alpha`.
Plan MeanAtMost(double margin, double alpha);
// One required check: the quantile at most `ratio` times the incumbent's.
Plan LatencyAtMost(double quantile, double ratio, double alpha);

// The verdict now, without a guard of samples.
Verdict Look(const Ledger& ledger, const Plan& plan);
bool Fails(const Ledger& ledger, const Plan& plan);
// Names of the segments whose checks fail.
std::vector<std::string> FailedSegments(const Verdict& verdict);

}  // namespace understudy::decisions
