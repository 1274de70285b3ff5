// One line per request for clients' traffic, behind an interface that workers can afford.
//
// Threads: Wants() and Write() are called on workers and never wait for the disk or for each other.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/base/time.h"
#include "proxy/model/sample.h"

namespace understudy {

// Views are borrowed for the call of Write().
struct AccessEntry {
  WallTime at{};                    // when the request's head was read
  std::string_view request_id;      // the pair's id
  std::string_view client_address;  // "192.0.2.1:40312"
  std::string_view protocol;        // "HTTP/1.1", "HTTP/2"
  std::string_view method;
  std::string_view path;        // a query is removed by the log
  std::string_view route;       // empty: no route matched
  std::string_view cluster;     // the arm that answered; empty: none
  std::string_view arm;         // "incumbent", "candidate", "fallback"; empty: none
  int status = 0;               // what the client got, or a grpc-status amounts to; 0: nothing
  int grpc_status = -1;         // of a server's answer to a gRPC call; -1: it is none
  std::uint64_t bytes_in = 0;   // of the request's body
  std::uint64_t bytes_out = 0;  // of the answer's body
  Duration total{};             // request head read to answer's end
  Duration first_byte{};        // request sent to answer's first byte
  ExchangeOutcome outcome = ExchangeOutcome::kAnswered;  // of the serving exchange
  bool mirrored = false;
  std::string_view not_mirrored;  // why not: a skip or drop reason, "sampled_out", or empty
};

class AccessLog {
 public:
  virtual ~AccessLog() = default;
  // Asked first and cheap. `hash`: any uniform hash of the request, for the sampled mode. A status
  // of 0 or from 500 counts as an error.
  virtual bool Wants(int status, std::uint64_t hash) const = 0;
  virtual void Write(const AccessEntry& entry) = 0;
};

}  // namespace understudy
