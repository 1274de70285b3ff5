// The calls, and what they tell about readiness.
#include "proxy/async/tcp_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "proxy/async/raw_io.h"
#include "proxy/async/tls_stream.h"

namespace understudy {
namespace {

constexpr int kMostInARow = 16;  // then others come first

// False when it is somebody else's turn: whoever then waits goes on in the next one.
bool MayGoOn(SocketWatch& watch) {
  if (++watch.burst <= kMostInARow && watch.burst_bytes < watch.most_bytes) return true;
  watch.burst = 0;
  watch.burst_bytes = 0;
  return false;
}

}  // namespace

IoResult ReadNow(SocketWatch& watch, asio::mutable_buffer buffer) {
  return watch.tls == nullptr ? ReadRaw(watch, buffer) : watch.tls->Read(buffer);
}

error_code TcpSocket::Open(int fd) {
  Close();
  error_code error;
  watch_ = reactor_->Add(fd, error);
  if (watch_ == nullptr) ::close(fd);
  return error;
}

void TcpSocket::Close() {
  if (watch_ == nullptr) return;
  if (watch_->tls != nullptr) watch_->tls->SayGoodbye();
  reactor_->Close(*std::exchange(watch_, nullptr));
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

ssize_t TcpSocket::SendNow(const msghdr& message, std::size_t bytes) {
  if (watch_ == nullptr) {
    errno = EBADF;
    return -1;
  }
  if (watch_->tls != nullptr) {
    std::array<std::string_view, 4> pieces;
    const std::size_t count = std::min(message.msg_iovlen, pieces.size());
    for (std::size_t i = 0; i < count; ++i) {
      const iovec& part = message.msg_iov[i];
      pieces[i] = {static_cast<const char*>(part.iov_base), part.iov_len};
    }
    return watch_->tls->Send({pieces.data(), count});
  }
  return SendRaw(*watch_, bytes,
                 [&](int fd) { return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

ssize_t TcpSocket::SendNow(std::string_view bytes) {
  if (watch_ == nullptr) {
    errno = EBADF;
    return -1;
  }
  return watch_->tls == nullptr ? SendRaw(*watch_, bytes) : watch_->tls->Send({&bytes, 1});
}

void TcpSocket::BeginTls(std::unique_ptr<TlsStream> tls) {
  watch_->tls = std::move(tls);
  watch_->tls->AttachTo(*watch_);
}

void TcpSocket::EndTls() {
  if (watch_ != nullptr) watch_->tls.reset();
}

Task<error_code> TcpSocket::Handshake() {
  while (IsOpen()) {
    switch (watch_->tls->Handshake()) {
      case TlsStream::Progress::kDone:
        co_return error_code();
      case TlsStream::Progress::kFailed:
        co_return asio::error::connection_aborted;
      case TlsStream::Progress::kWaits:
        break;
    }
    const IoResult waited = co_await WaitReadable();
    if (waited.error) co_return waited.error;
  }
  co_return asio::error::operation_aborted;
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
  if (watch_ != nullptr && watch_->tls != nullptr) return watch_->tls->Peek();
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

void TcpSocket::ShutdownSend() {
  if (watch_ != nullptr && watch_->tls != nullptr) return watch_->tls->ShutdownSend();
  ::shutdown(Fd(), SHUT_WR);
}

void TcpSocket::ResetOnClose() {
  if (watch_ != nullptr && watch_->tls != nullptr) watch_->tls->Abandon();
  const linger at_once{1, 0};
  ::setsockopt(Fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Duration TcpSocket::RoundTrip() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(Fd(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Duration::zero();
  return std::chrono::microseconds(info.tcpi_rtt);
}

asio::ip::tcp::endpoint TcpSocket::RemoteAddress(error_code& error) const {
  asio::ip::tcp::endpoint address;
  auto size = static_cast<socklen_t>(address.capacity());
  error = ::getpeername(Fd(), address.data(), &size) == 0 ? error_code() : Errno();
  if (!error) address.resize(size);
  return address;
}

}  // namespace understudy
