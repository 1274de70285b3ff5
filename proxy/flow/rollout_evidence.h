// The living evidence of one candidate on one route: its ledger, the counters settled into it, and
// the small things people look at (rates, recent divergence, worst examples).
//
// Threads: the control thread. Ownership: a plain value.
// Invariant: in every window, eligible = sampled_out + mirrored + skipped + dropped and mirrored =
// compared + uncomparable hold exactly, since only requests whose fate is known are counted.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "proxy/base/histogram.h"
#include "proxy/evidence/change_detector.h"
#include "proxy/evidence/ledger.h"
#include "proxy/flow/volatile_places.h"
#include "proxy/model/control_view.h"
#include "proxy/model/traffic_counters.h"

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

// What one arm did for clients: since the process started, or under one split.
struct ServedTotals {
  std::uint64_t assigned = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::array<std::uint64_t, HistogramScale::kBuckets> latency{};
};
ServedTotals CountServed(const PerThread<ArmCounters>& arm);
ServedTotals CountServed(const PerThread<ArmCounters>& arm, std::uint64_t split);

// Keys of work seen lately, so that a client's retry is not a new sample. Bounded: the oldest go.
class RecentWork {
 public:
  // False: seen within kRemembered, among the last kMost.
  bool IsNew(std::uint64_t key, WallTime at);

 private:
  static constexpr Duration kRemembered = std::chrono::minutes(5);
  static constexpr std::size_t kMost = 65536;
  std::deque<std::pair<WallTime, std::uint64_t>> order_;
  absl::flat_hash_set<std::uint64_t> keys_;
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
  // What both arms served under a split in which the candidate's share of what they got together
  // is `share_ppm`.
  void SettleServing(const ServedTotals& candidate, const ServedTotals& incumbent,
                     std::uint32_t share_ppm, std::uint64_t split);

  // Watches the plan's required checks of comparators for a change that begins from now on; does
  // nothing when it watches already.
  void WatchForChange(const Plan& plan);
  void StopWatching() { watched_.clear(); }
  // Alarms. A false one comes in less than alpha of all spans of so many pairs.
  std::vector<LateChange> LateChanges(double alpha, double span) const;

  // Fills coverage, pairs, suppression, suggestions, segments, noise, values, worst examples and
  // window_since.
  void Show(const std::vector<IgnoreRule>& ignore, CandidateView& view) const;

 private:
  CandidateEvidence(Ledger ledger, std::string fingerprint, const Coverage& counted);

  struct Watched {
    std::string check;
    std::uint16_t comparator = 0;
    bool beyond_noise = false;
    ChangeDetector detector;
  };
  void Watch(const Sample& sample);

  Ledger ledger_;
  std::string fingerprint_;
  RecentWork recent_work_;
  std::vector<Watched> watched_;
  // Of serving: what is counted already, of which split.
  ServedTotals candidate_served_, incumbent_served_;
  std::uint64_t split_ = 0;
  Coverage settled_;         // of the counters, already in a window
  VolatilePlaces volatile_;  // since the evidence was made or loaded
  std::vector<DivergenceExample> worst_;
  WallTime worst_since_{};
  bool fresh_ = true;
};

}  // namespace understudy
