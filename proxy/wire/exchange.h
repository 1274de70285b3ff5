// One arm's part of a request: what became of it, when, and a bounded copy of the answer.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "proxy/base/chunk.h"
#include "proxy/base/time.h"
#include "proxy/model/message.h"
#include "proxy/model/sample.h"

namespace understudy {

// How much of an answer's body, without transfer coding, had come, and when.
struct Arrival {
  std::uint64_t bytes = 0;
  Duration after{};  // since the request was sent
};

struct Exchange {
  ArmResult result;
  SteadyTime sent{};
  SteadyTime request_written{};  // the head, and what there was of the body; on a kept connection
  SteadyTime answer_written{};   // the head, and what there was of the body
  bool answer_started = false;   // some byte of the final answer was received
  bool client_failed = false;    // the client left, or stalled; nothing is said about the upstream
  bool request_failed = false;   // the client's body was malformed, stalled or too large
  bool overloaded = false;       // 429, or 503 with Retry-After
  int grpc_status = -1;          // of the answer to a gRPC call; -1: there is none
  bool withheld = false;         // a 5xx that the client did not get, as asked for
  std::string endpoint;          // "host:port" that was asked last, empty before

  // The copy: only when one was asked for and it is whole.
  bool captured = false;
  bool capture_too_large = false;
  bool capture_over_budget = false;
  SliceList head_bytes;  // with its empty line
  SliceList body;        // as it lay on the wire
  Framing framing = Framing::kNone;
  // Of the copy of an answer that did not tell its length and did not come with its head: one for
  // each read. Bounded; beyond, the last one stands for the rest.
  absl::InlinedVector<Arrival, 2> arrivals;

  // Another arm may answer, as long as the client has nothing of this one.
  bool Replaceable() const {
    if (withheld) return true;
    return result.outcome != ExchangeOutcome::kAnswered && !client_failed && !request_failed;
  }
};

}  // namespace understudy
