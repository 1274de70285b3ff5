// One request of an HTTP/2 connection: a stream.
//
// Threads: one worker's. Ownership: the connection's until the stream is closed, and its
// coroutine's until it has served it. The connection outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/async/deadline.h"
#include "proxy/async/reactor.h"
#include "proxy/wire/downstream.h"
#include "proxy/wire/http2_body.h"
#include "proxy/wire/http2_connection.h"
#include "proxy/wire/http2_window.h"

namespace understudy {

class Http2Request final : public Downstream {
 public:
  Http2Request(Http2Connection& connection, std::int32_t stream);
  ~Http2Request() override;

  // Reads the head. Nothing: it can be served; else why not.
  std::optional<HeadError> Begin(Http2Block& block, bool ends);
  // Its coroutine is about to start: what has come of its body is there.
  void BeginServing() { Take(); }
  // The refusal of a head, as an answer.
  void Refuse(const HeadError& error);
  // Its coroutine is over: what has not been answered never will be.
  void Finish();

  // What the connection hears of the stream.
  void Data(std::string_view payload);
  void End(std::string_view trailers);
  void Closed(bool whole);
  void Sent();
  void SentEnd();

  std::int32_t Stream() const { return stream_; }

  // Downstream
  std::string_view ClientAddress() const override { return connection_.ClientAddress(); }
  std::string_view Protocol() const override { return "HTTP/2"; }
  Task<ReadStatus> ReadMore() override;
  void InterruptRead() override;
  void InviteBody() override;
  Task<> Reply(int status, std::string_view reason, std::string_view sentence,
               bool close = false) override;
  void Abort(int status, std::string_view reason, std::string_view sentence) override;
  void WatchWhile(Interruptible* waiting, SteadyTime) override {
    waiting_ = waiting;
    if (waiting != nullptr && left_) waiting->ClientLeft();
  }
  using Downstream::WatchWhile;

  // AnswerSink
  WriteResult Start(const AnswerHead& head, std::string_view bytes, bool body_done) override;
  WriteResult More(std::string_view bytes, bool body_done) override;
  WriteResult Interim(const AnswerHead& head) override;
  Task<WriteResult> Flush() override;

 private:
  bool Take() {
    incoming_.MoveInto(input_);
    return std::exchange(fresh_, false);
  }
  // gRPC's client may say nothing for as long as its answer goes on; so may both sides of a tunnel.
  bool MayPause() const { return request_.upgrade || (request_.grpc && Answered()); }
  void ClientIsGone();
  void Answer(int status, std::string_view reason, std::string_view sentence);
  void AnswerGrpc(int status, std::string_view reason, std::string_view sentence);
  WriteResult Progress();

  Http2Connection& connection_;
  const std::int32_t stream_;
  Http2Incoming incoming_;
  Http2Outgoing outgoing_;
  Http2Window window_;
  std::size_t received_ = 0;
  std::size_t passed_on_ = 0;
  Waiter reader_;
  Waiter writer_;
  Deadline read_deadline_;
  Deadline write_deadline_;
  bool request_ended_ = false;
  bool fresh_ = false;  // bytes came that nobody has looked at
  bool invited_ = false;
  bool closed_ = false;
  bool sent_end_ = false;
};

}  // namespace understudy
