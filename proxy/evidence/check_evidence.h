// What the ledger says about one check: its estimate, interval and evidence both ways, before
// anybody concludes from it.
//
// Threads: pure functions. A Look borrows its ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proxy/evidence/e_process.h"
#include "proxy/evidence/ledger.h"
#include "proxy/model/plan.h"
#include "proxy/model/verdict.h"

namespace understudy {

// One look at a ledger, with what all checks share.
struct Look {
  const Ledger& ledger;
  WindowSums total;         // of all windows of the rollout
  double log_rollback = 0;  // ln(1/alpha) of the plan
  double log_promotion = 0;
  double min_coverage = 0;  // share of pairs a comparator must have scored, 0..1
};

// ln E by the total number of samples, should the coming ones be like those seen; like clean ones
// when none was seen.
using Growth = std::function<double(double samples)>;

// The pairs a check looks at: all, or those of one slot (LedgerShape::Slot).
struct Slice {
  std::optional<std::uint32_t> slot;

  const ScoreSums& Scores(const WindowSums& window, std::size_t comparator) const;
  const NoiseSums& Noise(const WindowSums& window, std::size_t comparator) const;
  const ErrorSums& Errors(const WindowSums& window) const;
};

// Control pairs wanted before anything passes on account of the incumbent's own noise.
inline constexpr std::uint64_t kControlSamples = 100;

struct CheckEvidence {
  std::string metric;
  std::string detail;          // said after the estimate, for people; may be empty
  bool is_ratio = false;       // estimate and limit are multiples of the incumbent's, not shares
  bool is_difference = false;  // ... are differences to the incumbent's
  std::uint64_t samples = 0;   // pairs this check could look at, over the whole rollout
  double estimate = 0;
  double low = 0;   // every value below is rejected with the plan's rollback alpha,
  double high = 0;  // every value above with its promotion alpha
  double limit = 0;
  double log_e_rollback = 0;  // of the rollout's process and a fresh one per window, mixed
  double log_e_promotion = 0;
  Growth rollback_at;
  Growth promotion_at;
  // Set when the check cannot pass, whatever the evidence: why, and what would resolve it.
  InconclusiveReason withheld = InconclusiveReason::kNone;
  std::string withheld_because;
  std::optional<std::uint64_t> withheld_samples;  // how many more would resolve it
};

CheckEvidence MeanEvidence(const Look& look, const Check& check, const Slice& slice);
// Of a check of a comparator on a route with a control: what differs beyond the incumbent's own
// noise. D = divergence(incumbent, candidate) - divergence(incumbent, control) of one request has
// the mean 0 when the candidate behaves like the control, whatever the model's nondeterminism.
CheckEvidence NoiseEvidence(const Look& look, const Check& check, const Slice& slice);
CheckEvidence ErrorRateEvidence(const Look& look, const Check& check, const Slice& slice);
CheckEvidence ServingErrorEvidence(const Look& look, const Check& check);
CheckEvidence LatencyEvidence(const Look& look, const Check& check);
// The same of any times of pairs; `metric` names them, "first token p99".
CheckEvidence TimeEvidence(const Look& look, const Check& check, const std::string& metric,
                           const std::function<const LatencySums&(const WindowSums&)>& of_window);
CheckEvidence ServingLatencyEvidence(const Look& look, const Check& check);
CheckEvidence ValueEvidence(const Look& look, const Check& check);

// Fills estimate, interval, evidence and growth of a mean in [0,1] with an upper limit, and of a
// difference in [-1,1]. `of_window` picks the sums out of those of a window.
void FillMean(const Look& look, const std::function<const ScoreSums&(const WindowSums&)>& of_window,
              CheckEvidence& evidence);
void FillDifference(const Look& look,
                    const std::function<const DifferenceSums&(const WindowSums&)>& of_window,
                    CheckEvidence& evidence);
// The same for differences however they are kept: `values` gives those of a window, rounded up or
// down. Of `evidence` samples, estimate and limit are there already.
using DifferencesOf = std::function<std::vector<Weighted>(const WindowSums& window, bool up)>;
void FillDifference(const Look& look, const DifferencesOf& values, CheckEvidence& evidence);

// The share of the wealth that bets on one process over all windows.
inline constexpr double kWholeRolloutShare = 0.75;

// The rollback evidence of a whole rollout: most of the wealth bets on one process over all
// windows, the rest on processes that begin with each window (the k-th has weight 1/(k(k+1)) of
// it), so that a regression after long clean traffic is found soon. `of_window` gives ln E of some
// sums. Windows to come hold E = 1, hence the mixture's expectation is at most 1 too.
double MixedRollback(const Look& look,
                     const std::function<double(const WindowSums& window)>& of_window);

// The evidence withheld with this reason; for checks that cannot be judged at all.
CheckEvidence Withheld(std::string metric, InconclusiveReason reason, std::string because);

}  // namespace understudy
