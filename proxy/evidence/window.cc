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

template <typename Sums>
void AddEach(std::vector<Sums>& mine, const std::vector<Sums>& theirs) {
  for (std::size_t i = 0; i < mine.size() && i < theirs.size(); ++i) mine[i] += theirs[i];
}

}  // namespace

void LatencySums::Add(const ArmResult& incumbent_result, const ArmResult& candidate_result,
                      const SparseCounts& earlier) {
  if (incumbent_result.IsError()) return;
  if (candidate_result.IsError() && !TimedOut(candidate_result)) return;
  AddBuckets(LatencyBucket(incumbent_result), LatencyBucket(candidate_result), earlier);
}

void LatencySums::AddBuckets(std::uint32_t incumbent_bucket, std::uint32_t candidate_bucket,
                             const SparseCounts& earlier) {
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

std::optional<LatencyBaseline> BaselineOf(const SparseCounts& all) {
  if (all.total() < kBaselineSamples) return std::nullopt;
  const double n = static_cast<double>(all.total());
  LatencyBaseline frozen{};
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    // The order statistic that a further latency exceeds with probability at most 1 - quantile.
    const double rank = std::min(n, std::ceil(kLatencyQuantiles[i] * (n + 1)));
    frozen[i] = all.BinOfRank(static_cast<std::uint64_t>(rank));
  }
  return frozen;
}

void LatencySums::FreezeIfReady(const SparseCounts& earlier) {
  if (baseline || earlier.total() + incumbent.total() < kBaselineSamples) return;
  SparseCounts all = earlier;
  all += incumbent;
  baseline = BaselineOf(all);
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

NoiseSums& NoiseSums::operator+=(const NoiseSums& other) {
  control += other.control;
  excess += other.excess;
  return *this;
}

ValueSums& ValueSums::operator+=(const ValueSums& other) {
  incumbent += other.incumbent;
  candidate += other.candidate;
  increase += other.increase;
  missing += other.missing;
  times += other.times;
  return *this;
}

SlotSums& SlotSums::operator+=(const SlotSums& other) {
  if (scores.empty()) scores.resize(other.scores.size());
  if (noise.empty()) noise.resize(other.noise.size());
  errors += other.errors;
  decisions += other.decisions;
  AddEach(scores, other.scores);
  AddEach(noise, other.noise);
  return *this;
}

void ServingSums::AddCounts(const ServingSums& other) {
  candidate_assigned += other.candidate_assigned;
  incumbent_assigned += other.incumbent_assigned;
  candidate_requests += other.candidate_requests;
  incumbent_requests += other.incumbent_requests;
  candidate_errors += other.candidate_errors;
  incumbent_errors += other.incumbent_errors;
}

void ServingSums::Add(const ServingSums& delta) {
  AddCounts(delta);
  if (baseline) {
    candidate_latency += delta.candidate_latency;
    incumbent_latency += delta.incumbent_latency;
    return;
  }
  incumbent_before += delta.incumbent_latency;
  baseline = BaselineOf(incumbent_before);
}

ServingSums& ServingSums::operator+=(const ServingSums& other) {
  AddCounts(other);
  incumbent_before += other.incumbent_before;
  candidate_latency += other.candidate_latency;
  incumbent_latency += other.incumbent_latency;
  return *this;
}

ServingSums& WindowSums::ServingLike(const ServingSums& like) {
  const auto at = std::lower_bound(
      serving.begin(), serving.end(), like,
      [](const ServingSums& one, const ServingSums& wanted) { return one.Precedes(wanted); });
  if (at != serving.end() && !like.Precedes(*at)) return *at;
  ServingSums fresh;
  fresh.share_ppm = like.share_ppm;
  fresh.baseline = like.baseline;
  return *serving.insert(at, std::move(fresh));
}

ServingSums& WindowSums::ServingAt(std::uint32_t share_ppm) {
  const auto at = std::lower_bound(
      serving.begin(), serving.end(), share_ppm,
      [](const ServingSums& one, std::uint32_t ppm) { return one.share_ppm < ppm; });
  if (at != serving.end() && at->share_ppm == share_ppm) return *at;
  ServingSums fresh;
  fresh.share_ppm = share_ppm;
  return *serving.insert(at, std::move(fresh));
}

WindowSums& WindowSums::operator+=(const WindowSums& other) {
  id = std::min(id, other.id);
  ordinal = std::max(ordinal, other.ordinal);
  started_at = std::min(started_at, other.started_at);
  newest_sample = std::max(newest_sample, other.newest_sample);
  compared += other.compared;
  warming_up += other.warming_up;
  retries += other.retries;
  coverage += other.coverage;
  AddEach(scores, other.scores);
  AddEach(noise, other.noise);
  AddEach(values, other.values);
  decisions += other.decisions;
  errors += other.errors;
  latency += other.latency;
  for (const ServingSums& theirs : other.serving) ServingLike(theirs) += theirs;
  for (std::size_t i = 0; i < ignore_hits.size(); ++i) ignore_hits[i] += other.ignore_hits[i];
  for (std::size_t i = 0; i < ignore_pairs.size(); ++i) ignore_pairs[i] += other.ignore_pairs[i];
  for (const auto& [slot, theirs] : other.slots) slots[slot] += theirs;
  return *this;
}

}  // namespace understudy
