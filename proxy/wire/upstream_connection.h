// What one exchange has of an endpoint: an HTTP/1.1 connection with its socket, or a stream of an
// HTTP/2 connection that is read and written like one; what was read from it, its deadline.
//
// Threads: one worker's. Ownership: the pool's while idle, the exchange's while in use.
#pragma once

#include <memory>
#include <string>

#include "proxy/async/deadline.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/http2_upstream.h"
#include "proxy/wire/input_buffer.h"
#include "proxy/wire/socket_io.h"
#include "proxy/wire/worker.h"

namespace understudy {

struct EndpointState;

class UpstreamConnection {
 public:
  UpstreamConnection(Worker& worker, EndpointState& to);
  // A stream of a connection that the pool has.
  UpstreamConnection(Worker& worker, EndpointState& to,
                     const std::shared_ptr<Http2Upstream>& connection);
  ~UpstreamConnection();
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  // HTTP/2 from now on: the socket goes to the pool's connection, with the place it took.
  void BecomeStream(const std::shared_ptr<Http2Upstream>& connection);
  bool IsStream() const { return stream != nullptr; }
  // The server has not looked at the request: it may be sent again, whatever it does.
  bool Refused() const { return stream != nullptr && stream->Refused(); }
  // Writes what is taken now.
  WriteResult Write(PendingWrite& write) {
    return stream == nullptr ? write.Try(socket) : stream->Write(write);
  }
  // What there is, into `input`. would_block: nothing is.
  IoResult TryRead() {
    if (stream != nullptr) return stream->TryRead();
    const IoResult got = socket.TryRead(input);
    Took(got);
    return got;
  }
  // Waits for it; Took() is told then.
  Task<IoResult> Read() { return stream != nullptr ? stream->Read() : socket.Read(input); }
  // A stream has put it there already.
  void Took(const IoResult& got) {
    if (stream == nullptr && !got.error) input.Commit(got.bytes);
  }
  Task<IoResult> WaitWritable() {
    return stream != nullptr ? stream->WaitWritable() : socket.WaitWritable();
  }

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
  std::unique_ptr<Http2UpstreamStream> stream;  // HTTP/2's; reads into `input`
  HeadScanner scanner;
  AnswerHead head;
  std::string scratch;  // the request's head as it is sent
  Deadline deadline;
  bool expired = false;
  bool reused = false;
  SteadyTime idle_since{};

 private:
  bool has_place_ = true;  // under the cluster's limit of connections
};

}  // namespace understudy
