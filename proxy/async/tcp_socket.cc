// The calls, and what they tell about readiness.
#include "proxy/async/tcp_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "proxy/async/clock.h"

namespace understudy {
namespace {

constexpr int kMostInARow = 16;  // then others come first

error_code Errno() { return error_code(errno, boost::system::system_category()); }

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// False when it is somebody else's turn: whoever then waits goes on in the next one.
bool MayGoOn(SocketWatch& watch) {
  if (++watch.burst <= kMostInARow && watch.burst_bytes < watch.most_bytes) return true;
  watch.burst = 0;
  watch.burst_bytes = 0;
  return false;
}

}  // namespace

IoResult ReadNow(SocketWatch& watch, asio::mutable_buffer buffer) {
  while (true) {
    const ssize_t got = ::recv(watch.fd, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      SteadyNow();  // for RecentNow()
      watch.burst_bytes += bytes;
      // Edge-triggered: a read that was not filled has emptied the socket, and more makes an event;
      // but the peer's end, once announced, does not.
      if (bytes < buffer.size() && !watch.ended) watch.readable = false;
      return {{}, bytes};
    }
    if (got == 0) return {asio::error::eof, 0};
    if (errno == EINTR) continue;
    if (!WouldBlock()) return {Errno(), 0};
    watch.readable = false;
    return {asio::error::would_block, 0};
  }
}

error_code TcpSocket::Open(int fd) {
  Close();
  error_code error;
  watch_ = reactor_->Add(fd, error);
  if (watch_ == nullptr) ::close(fd);
  return error;
}

void TcpSocket::Close() {
  if (watch_ != nullptr) reactor_->Close(*std::exchange(watch_, nullptr));
}

Task<error_code> TcpSocket::Connect(asio::ip::tcp::endpoint address) {
  const int fd =
      ::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) co_return Errno();
  if (const error_code error = Open(fd)) co_return error;
  watch_->readable = watch_->writable = false;  // an event says when it is
  int status = ::connect(fd, address.data(), static_cast<socklen_t>(address.size()));
  if (status != 0 && errno != EINPROGRESS && errno != EINTR) co_return Errno();
  if (status == 0) co_return error_code();
  const IoResult waited = co_await WaitWritable();
  if (waited.error) co_return waited.error;
  if (!IsOpen()) co_return asio::error::operation_aborted;
  socklen_t size = sizeof status;
  if (::getsockopt(Fd(), SOL_SOCKET, SO_ERROR, &status, &size) != 0) co_return Errno();
  co_return error_code(status, boost::system::system_category());
}

int TcpSocket::AcceptNow(error_code& error) {
  error = asio::error::would_block;
  if (watch_ == nullptr) error = asio::error::operation_aborted;
  if (watch_ == nullptr || !watch_->readable || !MayGoOn(*watch_)) return -1;
  while (true) {
    const int fd = ::accept4(watch_->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    error = fd < 0 ? Errno() : error_code();
    if (fd >= 0) return fd;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    watch_->burst = 0;  // whoever fails waits
    if (WouldBlock()) {
      watch_->readable = false;
      error = asio::error::would_block;
    }
    return -1;
  }
}

IoResult TcpSocket::TryReadInto(const ReadTarget& target) {
  if (watch_ == nullptr) return {asio::error::operation_aborted, 0};
  if (!watch_->readable || !MayGoOn(*watch_)) return {asio::error::would_block, 0};
  return ReadNow(*watch_, target.Prepare());
}

template <typename Call>
ssize_t TcpSocket::Send(std::size_t bytes, Call call) {
  if (watch_ == nullptr || !watch_->writable) {
    errno = watch_ == nullptr ? EBADF : EAGAIN;
    return -1;
  }
  while (true) {
    const ssize_t sent = call(watch_->fd);
    // One that takes a part is full, and makes an event when there is room.
    if (sent >= 0 && static_cast<std::size_t>(sent) < bytes) watch_->writable = false;
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    if (WouldBlock()) watch_->writable = false;
    return -1;
  }
}

ssize_t TcpSocket::SendNow(const msghdr& message, std::size_t bytes) {
  return Send(bytes, [&](int fd) { return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

ssize_t TcpSocket::SendNow(std::string_view bytes) {
  return Send(bytes.size(), [&](int fd) {
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

void TcpSocket::Begin(Resumption SocketWatch::*which, const ReadTarget& target,
                      Resumption waiting) {
  if (watch_ == nullptr) {
    reactor_->ResumeLater(std::move(waiting), {asio::error::operation_aborted, 0});
    return;
  }
  if (which == &SocketWatch::writer) {
    if (watch_->writable) return reactor_->ResumeLater(std::move(waiting), {});
    watch_->writer = std::move(waiting);
    return;
  }
  watch_->target = target;
  watch_->reader = std::move(waiting);
  if (watch_->readable) reactor_->GoOnLater(*watch_);
}

PeerState TcpSocket::Peek() const {
  char byte = 0;
  const ssize_t got = ::recv(Fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return PeerState::kBytes;
  if (got == 0) return PeerState::kHalfClosed;
  return WouldBlock() || errno == EINTR ? PeerState::kQuiet : PeerState::kGone;
}

void TcpSocket::OnPeer(bool reset_only, std::function<void()> on_peer) {
  if (watch_ == nullptr) return;
  watch_->on_peer = std::move(on_peer);
  watch_->on_peer_events = EPOLLHUP | EPOLLERR;
  if (!reset_only) watch_->on_peer_events |= EPOLLIN | EPOLLRDHUP;
}

void TcpSocket::LimitTurns(std::size_t bytes) {
  if (watch_ != nullptr) watch_->most_bytes = bytes;
}

void TcpSocket::SetNoDelay() {
  const int on = 1;
  ::setsockopt(Fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void TcpSocket::ShutdownSend() { ::shutdown(Fd(), SHUT_WR); }

void TcpSocket::ResetOnClose() {
  const linger at_once{1, 0};
  ::setsockopt(Fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

asio::ip::tcp::endpoint TcpSocket::RemoteAddress(error_code& error) const {
  asio::ip::tcp::endpoint address;
  auto size = static_cast<socklen_t>(address.capacity());
  error = ::getpeername(Fd(), address.data(), &size) == 0 ? error_code() : Errno();
  if (!error) address.resize(size);
  return address;
}

}  // namespace understudy
