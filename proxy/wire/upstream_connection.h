// One HTTP/1.1 connection to an endpoint: its socket, what was read from it, its deadline.
//
// Threads: one worker's. Ownership: the pool's while idle, the exchange's while in use.
#pragma once

#include <memory>
#include <string>

#include "proxy/async/deadline.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/input_buffer.h"
#include "proxy/wire/worker.h"

namespace understudy {

struct EndpointState;

class UpstreamConnection {
 public:
  UpstreamConnection(Worker& worker, EndpointState& to);
  ~UpstreamConnection();
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  // Once connected, where no client waits for the answers: clients never wait behind more than a
  // short read of one.
  void ReadInSmallTurns();
  // Wakes whoever waits on the socket; it then finds `expired` or the client gone.
  void Interrupt();
  // Interrupts when nothing re-arms or disarms it in time; sets `expired`.
  void ExpireAfter(Duration limit) { ExpireAfter(limit, SteadyNow()); }
  void ExpireAfter(Duration limit, SteadyTime now) {
    expired = false;
    deadline.Arm(limit, now);
  }

  EndpointState& endpoint;
  TcpSocket socket;
  InputBuffer input;
  HeadScanner scanner;
  AnswerHead head;
  std::string scratch;  // the request's head as it is sent
  Deadline deadline;
  bool expired = false;
  bool reused = false;
  SteadyTime idle_since{};
};

}  // namespace understudy
