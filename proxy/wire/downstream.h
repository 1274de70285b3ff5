// A client's HTTP/1.1 connection: reads one request head after the other, hands each to the
// handler, carries the answer back.
//
// Threads: one worker's. Ownership: kept alive by the coroutine of Run() and by callbacks that
// watch the socket. A failed client ends the connection, never anything else.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "proxy/async/deadline.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/wire/answer_sink.h"
#include "proxy/wire/head_writer.h"
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

class Downstream : public AnswerSink, public std::enable_shared_from_this<Downstream> {
 public:
  Downstream(Worker& worker, TcpSocket socket, const ListenerConfig& listener);
  ~Downstream() override;
  Downstream(const Downstream&) = delete;
  Downstream& operator=(const Downstream&) = delete;

  // The life of the connection.
  static Task<> Run(std::shared_ptr<Downstream> self, RequestHandler& handler);
  // Closes an idle connection; one that is being served closes after its answer.
  void CloseWhenIdle();
  // Cuts the connection whatever it does.
  void Cut();

  // --- for the handler ---
  const RequestHead& Request() const { return request_; }
  // The request's head as it lay on the wire, with its empty line.
  std::string_view RequestHeadBytes() const { return head_bytes_; }
  const ChunkRef& HeadHolder() const { return head_holder_; }
  std::string_view ClientAddress() const { return client_address_; }
  SteadyTime RequestStart() const { return request_start_; }
  Worker& OwnWorker() { return worker_; }
  const ListenerConfig& Listener() const { return listener_; }

  // Body bytes: what has arrived behind the head, and waiting for more.
  InputBuffer& Input() { return input_; }
  enum class ReadStatus { kBytes, kClosed, kTimeout };
  Task<ReadStatus> ReadMore();
  // Wakes a pending ReadMore(), which then says kTimeout.
  void InterruptRead();
  // Sends 100 Continue when the client waits for it; at most once per request.
  void InviteBody();

  // Answers made here: a JSON body {"error": ..., "reason": ...} and x-understudy-reason.
  Task<> Reply(int status, std::string_view reason, std::string_view sentence, bool close = false);

  // AnswerSink
  WriteResult Start(const AnswerHead& head, std::string_view bytes, bool body_done) override;
  WriteResult More(std::string_view bytes, bool body_done) override;
  WriteResult Interim(const AnswerHead& head) override;
  Task<WriteResult> Flush() override;
  bool Left() const override { return left_; }

  // Shown on answers as x-understudy-arm while not empty; must stay until the answer's head is out.
  void ShowArm(std::string_view arm) { shown_arm_ = arm; }
  bool Answered() const { return answer_status_ != 0; }
  int AnswerStatus() const { return answer_status_; }
  std::uint64_t AnswerBytes() const { return answer_bytes_; }
  // The connection closes after this request.
  void CloseAfter() { close_ = true; }
  bool ClosesAfter() const { return close_; }
  // The answer broke after its head was sent: the client must see that, so RST. It has not left.
  void Abort();

  // While `waiting` is set a client that leaves wakes it. Looked at once a while, not per request.
  void WatchWhile(Interruptible* waiting) {
    WatchWhile(waiting, waiting == nullptr ? SteadyTime{} : RecentNow());
  }
  void WatchWhile(Interruptible* waiting, SteadyTime now);

 private:
  static constexpr Duration kWatchAfter = std::chrono::milliseconds(40);

  enum class HeadResult { kRead, kClosed, kRefused };
  Task<HeadResult> ReadHead();
  Task<bool> AwaitBytes();
  Task<> Linger();
  void BeginRequest();
  WriteResult Write(std::string_view first, std::string_view second, std::string_view third = {});
  void LookAtClient();
  void WaitForEvent(bool reset_only);
  void ClientIsGone();
  void Drop();  // it does not behave; as if it had left

  Worker& worker_;
  TcpSocket socket_;
  const ListenerConfig listener_;
  std::string client_address_;
  InputBuffer input_;
  HeadScanner scanner_;
  RequestHead request_;
  std::string_view head_bytes_;
  SteadyTime request_start_{};
  ChunkRef head_holder_;  // keeps the head's bytes while the body is read
  Deadline deadline_;     // of reads
  Deadline write_deadline_;
  Deadline watch_;
  bool expired_ = false;
  bool write_expired_ = false;
  bool close_ = false;
  bool left_ = false;
  bool idle_ = false;
  bool invited_ = false;
  bool half_closed_ = false;
  bool rechunk_ = false;  // the upstream's body has no end of its own and is sent chunked
  bool unchunk_ = false;  // an HTTP/1.0 client gets the payload alone
  int answer_status_ = 0;
  std::uint64_t answer_bytes_ = 0;
  std::string_view shown_arm_;
  Interruptible* waiting_ = nullptr;
  std::string head_out_;  // the head, or a chunk's framing, while it is written
  std::string tail_out_;
  PendingWrite pending_;
  std::unique_ptr<class BodyScanner> unchunker_;
  std::string unchunked_;
};

}  // namespace understudy
