// Promise 3 as integers: where every eligible request went, per route and candidate.
//   eligible = sampled_out + mirrored + sum(skipped) + sum(dropped)
//   mirrored = compared + sum(uncomparable) (+ in flight while traffic runs)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/base/time.h"

namespace understudy {

enum class SkipReason {  // decided before a shadow was worth sending
  kServingRejected,      // the serving arm answered 401, 403, 404, 408, 413 or 429
  kClientLeft,
  kServingFailed,    // no arm answered the client; nothing to compare with
  kRequestTooLarge,  // beyond mirror.max_body
  kAnswerTooLarge,
  kMirroringOff,  // killed, or a reload removed the candidate
  kUpgrade,
  kLoopGuard,
  kRequestIncomplete,  // answered, or failed, before the request's body had come whole
  kPathNotMirrored,    // the preset does not list it: it asks no model for an answer
  kStateful,           // it belongs to something that only the serving arm knows
  kStreamingRequest,   // a gRPC call whose client sends a stream of messages
  kInfrastructure,     // gRPC's health checks and reflection: about a server, not of a model
  kCount,
};

enum class DropReason {  // load was shed
  kInFlightLimit,
  kCandidateMemory,
  kProcessMemory,
  kBreakerOpen,  // the shadow's upstream refuses connections
  kDraining,
  kWorkerBusy,  // the worker is behind with its clients
  kCount,
};

enum class UncomparableReason {
  kIncumbentFailed,
  kComparatorError,
  kDecodeError,
  kNotJson,
  kTooLarge,
  kUnsupported,
  kCompareQueueFull,
  kShuttingDown,
  kOverloaded,  // the candidate shed load: 429 or 503 with Retry-After
  kNotSent,     // no connection or file descriptor was free for the shadow
  kOverBudget,  // its answer was larger than expected, and the mirror's memory used up
  kDescriptor,  // its gRPC messages are not what their descriptor says, or none is known
  kCount,
};

std::string_view ToString(SkipReason reason);  // "serving_rejected", ...
std::string_view ToString(DropReason reason);
std::string_view ToString(UncomparableReason reason);

template <typename Reason>
using PerReason = std::array<std::uint64_t, static_cast<std::size_t>(Reason::kCount)>;

// Which of the requests chosen for mirroring were lost on the way: dropped, or uncomparable for
// want of something of this process's own. By powers of four of the request's bytes (below 256,
// 1 Ki ... 4 MiB and above), of the serving arm's latency (below 1 ms, 4 ms ... 16 s and above),
// and by segment slot (those of header rules; further ones are counted with the last).
struct LossCounts {
  static constexpr std::size_t kBands = 9;
  static constexpr std::size_t kSlots = 64;
  using Bands = std::array<std::uint64_t, kBands>;
  Bands chosen_by_size{};
  Bands lost_by_size{};
  Bands chosen_by_latency{};
  Bands lost_by_latency{};
  std::array<std::uint64_t, kSlots> lost_by_slot{};

  static std::size_t SizeBand(std::uint64_t bytes);
  static std::size_t LatencyBand(Duration latency);
  LossCounts& operator+=(const LossCounts& other);
  LossCounts operator-(const LossCounts& earlier) const;
  bool operator==(const LossCounts&) const = default;
};

// Where one request falls in these.
struct LossBands {
  std::uint8_t size = 0;
  std::uint8_t latency = 0;

  static LossBands Of(std::uint64_t bytes, Duration latency) {
    return {static_cast<std::uint8_t>(LossCounts::SizeBand(bytes)),
            static_cast<std::uint8_t>(LossCounts::LatencyBand(latency))};
  }
};

struct Coverage {
  std::uint64_t eligible = 0;
  std::uint64_t sampled_out = 0;
  std::uint64_t rate_lowered = 0;  // of sampled_out: by the adaptive rate alone
  std::uint64_t mirrored = 0;
  std::uint64_t compared = 0;
  PerReason<SkipReason> skipped{};
  PerReason<DropReason> dropped{};
  PerReason<UncomparableReason> uncomparable{};
  LossCounts loss;

  Coverage& operator+=(const Coverage& other);
  Coverage operator-(const Coverage& earlier) const;
  bool operator==(const Coverage&) const = default;

  std::uint64_t Skipped() const;
  // Of these, requests that nobody was to be asked about: mirroring was off, or their path is none.
  std::uint64_t NotAsked() const;
  std::uint64_t Dropped() const;
  std::uint64_t Uncomparable() const;
  std::uint64_t InFlight() const { return mirrored - compared - Uncomparable(); }
  // Chosen for mirroring: eligible, without what sampling left out and what came while mirroring
  // was off. A killed stretch is counted and shown, and is no loss of the mirror.
  std::uint64_t Chosen() const;
  // Chosen and no longer in flight: what has not ended yet is not lost.
  std::uint64_t Settled() const;
  // compared / Settled(), 0..1; 0 when nothing is settled.
  double Ratio() const;
};

}  // namespace understudy
