// Sums over the arms' counters.
#include "proxy/flow/rollout_arms.h"

#include <array>

namespace understudy {
namespace {

constexpr auto kStep = std::chrono::seconds(2);
constexpr std::size_t kMaxSteps = 32;

using LatencyCounts = std::array<std::uint64_t, HistogramScale::kBuckets>;

double QuantileSeconds(const LatencyCounts& counts, double quantile) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  if (total == 0) return 0;
  const double wanted = quantile * static_cast<double>(total);
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    below += counts[bucket];
    if (static_cast<double>(below) >= wanted) return Seconds(HistogramScale::UpperBound(bucket));
  }
  return Seconds(HistogramScale::UpperBound(counts.size() - 1));
}

}  // namespace

void ArmActivity::Look(const TrafficBook& book, WallTime now) {
  newest_.clear();
  book.ForEachArm([&](const TrafficBook::Key& key, const PerThread<ArmCounters>& blocks) {
    Counts& counts = newest_[key];
    for (const auto& block : blocks.All()) {
      counts.requests += block->Requests();
      counts.fallbacks += block->fallbacks.Value();
    }
  });
  const bool due = steps_.empty() || now - steps_.back().at >= kStep || now < steps_.back().at;
  if (due) steps_.push_back({now, newest_});
  while (steps_.size() > kMaxSteps) steps_.pop_front();
}

ArmActivity::Counts ArmActivity::Difference(const TrafficBook::Key& key) const {
  const auto now = newest_.find(key);
  if (now == newest_.end() || steps_.empty()) return {};
  const auto then = steps_.front().totals.find(key);
  const Counts before = then == steps_.front().totals.end() ? Counts{} : then->second;
  return {now->second.requests - before.requests, now->second.fallbacks - before.fallbacks};
}

std::uint64_t ArmActivity::Recent(const std::string& route, const std::string& cluster) const {
  return Difference({route, cluster}).requests;
}

std::uint64_t ArmActivity::RecentFallbacks(const std::string& route,
                                           const std::string& cluster) const {
  return Difference({route, cluster}).fallbacks;
}

ArmTraffic CountArm(const PerThread<ArmCounters>& counters) {
  ArmTraffic arm;
  auto latencies = std::make_unique<LatencyCounts>();
  for (const auto& block : counters.All()) {
    arm.requests += block->Requests();
    arm.errors += block->errors.Value();
    block->duration.AddTo(*latencies);
  }
  arm.p50_seconds = QuantileSeconds(*latencies, 0.50);
  arm.p99_seconds = QuantileSeconds(*latencies, 0.99);
  return arm;
}

std::uint64_t CountFallbacks(const PerThread<ArmCounters>& counters) {
  std::uint64_t sum = 0;
  for (const auto& block : counters.All()) sum += block->fallbacks.Value();
  return sum;
}

}  // namespace understudy
