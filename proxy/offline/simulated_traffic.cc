// Coins for 64 pairs at a time, counted by kind, then samples.
#include "proxy/offline/simulated_traffic.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "proxy/base/histogram.h"
#include "proxy/model/coverage.h"
#include "proxy/model/plan.h"

namespace understudy {
namespace {

constexpr std::uint64_t kPairsPerToss = 64;
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr Duration kLatency = std::chrono::milliseconds(20);  // any will do: it is both arms'

ArmResult Answered(int status) {
  return {.outcome = ExchangeOutcome::kAnswered,
          .status = status,
          .latency = kLatency,
          .first_byte = kLatency};
}

}  // namespace

SimulatedTraffic::SimulatedTraffic(const TrafficModel& model, const LedgerShape& shape,
                                   std::uint64_t seed, std::uint64_t run, WallTime started_at)
    : model_(model), chance_(seed, run), started_at_(started_at) {
  sample_.incumbent = Answered(200);
  for (std::size_t i = 0; i < shape.comparators.size(); ++i) {
    sample_.scores.push_back({.comparator = static_cast<std::uint16_t>(i)});
  }
  for (std::size_t i = 0; i < shape.values.size(); ++i) {
    sample_.values.push_back({.rule = static_cast<std::uint16_t>(i), .present = true});
  }
}

WallTime SimulatedTraffic::TimeOf(std::uint64_t pair) const {
  const double seconds = static_cast<double>(pair) / model_.pairs_per_second;
  return started_at_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

// Splits the pairs `of` by one trait after the other.
void SimulatedTraffic::Count(const Lanes& lanes, std::uint64_t of, std::size_t trait,
                             std::size_t kind, Counts& counts) {
  if (of == 0) return;
  if (trait == kTraits) {
    counts[kind] += static_cast<std::uint64_t>(std::popcount(of));
    return;
  }
  Count(lanes, of & lanes[trait], trait + 1, kind | std::size_t{1} << trait, counts);
  Count(lanes, of & ~lanes[trait], trait + 1, kind, counts);
}

SimulatedTraffic::Counts SimulatedTraffic::Toss(std::uint64_t pairs, double weight) {
  Counts counts{};
  for (std::uint64_t done = 0; done < pairs; done += kPairsPerToss) {
    Lanes lanes{};
    lanes[kFails] = chance_.Coins(model_.error_rate);
    lanes[kDiffers] = chance_.Coins(model_.true_rate);
    lanes[kDiffers] |= chance_.Coins(model_.noise) | lanes[kFails];
    lanes[kServed] = chance_.Coins(weight);
    lanes[kControlled] = chance_.Coins(model_.control_rate);
    if (lanes[kControlled] != 0) lanes[kControlDiffers] = chance_.Coins(model_.noise);
    const std::uint64_t coming = pairs - done;
    const std::uint64_t of = coming < kPairsPerToss ? (std::uint64_t{1} << coming) - 1 : kAll;
    Count(lanes, of, 0, 0, counts);
  }
  return counts;
}

void SimulatedTraffic::FeedUntil(WallTime now, std::uint32_t weight_ppm, Ledger& ledger) {
  const WindowSums* window = ledger.Current();
  const double until = Seconds(now - started_at_) * model_.pairs_per_second;
  const auto due = static_cast<std::uint64_t>(std::max(0.0, until));
  if (window == nullptr || due <= pairs_) return;
  const std::uint64_t coming = due - std::exchange(pairs_, due);
  const Counts counts = Toss(coming, static_cast<double>(weight_ppm) / kWholePpm);
  sample_.window = window->id;
  sample_.at = TimeOf(due);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (counts[kind] > 0) AddPairs(kind, counts[kind], ledger);
  }
  const ServingSums serving = ServingOf(counts, weight_ppm);
  served_ += serving.candidate_requests;
  if (weight_ppm > 0) ledger.AddServing(serving);
  ledger.AddCoverage({.eligible = coming, .mirrored = coming, .compared = coming});
}

ServingSums SimulatedTraffic::ServingOf(const Counts& counts, std::uint32_t weight_ppm) {
  ServingSums serving;
  serving.share_ppm = weight_ppm;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const bool candidate = Has(kind, kServed);
    (candidate ? serving.candidate_requests : serving.incumbent_requests) += counts[kind];
    if (candidate && Has(kind, kFails)) serving.candidate_errors += counts[kind];
  }
  serving.candidate_assigned = serving.candidate_requests;
  serving.incumbent_assigned = serving.incumbent_requests;
  const auto bucket = static_cast<std::uint32_t>(HistogramScale::Bucket(kLatency));
  serving.candidate_latency.Add(bucket, serving.candidate_requests - serving.candidate_errors);
  serving.incumbent_latency.Add(bucket, serving.incumbent_requests);
  return serving;
}

void SimulatedTraffic::AddPairs(std::size_t kind, std::uint64_t count, Ledger& ledger) {
  sample_.candidate_served = Has(kind, kServed);
  sample_.candidate_result = Answered(Has(kind, kFails) ? 500 : 200);
  for (SampleScore& score : sample_.scores) score.divergence = Has(kind, kDiffers) ? 1 : 0;
  sample_.control.clear();
  if (Has(kind, kControlled)) {
    sample_.control = sample_.scores;
    for (SampleScore& score : sample_.control) {
      score.divergence = Has(kind, kControlDiffers) ? 1 : 0;
    }
  }
  blocks_.Add(kind, sample_, count, ledger);
}

}  // namespace understudy
