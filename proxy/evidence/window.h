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
#include <vector>

#include "proxy/base/time.h"
#include "proxy/evidence/sparse_counts.h"
#include "proxy/model/coverage.h"
#include "proxy/model/sample.h"

namespace understudy {

inline constexpr std::uint32_t kScoreBins = 1024;
// One whole divergence in the fixed-point sums.
inline constexpr std::uint64_t kScoreUnit = std::uint64_t{1} << 20;

// Scores in [0,1] of one comparator. 0 and 1 are counted exactly, so a yes/no comparator loses
// nothing; what lies between falls into bin floor(x * 1024).
struct ScoreSums {
  std::uint64_t zeros = 0;
  std::uint64_t ones = 0;
  SparseCounts between;
  std::uint64_t sum_units = 0;  // of all scores, each rounded to 1/kScoreUnit

  void Add(double score);  // in [0,1]; the ledger has checked it
  ScoreSums& operator+=(const ScoreSums& other);
  std::uint64_t n() const { return zeros + ones + between.total(); }
  double Mean() const;  // 0 without scores
  bool operator==(const ScoreSums&) const = default;
};

struct ErrorSums {
  std::uint64_t pairs = 0;
  std::uint64_t candidate = 0;  // the candidate failed or answered 5xx
  std::uint64_t incumbent = 0;
  std::uint64_t both = 0;  // of the same request

  ErrorSums& operator+=(const ErrorSums& other);
  std::uint64_t Discordant() const { return candidate + incumbent - 2 * both; }
  bool operator==(const ErrorSums&) const = default;
};

struct SegmentSums {
  std::uint64_t n = 0;
  std::uint64_t sum_units = 0;

  double Mean() const;
  bool operator==(const SegmentSums&) const = default;
};

// The quantiles a plan may name; a baseline has one HistogramScale bucket for each.
inline constexpr std::array<double, 4> kLatencyQuantiles = {0.50, 0.90, 0.95, 0.99};
using LatencyBaseline = std::array<std::uint32_t, kLatencyQuantiles.size()>;
// Incumbent latencies wanted before a baseline is frozen: the largest of 99 is above the true p99
// as often as not, so fewer would make the threshold a matter of luck.
inline constexpr std::uint64_t kBaselineSamples = 100;

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
  // Freezes the baseline when `earlier` and this window together hold enough.
  void FreezeIfReady(const SparseCounts& earlier);
  LatencySums& operator+=(const LatencySums& other);
  bool operator==(const LatencySums&) const = default;
};

struct WindowSums {
  std::uint64_t id = 0;
  std::uint64_t ordinal = 1;  // 1 for the rollout's first window
  WallTime started_at{};
  std::optional<WallTime> newest_sample;
  std::uint64_t compared = 0;  // pairs that at least one comparator scored
  Coverage coverage;
  std::vector<ScoreSums> scores;  // per comparator
  ErrorSums errors;
  LatencySums latency;
  std::vector<std::uint64_t> ignore_hits;         // per ignore rule
  std::map<std::uint32_t, SegmentSums> segments;  // by LedgerShape::Cell

  // Adds the sums. Of id and started_at the smaller stays, of ordinal and newest_sample the larger.
  WindowSums& operator+=(const WindowSums& other);
  bool operator==(const WindowSums&) const = default;
};

}  // namespace understudy
