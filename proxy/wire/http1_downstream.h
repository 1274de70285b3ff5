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
#include "proxy/wire/client_connection.h"
#include "proxy/wire/downstream.h"
#include "proxy/wire/head_writer.h"
#include "proxy/wire/socket_io.h"

namespace understudy {

class Http1Downstream final : public Downstream,
                              public ClientConnection,
                              public std::enable_shared_from_this<Http1Downstream> {
 public:
  // `listener` outlives the connection.
  Http1Downstream(Worker& worker, TcpSocket socket, const ListenerConfig& listener);
  ~Http1Downstream() override;
  Http1Downstream(const Http1Downstream&) = delete;
  Http1Downstream& operator=(const Http1Downstream&) = delete;

  // The life of the connection. True: the client speaks HTTP/2 by prior knowledge; its preface is
  // in Input(), and the socket is to be taken over.
  static Task<bool> Run(std::shared_ptr<Http1Downstream> self, RequestHandler& handler);
  TcpSocket TakeSocket() { return std::move(socket_); }

  // ClientConnection
  void CloseWhenIdle() override;
  void Cut() override;

  // Downstream
  std::string_view ClientAddress() const override { return client_address_; }
  std::string_view Protocol() const override {
    return request_.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  }
  Task<ReadStatus> ReadMore() override;
  void InterruptRead() override;
  void InviteBody() override;
  Task<> Reply(int status, std::string_view reason, std::string_view sentence,
               bool close = false) override;
  void Abort(int status, std::string_view reason, std::string_view sentence) override;
  // Looked at once a while, not per request.
  void WatchWhile(Interruptible* waiting, SteadyTime now) override;
  using Downstream::WatchWhile;

  // AnswerSink
  WriteResult Start(const AnswerHead& head, std::string_view bytes, bool body_done) override;
  WriteResult More(std::string_view bytes, bool body_done) override;
  WriteResult Interim(const AnswerHead& head) override;
  Task<WriteResult> Flush() override;

 private:
  static constexpr Duration kWatchAfter = std::chrono::milliseconds(40);

  enum class HeadResult { kRead, kClosed, kRefused, kHttp2 };
  Task<HeadResult> ReadHead();
  Task<bool> AwaitBytes();
  Task<> Linger();
  void BeginRequest();
  WriteResult Write(std::string_view first, std::string_view second, std::string_view third = {});
  void LookAtClient();
  void WaitForEvent(bool reset_only);
  void ClientIsGone();
  void Drop();  // it does not behave; as if it had left

  TcpSocket socket_;
  std::string client_address_;
  HeadScanner scanner_;
  Deadline deadline_;  // of reads
  Deadline write_deadline_;
  Deadline watch_;
  bool expired_ = false;
  bool write_expired_ = false;
  bool idle_ = false;
  bool served_ = false;  // a request was read: what follows is HTTP/1.1
  bool invited_ = false;
  bool half_closed_ = false;
  bool rechunk_ = false;  // the upstream's body has no end of its own and is sent chunked
  bool unchunk_ = false;  // an HTTP/1.0 client gets the payload alone
  std::string head_out_;  // the head, or a chunk's framing, while it is written
  std::string tail_out_;
  PendingWrite pending_;
  std::unique_ptr<class BodyScanner> unchunker_;
  std::string unchunked_;
};

}  // namespace understudy
