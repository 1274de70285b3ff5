// Reading and checking requests.
#include "test/bench/stub_connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace understudy::bench {

Stub::Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

void Stub::Connection::Begin() {
  self_ = shared_from_this();
  SendSmallPacketsAtOnce(fd_);
  stub_.loop_.Watch(fd_, *this);
}

void Stub::Connection::Send(std::string_view bytes) {
  if (fd_ >= 0 && !outgoing_.Send(fd_, bytes)) Close();
}

void Stub::Connection::OnReady(std::uint32_t events) {
  if (fd_ < 0) return;
  if (!outgoing_.Empty() && !outgoing_.Flush(fd_)) return Close();
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    Read((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}

void Stub::Connection::Read(bool until_empty) {
  std::string& scratch = stub_.loop_.Scratch();
  while (fd_ >= 0) {
    const ssize_t got = recv(fd_, scratch.data(), scratch.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) return Close();
    Take({scratch.data(), static_cast<std::size_t>(got)});
    if (!until_empty && static_cast<std::size_t>(got) < scratch.size()) return;
  }
}

void Stub::Connection::Take(std::string_view input) {
  while (true) {
    switch (scanner_.Next(input)) {
      case MessageScanner::Found::kNothing:
        return;
      case MessageScanner::Found::kHead:
        body_.Begin();
        break;
      case MessageScanner::Found::kPiece:
        body_.Take(scanner_.Piece());
        break;
      case MessageScanner::Found::kEnd:
        stub_.counters_.body_bytes += body_.Bytes();
        if (body_.Differs() || !body_.Complete()) ++stub_.counters_.faults;
        stub_.Requested(self_);
        if (fd_ < 0) return;
        break;
      case MessageScanner::Found::kFault:
        ++stub_.counters_.faults;
        return Close();
    }
  }
}

void Stub::Connection::Close() {
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  --stub_.counters_.open;
  stub_.loop_.Bury(std::move(self_));
}

}  // namespace understudy::bench
