// Sums and names of the coverage counters.
#include "proxy/model/coverage.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace understudy {
namespace {

std::uint64_t Minus(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

template <typename Array>
std::uint64_t Sum(const Array& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

template <typename Array, typename Operation>
void ForEachOf(Array& mine, const Array& theirs, Operation apply) {
  for (std::size_t i = 0; i < mine.size(); ++i) apply(mine[i], theirs[i]);
}

template <typename Operation>
void ForEachLoss(LossCounts& mine, const LossCounts& theirs, Operation apply) {
  ForEachOf(mine.chosen_by_size, theirs.chosen_by_size, apply);
  ForEachOf(mine.lost_by_size, theirs.lost_by_size, apply);
  ForEachOf(mine.chosen_by_latency, theirs.chosen_by_latency, apply);
  ForEachOf(mine.lost_by_latency, theirs.lost_by_latency, apply);
  ForEachOf(mine.lost_by_slot, theirs.lost_by_slot, apply);
}

// The first band is below `first`, each further one four times as high.
std::size_t BandOf(std::uint64_t value, std::uint64_t first) {
  const auto doublings = static_cast<std::size_t>(std::bit_width(value / first));
  return std::min((doublings + 1) / 2, LossCounts::kBands - 1);
}

template <typename Operation>
void ForEachField(Coverage& mine, const Coverage& theirs, Operation apply) {
  apply(mine.eligible, theirs.eligible);
  apply(mine.sampled_out, theirs.sampled_out);
  apply(mine.rate_lowered, theirs.rate_lowered);
  apply(mine.mirrored, theirs.mirrored);
  apply(mine.compared, theirs.compared);
  ForEachOf(mine.skipped, theirs.skipped, apply);
  ForEachOf(mine.dropped, theirs.dropped, apply);
  ForEachLoss(mine.loss, theirs.loss, apply);
  ForEachOf(mine.uncomparable, theirs.uncomparable, apply);
}

}  // namespace

std::string_view ToString(SkipReason reason) {
  switch (reason) {
    case SkipReason::kServingRejected:
      return "serving_rejected";
    case SkipReason::kClientLeft:
      return "client_left";
    case SkipReason::kServingFailed:
      return "serving_failed";
    case SkipReason::kRequestTooLarge:
      return "request_too_large";
    case SkipReason::kAnswerTooLarge:
      return "answer_too_large";
    case SkipReason::kMirroringOff:
      return "mirroring_off";
    case SkipReason::kUpgrade:
      return "upgrade";
    case SkipReason::kLoopGuard:
      return "loop_guard";
    case SkipReason::kRequestIncomplete:
      return "request_incomplete";
    case SkipReason::kPathNotMirrored:
      return "path_not_mirrored";
    case SkipReason::kStreamingRequest:
      return "streaming_request";
    case SkipReason::kInfrastructure:
      return "infrastructure";
    case SkipReason::kStateful:
      return "stateful";
    case SkipReason::kCount:
      break;
  }
  return "unknown";
}

std::string_view ToString(DropReason reason) {
  switch (reason) {
    case DropReason::kInFlightLimit:
      return "in_flight_limit";
    case DropReason::kCandidateMemory:
      return "candidate_memory";
    case DropReason::kProcessMemory:
      return "process_memory";
    case DropReason::kBreakerOpen:
      return "breaker_open";
    case DropReason::kDraining:
      return "draining";
    case DropReason::kWorkerBusy:
      return "worker_busy";
    case DropReason::kCount:
      break;
  }
  return "unknown";
}

std::string_view ToString(UncomparableReason reason) {
  switch (reason) {
    case UncomparableReason::kIncumbentFailed:
      return "incumbent_failed";
    case UncomparableReason::kComparatorError:
      return "comparator_error";
    case UncomparableReason::kDecodeError:
      return "decode_error";
    case UncomparableReason::kNotJson:
      return "not_json";
    case UncomparableReason::kTooLarge:
      return "too_large";
    case UncomparableReason::kUnsupported:
      return "unsupported";
    case UncomparableReason::kCompareQueueFull:
      return "compare_queue_full";
    case UncomparableReason::kShuttingDown:
      return "shutting_down";
    case UncomparableReason::kOverloaded:
      return "overloaded";
    case UncomparableReason::kNotSent:
      return "not_sent";
    case UncomparableReason::kOverBudget:
      return "over_budget";
    case UncomparableReason::kDescriptor:
      return "descriptor";
    case UncomparableReason::kCount:
      break;
  }
  return "unknown";
}

std::size_t LossCounts::SizeBand(std::uint64_t bytes) { return BandOf(bytes, 256); }

std::size_t LossCounts::LatencyBand(Duration latency) {
  return BandOf(static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency.count())), 1'000'000);
}

LossCounts& LossCounts::operator+=(const LossCounts& other) {
  ForEachLoss(*this, other, [](std::uint64_t& mine, std::uint64_t theirs) { mine += theirs; });
  return *this;
}

LossCounts LossCounts::operator-(const LossCounts& earlier) const {
  LossCounts difference = *this;
  ForEachLoss(difference, earlier,
              [](std::uint64_t& mine, std::uint64_t theirs) { mine -= theirs; });
  return difference;
}

Coverage& Coverage::operator+=(const Coverage& other) {
  ForEachField(*this, other, [](std::uint64_t& mine, std::uint64_t theirs) { mine += theirs; });
  return *this;
}

Coverage Coverage::operator-(const Coverage& earlier) const {
  Coverage difference = *this;
  ForEachField(difference, earlier,
               [](std::uint64_t& mine, std::uint64_t theirs) { mine -= theirs; });
  return difference;
}

std::uint64_t Coverage::Skipped() const { return Sum(skipped); }
std::uint64_t Coverage::NotAsked() const {
  return skipped[static_cast<std::size_t>(SkipReason::kMirroringOff)] +
         skipped[static_cast<std::size_t>(SkipReason::kPathNotMirrored)] +
         skipped[static_cast<std::size_t>(SkipReason::kInfrastructure)];
}
std::uint64_t Coverage::Dropped() const { return Sum(dropped); }
std::uint64_t Coverage::Uncomparable() const { return Sum(uncomparable); }

// Counters of several threads are read one after the other, so a sum may run ahead of its parts.
std::uint64_t Coverage::Chosen() const { return Minus(Minus(eligible, sampled_out), NotAsked()); }

std::uint64_t Coverage::Settled() const {
  return Minus(Chosen(), Minus(mirrored, compared + Uncomparable()));
}

double Coverage::Ratio() const {
  const std::uint64_t settled = Settled();
  if (settled == 0) return 0;
  return std::min(1.0, static_cast<double>(compared) / static_cast<double>(settled));
}

}  // namespace understudy
