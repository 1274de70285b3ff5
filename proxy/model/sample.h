// A sample: one compared pair on its way to the evidence. Values only; made on a compare thread,
// consumed on the control thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "proxy/base/time.h"

namespace understudy {

// How an arm's exchange ended. Anything but kAnswered is a failed upstream, and a value, not an
// exception: a candidate that times out is evidence.
enum class ExchangeOutcome {
  kAnswered,
  kConnectRefused,
  kUnknownHost,  // its name has no address
  kConnectTimeout,
  kFirstByteTimeout,
  kIdleTimeout,  // the answer stalled after its head
  kTotalTimeout,
  kReset,          // the connection broke before or inside the answer
  kInvalidAnswer,  // bytes that are no HTTP answer
  kNoHealthyEndpoint,
  kPoolExhausted,
  kNoDescriptors,  // this process has no file descriptor left; says nothing about the upstream
  kCancelled,      // the client left
  kTlsFailed,      // no TLS with the server: its certificate does not hold, or nothing is agreed on
};

std::string_view ToString(ExchangeOutcome outcome);  // "answered", "connect_refused", ...

struct ArmResult {
  ExchangeOutcome outcome = ExchangeOutcome::kCancelled;
  // Of the answer, 0 without one. Of a gRPC call that was answered 200: what its grpc-status
  // amounts to.
  int status = 0;
  Duration latency{};       // request sent to answer complete
  Duration first_byte{};    // request sent to first byte of the answer
  std::uint64_t bytes = 0;  // of the answer's body

  // What error_rate counts: no whole answer, or a 5xx one.
  bool IsError() const { return outcome != ExchangeOutcome::kAnswered || status >= 500; }
};

struct SampleScore {
  std::uint16_t comparator = 0;  // index in the route's list of comparators
  double divergence = 0;         // in [0,1]
};

using SampleScores = absl::InlinedVector<SampleScore, 4>;

// The score of a comparator, or null.
inline const SampleScore* FindScore(const SampleScores& scores, std::uint16_t comparator) {
  for (const SampleScore& score : scores) {
    if (score.comparator == comparator) return &score;
  }
  return nullptr;
}

// A number that both answers name, or that was measured of both, each as share of its cap.
struct SampleValue {
  std::uint16_t rule = 0;  // index in the route's list of values
  bool present = false;    // in both answers
  double incumbent = 0;    // in [0,1]; what is above the cap counts as 1
  double candidate = 0;
  Duration incumbent_time{};  // of a value that is a time, uncapped
  Duration candidate_time{};
};

// What each answer decided, where the route says how to read that.
struct SampleDecision {
  bool incumbent = false;
  bool candidate = false;
};

struct Sample {
  std::string route;
  std::string candidate;     // cluster name
  std::uint64_t window = 0;  // which evidence window the request belonged to when it was served
  WallTime at{};
  bool candidate_served = false;
  bool retry = false;          // the same request once more: shown, not counted
  std::uint64_t work_key = 0;  // equal for requests that are retries of each other; 0: unknown
  ArmResult incumbent;
  ArmResult candidate_result;
  SampleScores scores;   // every comparator that compared
  SampleScores control;  // the same of the incumbent's own second answer, if it was asked
  // Where that differs from the first, array indexes folded, each place once; none: there was no
  // second answer.
  std::optional<std::vector<std::string>> control_places;
  std::vector<SampleValue> values;  // per value rule
  std::optional<SampleDecision> decision;
  std::vector<std::uint16_t> segments;  // per segment rule: index into values, then other, unknown
  std::vector<std::uint32_t> ignore_hits;  // per ignore rule
};

}  // namespace understudy
