// The living evidence of one candidate on one route: its ledger, the counters settled into it, and
// the small things people look at (rates, recent divergence, worst examples).
//
// Threads: the control thread. Ownership: a plain value.
// Invariant: in every window, eligible = sampled_out + mirrored + skipped + dropped and mirrored =
// compared + uncomparable hold exactly, since only requests whose fate is known are counted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/evidence/ledger.h"
#include "proxy/model/control_view.h"

namespace understudy {

// The part of the counters whose requests have come to their end.
Coverage SettledCoverage(const Coverage& counted);

// Pairs of the window that one comparator, the one with most of them, scored above 0.
std::uint64_t DivergedPairs(const WindowSums& window);

// Pairs over the last two minutes, in steps of two seconds.
class PairActivity {
 public:
  void Add(const Sample& sample, WallTime now);
  // Moves to `now`; steps in between are empty.
  void Advance(WallTime now);
  double PerSecond() const;             // over the last minute, or since the start if shorter
  std::vector<double> History() const;  // mean of each step's largest divergences, oldest first

 private:
  static constexpr std::size_t kSteps = 60;
  struct Bucket {
    std::uint64_t pairs = 0;
    std::uint64_t scored = 0;
    double divergence = 0;
  };
  std::array<Bucket, kSteps> buckets_{};
  std::int64_t step_ = 0;   // number of the present step since the epoch
  std::int64_t first_ = 0;  // number of the first step ever
};

class CandidateEvidence {
 public:
  // New evidence that starts with `window`. `fingerprint` names what the evidence is bound to:
  // versions, plan, comparators; `counted` are the counters now.
  CandidateEvidence(LedgerShape shape, std::string fingerprint, const Coverage& counted,
                    std::uint64_t window, WallTime now);
  // Stored evidence. INVALID_ARGUMENT when it is damaged, FAILED_PRECONDITION when it is bound to
  // something else.
  static absl::StatusOr<CandidateEvidence> Decode(std::string_view bytes, const LedgerShape& shape,
                                                  const std::string& fingerprint,
                                                  const Coverage& counted, WallTime now);
  std::string Encode() const;
  // The sums of stored evidence, whatever they are bound to: for records of what has ended.
  static absl::StatusOr<Ledger> DecodeLedger(std::string_view bytes);

  const std::string& fingerprint() const { return fingerprint_; }
  const Ledger& ledger() const { return ledger_; }
  std::uint64_t window() const;
  // Something came in since this was last called.
  bool TakeFresh();

  void StartWindow(std::uint64_t window, WallTime now);
  void Add(const Sample& sample);
  void AddExample(DivergenceExample example);
  void Settle(const Coverage& counted);

  // Fills coverage, pairs, suppression, segments, worst examples and window_since.
  void Show(const std::vector<IgnoreRule>& ignore, const std::vector<SegmentRule>& segments,
            CandidateView& view) const;

 private:
  CandidateEvidence(Ledger ledger, std::string fingerprint, const Coverage& counted);

  Ledger ledger_;
  std::string fingerprint_;
  Coverage settled_;  // of the counters, already in a window
  std::vector<DivergenceExample> worst_;
  WallTime worst_since_{};
  bool fresh_ = true;
};

}  // namespace understudy
