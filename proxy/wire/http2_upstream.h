// An HTTP/2 connection to an endpoint, and its streams: each carries one exchange, and is written
// and read as an HTTP/1.1 connection would be, which is what the exchange believes it has.
//
// Threads: one worker's. Ownership: the connection's coroutine and its streams keep it alive; the
// pool knows it until it is over.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "proxy/async/clock.h"
#include "proxy/async/reactor.h"
#include "proxy/wire/http2_body.h"
#include "proxy/wire/http2_window.h"
#include "proxy/wire/http2_wire.h"
#include "proxy/wire/socket_io.h"

namespace understudy {

struct EndpointState;
class Http2UpstreamStream;

class Http2Upstream final : public Http2Wire {
 public:
  // Takes a connected socket over, and its place under the cluster's limit of connections.
  Http2Upstream(Worker& worker, TcpSocket socket, EndpointState& endpoint);
  static Task<> Run(std::shared_ptr<Http2Upstream> self);

  // A stream can be begun now.
  bool HasRoom() const;
  std::shared_ptr<Http2Upstream> Self() {
    return std::static_pointer_cast<Http2Upstream>(shared_from_this());
  }
  std::string_view Scheme() const { return scheme_; }
  const Http2Limits& Limits() const { return limits_; }
  void Begun(Http2UpstreamStream& stream) { streams_.insert(&stream); }
  void Ended(Http2UpstreamStream& stream);
  bool Idle() const { return streams_.empty(); }
  SteadyTime IdleSince() const { return idle_since_; }
  // Others come first after short reads.
  void ReadInSmallTurns();
  // GOAWAY, and no more.
  void Leave();
  // The pool goes: whatever is under way is cut.
  void Forget();
  // Gives its place up.
  void LeavePool();

 private:
  void OnQuiet();

  // Http2Wire
  void OnTurn() override { heard_ = RecentNow(); }
  void OnOver() override;
  // Http2Session::Events
  void OnHead(std::int32_t stream, void* object, Http2Block& block, bool ends) override;
  void OnData(void* object, std::string_view payload) override;
  void OnEnd(void* object, std::string_view trailers) override;
  void OnClosed(std::int32_t stream, void* object, std::uint32_t code) override;
  void OnSent(void* object, std::size_t bytes) override;
  void OnSentEnd(std::int32_t, void*) override {}
  void OnGoAway(std::int32_t last_stream) override;
  void OnSettings() override;
  void OnPong() override;

  const Http2Limits limits_;
  const Duration ping_interval_;  // zero: none
  const Duration pong_within_;
  EndpointState* endpoint_;  // null once it has left the pool
  absl::flat_hash_set<Http2UpstreamStream*> streams_;
  bool ready_ = false;  // the server has said how many streams it takes
  bool going_away_ = false;
  SteadyTime idle_since_;
  const std::string_view scheme_;
  SteadyTime heard_;
  Deadline quiet_;
  bool pinged_ = false;
};

class Http2UpstreamStream {
 public:
  // What comes goes into `input`, which outlives this.
  Http2UpstreamStream(std::shared_ptr<Http2Upstream> connection, InputBuffer& input);
  ~Http2UpstreamStream();
  Http2UpstreamStream(const Http2UpstreamStream&) = delete;
  Http2UpstreamStream& operator=(const Http2UpstreamStream&) = delete;

  // A request's head, whole in the first piece, and then its body.
  WriteResult Write(PendingWrite& write);
  Task<IoResult> WaitWritable();
  // Whether something has come into the buffer: no error, and no bytes to commit.
  IoResult TryRead();
  Task<IoResult> Read();
  // Ends the waits.
  void Interrupt();
  // The server has not looked at the request: it may be sent again, whatever it does.
  bool Refused() const { return refused_; }
  void ReadInSmallTurns() { connection_->ReadInSmallTurns(); }

 private:
  friend class Http2Upstream;
  bool Begin(std::string_view text);  // the head as HTTP/1.1 has it
  void TakeOn();
  void Head(Http2Block& block, bool ends);
  void Closed(std::uint32_t code);
  void Wake() {
    fresh_ = true;
    reader_.Wake();
  }

  const std::shared_ptr<Http2Upstream> connection_;
  InputBuffer& input_;
  std::int32_t stream_ = 0;  // 0: not begun
  Http2Incoming incoming_;
  Http2Outgoing outgoing_;
  Http2Window window_;
  std::size_t received_ = 0;
  std::size_t taken_on_ = 0;
  Waiter reader_;
  Waiter writer_;
  bool fresh_ = false;
  bool interrupted_ = false;
  bool closed_ = false;
  bool refused_ = false;
  int interim_ = 0;
};

}  // namespace understudy
