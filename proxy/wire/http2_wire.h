// The socket under an HTTP/2 session: what arrives goes to the session, what the session has to say
// at the end of a turn of the loop goes out in one write.
//
// Threads: one worker's. Ownership: kept alive by its coroutines.
#pragma once

#include <memory>
#include <string>

#include "proxy/async/deadline.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/wire/http2_session.h"
#include "proxy/wire/http2_window.h"
#include "proxy/wire/input_buffer.h"
#include "proxy/wire/worker.h"

namespace understudy {

class Http2Wire : public Http2Session::Events, public std::enable_shared_from_this<Http2Wire> {
 public:
  // `stall`: how long the peer may take nothing of what is written.
  Http2Wire(Worker& worker, TcpSocket socket, Http2Session::Side side, const Http2Limits& limits,
            const Http2BlockLimits& block_limits, Duration stall);
  ~Http2Wire() override = default;

  Http2Session& Session() { return session_; }
  Worker& OwnWorker() { return worker_; }
  bool Over() const { return over_; }
  // Something was submitted: it is written at the end of this turn.
  void FlushSoon() { flush_.Ask(); }
  // Of bodies: so many bytes came, and so many were passed on. The connection's window bounds what
  // is on its way alone; what waits here is bounded by the streams' windows.
  void Arrived(std::size_t bytes) {
    waiting_ += bytes;
    session_.TakeOffConnection(bytes);
  }
  void PassedOn(std::size_t bytes) { waiting_ -= bytes; }
  // Of a stream's body so much was taken on: as much may come again.
  void TookOn(std::int32_t stream, Http2Window& window, std::size_t bytes);
  void GiveBack(Http2Window& window) { window.GiveBack(window_room_); }
  // So much waits here that the peer may have to stop before long.
  bool Crowded() const { return waiting_ > window_ / 2; }

 protected:
  // Reads until the peer ends, breaks the protocol or is cut; bytes in input_ come first.
  Task<> Read();
  // Frames were read.
  virtual void OnTurn() = 0;
  // The peer is gone, or takes nothing; called once.
  virtual void OnOver() = 0;
  // It takes nothing, and is given up.
  virtual void OnStall() {}
  bool Stopping() const { return stopping_; }
  // It takes no more, and is read to its end.
  bool Deaf() const { return deaf_; }
  // Writes what there is to be said, as far as the socket takes it.
  void LastWords() {
    if (over_ || writing_ || deaf_) return;
    session_.Produce(out_, kMostInOneWrite);
    WriteOut();
  }
  // Read() ends; what there is to be said is still said.
  void Stop() {
    stopping_ = true;
    socket_.Cancel();
  }
  // Ends at once, whatever is still to be written.
  void End();
  // What was produced is written; the peer has a moment to read it before the socket closes.
  Task<> Linger();

  Worker& worker_;
  TcpSocket socket_;
  InputBuffer input_;
  Http2Session session_;

 private:
  static constexpr std::size_t kMostInOneWrite = 256u << 10;

  void Flush();
  static Task<> WriteRest(std::shared_ptr<Http2Wire> self);
  bool WriteOut();
  // The peer takes no more. What it had said before is still read: answers, or a GOAWAY that tells
  // which requests it has not looked at.
  void PeerIsDeaf();

  TurnEnd flush_;
  Deadline write_deadline_;
  const Duration stall_;
  const std::uint64_t window_;
  std::uint64_t window_room_;  // what streams' windows may have beyond their first ones
  std::uint64_t waiting_ = 0;  // bytes of bodies that came and were not passed on
  std::string out_;
  std::size_t written_ = 0;
  bool writing_ = false;  // WriteRest() waits for room
  Waiter rest_written_;
  bool stopping_ = false;
  bool deaf_ = false;
  bool over_ = false;
};

}  // namespace understudy
