// What one evidence window holds: integer sums of samples. A window belongs to one stage of one
// rollout; sums of windows and of replicas add up.
//
// Threads: none of its own; the ledger that owns it is used by one thread.
// Invariant: everything but the latency baseline is independent of the order of samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/evidence/sparse_counts.h"
#include "proxy/evidence/sums.h"
#include "proxy/model/coverage.h"
#include "proxy/model/sample.h"

namespace understudy {

// The quantiles a plan may name; a baseline has one HistogramScale bucket for each.
inline constexpr std::array<double, 4> kLatencyQuantiles = {0.50, 0.90, 0.95, 0.99};
using LatencyBaseline = std::array<std::uint32_t, kLatencyQuantiles.size()>;
// Incumbent latencies wanted before a baseline is frozen: the largest of 99 is above the true p99
// as often as not, so fewer would make the threshold a matter of luck.
inline constexpr std::uint64_t kBaselineSamples = 100;

// The quantiles of incumbent latencies; nothing while there are too few.
std::optional<LatencyBaseline> BaselineOf(const SparseCounts& incumbent);

// Latencies of pairs in which the incumbent answered without a 5xx and the candidate did so too or
// timed out. A timeout counts as slower than any limit; other failures are no latencies.
struct LatencySums {
  // Candidate latencies by how slow the incumbent was on the same request: class k holds requests
  // whose incumbent latency was above k of the baseline's quantiles.
  using ByIncumbentClass = std::array<SparseCounts, kLatencyQuantiles.size() + 1>;

  SparseCounts incumbent;
  SparseCounts candidate;
  std::optional<LatencyBaseline> baseline;             // frozen; judges every later sample
  std::map<LatencyBaseline, ByIncumbentClass> judged;  // several only after a merge

  // `earlier` are the incumbent's latencies of the windows before this one.
  void Add(const ArmResult& incumbent_result, const ArmResult& candidate_result,
           const SparseCounts& earlier);
  // The same of other times, by their HistogramScale buckets.
  void AddBuckets(std::uint32_t incumbent_bucket, std::uint32_t candidate_bucket,
                  const SparseCounts& earlier);
  // Freezes the baseline when `earlier` and this window together hold enough.
  void FreezeIfReady(const SparseCounts& earlier);
  LatencySums& operator+=(const LatencySums& other);
  bool operator==(const LatencySums&) const = default;
};

// What one comparator says of the incumbent asked twice, and of the candidate beyond that.
struct NoiseSums {
  ScoreSums control;      // divergence of the incumbent's two answers
  DifferenceSums excess;  // candidate's divergence less the control's, of the same request

  NoiseSums& operator+=(const NoiseSums& other);
  bool operator==(const NoiseSums&) const = default;
};

// A number in the answers, such as tokens, or of them, such as a time, as share of its cap.
struct ValueSums {
  ScoreSums incumbent;
  ScoreSums candidate;
  DifferenceSums increase;    // candidate less incumbent, of the same request
  std::uint64_t missing = 0;  // pairs in which an answer did not have it
  LatencySums times;          // of a value that is a time; else empty

  ValueSums& operator+=(const ValueSums& other);
  bool operator==(const ValueSums&) const = default;
};

// Requests of one slot of a segment rule.
struct SlotSums {
  ErrorSums errors;  // its `pairs` are all pairs of the slot
  DecisionSums decisions;
  std::vector<ScoreSums> scores;  // per comparator
  std::vector<NoiseSums> noise;   // per comparator; empty without a control

  SlotSums& operator+=(const SlotSums& other);
  bool operator==(const SlotSums&) const = default;
};

// What the two arms did for clients, counted apart: other requests each, unlike pairs.
struct ServingSums {
  std::uint32_t share_ppm = 0;           // the candidate's, of what both arms got together
  std::uint64_t candidate_assigned = 0;  // chosen for a request
  std::uint64_t incumbent_assigned = 0;
  std::uint64_t candidate_requests = 0;  // ended, one way or the other
  std::uint64_t incumbent_requests = 0;
  std::uint64_t candidate_errors = 0;
  std::uint64_t incumbent_errors = 0;
  // By the baseline that is frozen from the incumbent's first latencies of the window.
  std::optional<LatencyBaseline> baseline;
  SparseCounts incumbent_before;  // what the baseline is made of
  SparseCounts candidate_latency;
  SparseCounts incumbent_latency;

  // Before another one: by share, then by baseline.
  bool Precedes(const ServingSums& other) const {
    return std::pair(share_ppm, baseline) < std::pair(other.share_ppm, other.baseline);
  }
  // What came since the last call, all at this share.
  void Add(const ServingSums& delta);
  ServingSums& operator+=(const ServingSums& other);
  bool operator==(const ServingSums&) const = default;

 private:
  void AddCounts(const ServingSums& other);  // of requests, not of latencies
};

struct WindowSums {
  std::uint64_t id = 0;
  std::uint64_t ordinal = 1;  // 1 for the rollout's first window
  WallTime started_at{};
  std::optional<WallTime> newest_sample;
  std::uint64_t compared = 0;    // pairs that at least one comparator scored
  std::uint64_t warming_up = 0;  // compared and not counted: the window had just begun
  std::uint64_t retries = 0;     // compared and not counted: the same request once more
  Coverage coverage;
  std::vector<ScoreSums> scores;  // per comparator
  std::vector<NoiseSums> noise;   // per comparator; empty without a control
  std::vector<ValueSums> values;  // per value rule
  DecisionSums decisions;
  ErrorSums errors;
  LatencySums latency;
  // One per share that was in force and, once windows or replicas are added up, per baseline that
  // latencies were judged by; these rise.
  std::vector<ServingSums> serving;
  std::vector<std::uint64_t> ignore_hits;   // per ignore rule: values it covered
  std::vector<std::uint64_t> ignore_pairs;  // per ignore rule: pairs in which it covered any
  std::map<std::uint32_t, SlotSums> slots;  // by LedgerShape::Slot

  // The first of a share, found or made; the one of a share and a baseline.
  ServingSums& ServingAt(std::uint32_t share_ppm);
  ServingSums& ServingLike(const ServingSums& like);
  // Adds the sums. Of id and started_at the smaller stays, of ordinal and newest_sample the larger.
  WindowSums& operator+=(const WindowSums& other);
  bool operator==(const WindowSums&) const = default;
};

}  // namespace understudy
