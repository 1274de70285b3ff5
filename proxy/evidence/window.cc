// Adding samples and other windows to the integer sums of a window.
#include "proxy/evidence/window.h"

#include <algorithm>
#include <cmath>

#include "proxy/base/histogram.h"

namespace understudy {
namespace {

bool TimedOut(const ArmResult& result) {
  switch (result.outcome) {
    case ExchangeOutcome::kConnectTimeout:
    case ExchangeOutcome::kFirstByteTimeout:
    case ExchangeOutcome::kIdleTimeout:
    case ExchangeOutcome::kTotalTimeout:
      return true;
    default:
      return false;
  }
}

std::uint32_t LatencyBucket(const ArmResult& result) {
  return static_cast<std::uint32_t>(TimedOut(result) ? HistogramScale::kBuckets - 1
                                                     : HistogramScale::Bucket(result.latency));
}

double MeanOf(std::uint64_t sum_units, std::uint64_t n) {
  return n == 0 ? 0
                : static_cast<double>(sum_units) / static_cast<double>(kScoreUnit) /
                      static_cast<double>(n);
}

}  // namespace

void ScoreSums::Add(double score) {
  if (score <= 0) {
    ++zeros;
  } else if (score >= 1) {
    ++ones;
  } else {
    between.Add(static_cast<std::uint32_t>(score * kScoreBins));
  }
  sum_units += static_cast<std::uint64_t>(std::llround(score * static_cast<double>(kScoreUnit)));
}

ScoreSums& ScoreSums::operator+=(const ScoreSums& other) {
  zeros += other.zeros;
  ones += other.ones;
  between += other.between;
  sum_units += other.sum_units;
  return *this;
}

double ScoreSums::Mean() const { return MeanOf(sum_units, n()); }

double SegmentSums::Mean() const { return MeanOf(sum_units, n); }

ErrorSums& ErrorSums::operator+=(const ErrorSums& other) {
  pairs += other.pairs;
  candidate += other.candidate;
  incumbent += other.incumbent;
  both += other.both;
  return *this;
}

void LatencySums::Add(const ArmResult& incumbent_result, const ArmResult& candidate_result,
                      const SparseCounts& earlier) {
  if (incumbent_result.IsError()) return;
  if (candidate_result.IsError() && !TimedOut(candidate_result)) return;
  const std::uint32_t incumbent_bucket = LatencyBucket(incumbent_result);
  const std::uint32_t candidate_bucket = LatencyBucket(candidate_result);
  incumbent.Add(incumbent_bucket);
  candidate.Add(candidate_bucket);
  if (!baseline) {
    FreezeIfReady(earlier);  // the samples that made the threshold are not judged by it
    return;
  }
  std::size_t above = 0;
  for (const std::uint32_t quantile : *baseline) above += incumbent_bucket > quantile ? 1 : 0;
  judged[*baseline][above].Add(candidate_bucket);
}

void LatencySums::FreezeIfReady(const SparseCounts& earlier) {
  if (baseline || earlier.total() + incumbent.total() < kBaselineSamples) return;
  SparseCounts all = earlier;
  all += incumbent;
  const double n = static_cast<double>(all.total());
  LatencyBaseline frozen{};
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    // The order statistic that a further latency exceeds with probability at most 1 - quantile.
    const double rank = std::min(n, std::ceil(kLatencyQuantiles[i] * (n + 1)));
    frozen[i] = all.BinOfRank(static_cast<std::uint64_t>(rank));
  }
  baseline = frozen;
}

LatencySums& LatencySums::operator+=(const LatencySums& other) {
  incumbent += other.incumbent;
  candidate += other.candidate;
  if (other.baseline) baseline = baseline ? std::min(*baseline, *other.baseline) : *other.baseline;
  for (const auto& [threshold, theirs] : other.judged) {
    ByIncumbentClass& mine = judged[threshold];
    for (std::size_t i = 0; i < mine.size(); ++i) mine[i] += theirs[i];
  }
  return *this;
}

WindowSums& WindowSums::operator+=(const WindowSums& other) {
  id = std::min(id, other.id);
  ordinal = std::max(ordinal, other.ordinal);
  started_at = std::min(started_at, other.started_at);
  newest_sample = std::max(newest_sample, other.newest_sample);
  compared += other.compared;
  coverage += other.coverage;
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += other.scores[i];
  errors += other.errors;
  latency += other.latency;
  for (std::size_t i = 0; i < ignore_hits.size(); ++i) ignore_hits[i] += other.ignore_hits[i];
  for (const auto& [cell, theirs] : other.segments) {
    SegmentSums& mine = segments[cell];
    mine.n += theirs.n;
    mine.sum_units += theirs.sum_units;
  }
  return *this;
}

}  // namespace understudy
