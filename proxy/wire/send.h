// One arm's exchange: the request goes to an endpoint of a cluster, the answer streams back into a
// sink while it arrives. A failed upstream is a value in the Exchange, never an exception.
//
// Threads: one worker's. Everything an Outbound points to outlives Send().
#pragma once

#include <cstdint>
#include <memory>

#include "proxy/wire/answer_sink.h"
#include "proxy/wire/downstream.h"
#include "proxy/wire/exchange.h"
#include "proxy/wire/head_writer.h"
#include "proxy/wire/request_body.h"
#include "proxy/wire/upstream_pool.h"
#include "proxy/wire/worker.h"

namespace understudy {

// Whoever pays for a copy of an answer while it grows.
class CopyBudget {
 public:
  virtual ~CopyBudget() = default;
  // False: no more than `bytes` in all may be kept.
  virtual bool Covers(std::size_t bytes) = 0;
};

struct Outbound {
  std::shared_ptr<UpstreamCluster> cluster;
  const RequestHead* head = nullptr;
  RequestRewrite rewrite;  // its cluster and endpoint are filled in by Send()
  RequestBody* body = nullptr;
  Downstream* client = nullptr;            // null for shadows
  bool may_repeat = false;                 // delivering the request twice is harmless
  bool withhold_5xx = false;               // the client does not get a 5xx: another arm answers
  std::uint64_t capture_limit = 0;         // bytes of the answer's body to copy at most; 0: no copy
  CopyBudget* copy_budget = nullptr;       // null: none beside the limit
  Duration first_byte = Duration::zero();  // zero: no limit
  Duration total = Duration::zero();
  // When the client of a gRPC call gives up: the server is told what is left until then, and what
  // has not been answered by then is the server's failure. Zero: it said nothing.
  SteadyTime deadline{};
};

Task<> Send(Worker& worker, const Outbound& outbound, Exchange& exchange);

}  // namespace understudy
