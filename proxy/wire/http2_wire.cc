// Reading and writing.
#include "proxy/wire/http2_wire.h"

#include <utility>

#include "proxy/async/clock.h"

namespace understudy {
namespace {

constexpr int kMostWrites = 4;  // in a turn; then others come first
constexpr std::size_t kMostKept = 64u << 10;
// For what a peer that takes no more has said before.
constexpr Duration kPatience = std::chrono::seconds(1);

}  // namespace

Http2Wire::Http2Wire(Worker& worker, TcpSocket socket, Http2Session::Side side,
                     const Http2Limits& limits, const Http2BlockLimits& block_limits,
                     Duration stall)
    : worker_(worker),
      socket_(std::move(socket)),
      session_(side, *this, limits, block_limits),
      flush_(
          worker.reactor, [](void* self) { static_cast<Http2Wire*>(self)->Flush(); }, this),
      write_deadline_(
          worker.deadlines,
          [](void* self) {
            auto* const wire = static_cast<Http2Wire*>(self);
            if (!wire->deaf_) wire->OnStall();
            wire->End();
          },
          this),
      stall_(stall),
      window_(limits.connection_window),
      window_room_(limits.connection_window),
      rest_written_(worker.reactor) {}

Task<> Http2Wire::Read() {
  while (!over_ && !stopping_) {
    if (!input_.Empty()) {
      const bool more = session_.Receive(input_.Bytes(), RecentNow());
      input_.Consume(input_.Bytes().size());
      OnTurn();
      FlushSoon();
      if (!more || over_ || stopping_) break;
    }
    IoResult got = socket_.TryRead(input_);
    if (got.Blocked()) got = co_await socket_.Read(input_);
    if (got.error) break;
    input_.Commit(got.bytes);
  }
}

void Http2Wire::TookOn(std::int32_t stream, Http2Window& window, std::size_t bytes) {
  session_.TakeOff(stream, bytes);
  if (window.Took(bytes) && window.Tune(RecentNow(), socket_.RoundTrip(), window_room_)) {
    session_.SetWindow(stream, window.Bytes());
  }
  FlushSoon();
}

// False: the socket is full, or broken.
bool Http2Wire::WriteOut() {
  while (written_ < out_.size()) {
    const ssize_t sent = socket_.SendNow(std::string_view(out_).substr(written_));
    if (sent < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) PeerIsDeaf();
      return false;
    }
    written_ += static_cast<std::size_t>(sent);
  }
  written_ = 0;
  out_.clear();
  if (out_.capacity() > kMostKept) out_.shrink_to_fit();
  return true;
}

void Http2Wire::Flush() {
  if (over_ || writing_ || deaf_) return;
  for (int writes = 0; writes < kMostWrites; ++writes) {
    session_.Produce(out_, kMostInOneWrite);
    // A GOAWAY of nghttp2's own was the last word.
    if (session_.Fault() != Http2Fault::kNone) Stop();
    if (out_.empty()) return;
    if (!WriteOut()) {
      if (deaf_) return;
      writing_ = true;
      asio::co_spawn(worker_.GetExecutor(), WriteRest(shared_from_this()), asio::detached);
      return;
    }
  }
  FlushSoon();
}

Task<> Http2Wire::WriteRest(std::shared_ptr<Http2Wire> self) {
  bool written = false;
  while (!written && !self->over_ && !self->deaf_) {
    self->write_deadline_.Arm(self->stall_);
    const IoResult waited = co_await self->socket_.WaitWritable();
    self->write_deadline_.Disarm();
    if (waited.error) {
      self->End();
      break;
    }
    written = self->WriteOut();
  }
  self->writing_ = false;
  self->rest_written_.Wake();
  self->FlushSoon();
}

void Http2Wire::PeerIsDeaf() {
  if (over_ || std::exchange(deaf_, true)) return;
  out_.clear();
  written_ = 0;
  write_deadline_.Arm(kPatience);
}

void Http2Wire::End() {
  if (over_) return;
  over_ = true;
  socket_.Cancel();
  OnOver();
}

// Closing with bytes unread would reset the connection and could destroy what was written last.
Task<> Http2Wire::Linger() {
  LastWords();
  if (!writing_ && !over_ && written_ < out_.size()) {
    writing_ = true;
    asio::co_spawn(worker_.GetExecutor(), WriteRest(shared_from_this()), asio::detached);
  }
  if (writing_) co_await rest_written_.Wait();
  if (over_) co_return;
  Deadline patience(
      worker_.deadlines, [](void* socket) { static_cast<TcpSocket*>(socket)->Close(); }, &socket_);
  patience.Arm(kPatience);
  socket_.ShutdownSend();
  while (socket_.IsOpen()) {
    input_.Consume(input_.Bytes().size());
    IoResult got = socket_.TryRead(input_);
    if (got.Blocked()) got = co_await socket_.Read(input_);
    if (got.error) break;
    input_.Commit(got.bytes);
  }
}

}  // namespace understudy
