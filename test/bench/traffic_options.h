// The command line of bench_traffic.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "test/bench/load.h"
#include "test/bench/stub.h"

namespace understudy::bench {

struct TrafficOptions {
  LoadOptions load;
  std::vector<StubOptions> stubs;
  std::size_t body_bytes = 200;     // of requests
  std::size_t answer_bytes = 1024;  // what clients expect
  int answer_events = 0;            // above 0: a stream of so many events instead
  bool spins = false;
  double most_seconds = 60;
};

inline constexpr const char* kTrafficUsage =
    R"(bench_traffic: clients and model servers of scripts/bench, in one thread.
  --stub=KIND[,NAME=VALUE...]   a model server; may be given several times
      answer    bytes=N (0: no body), delay_ms=N, differ_every=N
      stream    events=N for each stream, per_second=N over all streams
      silent    reads and never answers
      full      its backlog is full and nothing is accepted
      refuse    connecting is refused
      and for each of them port=N (0: any) and http2=1 (h2c, calls of gRPC's form)
  --connections=N   client connections
  --streams=N       of HTTP/2 on each, with calls of gRPC's form; 0: HTTP/1.1
  --rate=N          requests a second; 0: each client asks when it has its answer
  --gap-us=N        one request at a time, so long after all stubs have answered the last one
  --requests=N      then stay connected and idle; 0: no limit
  --body=N          bytes of a request's body
  --answer=N, --answer-events=N   what clients expect
  --spin            never block, so that schedules are kept to the microsecond
  --seconds=N       end after that time in any case
Prints one JSON line when the model servers are there, and one for each command read from standard
input: `load PORT` begins, `mark` tells the counters since the beginning and the quantiles since the
last mark, `stop` sends no more requests, `quit` (or the end of the input) ends.
)";

// False: not understood, which is said on standard error.
bool ReadTrafficOptions(const std::vector<std::string>& words, TrafficOptions& out);

}  // namespace understudy::bench
