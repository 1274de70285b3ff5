// One request of a client and the way back for its answer, whatever version of HTTP carries them. A
// body is read as HTTP/1.1 frames it, and its answer is given as HTTP/1.1 frames it: HTTP/2 streams
// put that form on and take it off (docs/decisions/0020-one-form-of-messages.md).
//
// Threads: one worker's. A failed client ends its own connection or stream, never anything else.
#pragma once

#include <string_view>

#include "proxy/async/task.h"
#include "proxy/wire/answer_sink.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/input_buffer.h"
#include "proxy/wire/worker.h"

namespace understudy {

class Downstream;

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // Serves the request whose head was just read. Returns when the client has its whole answer or
  // never will; `client.Request()` and its bytes stay until then.
  virtual Task<> Serve(Downstream& client) = 0;
  // A head was refused; `client.AnswerStatus()` is out. Of the request nothing is known.
  virtual void Refused(Downstream& client) = 0;
};

// Something that waits on behalf of a client and can be woken when the client leaves.
class Interruptible {
 public:
  virtual ~Interruptible() = default;
  virtual void ClientLeft() = 0;
};

class Downstream : public AnswerSink {
 public:
  const RequestHead& Request() const { return request_; }
  // The request's head as it lay on the wire, with its empty line; of HTTP/2 as HTTP/1.1 writes it.
  std::string_view RequestHeadBytes() const { return head_bytes_; }
  const ChunkRef& HeadHolder() const { return head_holder_; }
  virtual std::string_view ClientAddress() const = 0;
  bool Https() const { return listener_.tls.has_value(); }
  SteadyTime RequestStart() const { return request_start_; }
  Worker& OwnWorker() { return worker_; }
  const ListenerConfig& Listener() const { return listener_; }
  // As the access log names it.
  virtual std::string_view Protocol() const = 0;

  // Body bytes: what has arrived behind the head, and waiting for more.
  InputBuffer& Input() { return input_; }
  enum class ReadStatus { kBytes, kClosed, kTimeout };
  virtual Task<ReadStatus> ReadMore() = 0;
  // Wakes a pending ReadMore(), which then says kTimeout.
  virtual void InterruptRead() = 0;
  // Sends 100 Continue when the client waits for it; at most once per request.
  virtual void InviteBody() = 0;

  // Answers made here: a JSON body {"error": ..., "reason": ...} and x-understudy-reason. With gRPC
  // over HTTP/2: the grpc-status and grpc-message that this amounts to.
  virtual Task<> Reply(int status, std::string_view reason, std::string_view sentence,
                       bool close = false) = 0;

  // AnswerSink
  bool Left() const override { return left_; }

  // Shown on answers as x-understudy-arm while not empty; must stay until the answer's head is out.
  void ShowArm(std::string_view arm) { shown_arm_ = arm; }
  bool Answered() const { return answer_status_ != 0; }
  // Of a failure that gRPC was told: what it amounts to in HTTP.
  int AnswerStatus() const { return answer_status_; }
  std::uint64_t AnswerBytes() const { return answer_bytes_; }
  // Nothing more of the client can be trusted or is waited for: an HTTP/1.1 connection closes after
  // this request.
  void CloseAfter() { close_ = true; }
  bool ClosesAfter() const { return close_; }
  // The answer broke after its head was sent, and the client must see that: a reset, or with gRPC
  // trailers that say so. It has not left.
  virtual void Abort(int status, std::string_view reason, std::string_view sentence) = 0;

  // While `waiting` is set a client that leaves wakes it.
  void WatchWhile(Interruptible* waiting) {
    WatchWhile(waiting, waiting == nullptr ? SteadyTime{} : RecentNow());
  }
  virtual void WatchWhile(Interruptible* waiting, SteadyTime now) = 0;

 protected:
  Downstream(Worker& worker, const ListenerConfig& listener)
      : worker_(worker), listener_(listener) {}

  Worker& worker_;
  const ListenerConfig& listener_;
  RequestHead request_;
  std::string_view head_bytes_;
  SteadyTime request_start_{};
  ChunkRef head_holder_;  // keeps the head's bytes while the body is read
  InputBuffer input_;
  bool close_ = false;
  bool left_ = false;
  int answer_status_ = 0;
  std::uint64_t answer_bytes_ = 0;
  std::string_view shown_arm_;
  Interruptible* waiting_ = nullptr;
};

}  // namespace understudy
