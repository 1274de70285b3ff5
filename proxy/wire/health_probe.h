// One question to one endpoint: GET, and whether a 2xx answer came in time. On a connection of its
// own that is closed afterwards; what is read is bounded.
//
// Threads: one loop's. Ownership: a probe outlives its Run().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/async/deadline.h"
#include "proxy/async/task.h"
#include "proxy/model/topology.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/input_buffer.h"
#include "proxy/wire/probe_stream.h"

namespace understudy {

struct ProbeTarget {
  SocketAddress address;
  std::string authority;  // the Host header
  std::string path;
  Duration timeout{};  // from the name's look-up to the answer's head
  UpstreamProtocol protocol = UpstreamProtocol::kHttp1;
  std::shared_ptr<const TlsContext> tls = {};  // null: plaintext
  std::string server_name = {};                // what its certificate must have, with `tls`
};

struct ProbeResult {
  bool passed = false;
  std::string reason;  // "GET /ready was answered with 503"; no byte of the answer's own text
};

class HealthProbe {
 public:
  HealthProbe(const Executor& executor, DeadlineWheel& deadlines, ProbeTarget target);

  // Once.
  Task<ProbeResult> Run();
  // Ends it soon, with whatever result.
  void Cancel();

 private:
  Task<bool> Resolve();
  Task<bool> Connect();
  Task<bool> Secure();
  Task<bool> Ask();
  Task<bool> AskHttp2();
  Task<bool> ReadHead();
  Task<> DiscardBody();
  // Keeps the first reason; a wait that was too long explains every error after it.
  bool Fault(std::string_view what);

  const Executor executor_;
  const ProbeTarget target_;
  Socket socket_;
  ProbeStream stream_{socket_};
  Deadline deadline_;
  bool expired_ = false;
  std::vector<asio::ip::tcp::endpoint> addresses_;
  InputBuffer input_;
  AnswerHead head_;
  ProbeResult result_;
};

}  // namespace understudy
