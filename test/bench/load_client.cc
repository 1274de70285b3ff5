// A client's requests and answers.
#include "test/bench/load_client.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace understudy::bench {

Load::Http1Client::~Http1Client() {
  if (fd_ >= 0) close(fd_);
}

void Load::Http1Client::Connect() {
  scanner_.Restart();
  outgoing_.Clear();
  state_ = State::kConnecting;
  fd_ = ConnectTo(load_.port_);
  load_.loop_.Watch(fd_, *this);
}

void Load::Http1Client::Ask(Nanos when) {
  due = when;
  first_byte_at = 0;
  state_ = State::kWaiting;
  if (!outgoing_.Send(fd_, load_.request_)) Break(LoadError::kClosed);
}

void Load::Http1Client::OnReady(std::uint32_t events) {
  if (fd_ < 0) return;  // broken earlier in this turn
  if (state_ == State::kConnecting) {
    if (ErrorOf(fd_) != 0) return Break(LoadError::kConnect);
    if ((events & EPOLLOUT) == 0) return;
    state_ = State::kIdle;
    load_.Ready(*this);
    return;
  }
  if (!outgoing_.Empty() && !outgoing_.Flush(fd_)) return Break(LoadError::kClosed);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    Read((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}

void Load::Http1Client::Read(bool until_empty) {
  std::string& scratch = load_.loop_.Scratch();
  const int fd = fd_;
  while (fd_ == fd) {
    const ssize_t got = recv(fd, scratch.data(), scratch.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) {
      return Break(state_ == State::kWaiting ? LoadError::kClosed : LoadError::kClosedIdle);
    }
    Take({scratch.data(), static_cast<std::size_t>(got)});
    if (!until_empty && static_cast<std::size_t>(got) < scratch.size()) return;
  }
}

void Load::Http1Client::Take(std::string_view input) {
  if (first_byte_at == 0) first_byte_at = Now();
  while (true) {
    switch (scanner_.Next(input)) {
      case MessageScanner::Found::kNothing:
        return;
      case MessageScanner::Found::kHead:
        body_.Begin();
        break;
      case MessageScanner::Found::kPiece:
        body_.Take(scanner_.Piece());
        load_.body_bytes_ += scanner_.Piece().size();
        break;
      case MessageScanner::Found::kEnd:
        // Nothing is pipelined: what is left over belongs to no request.
        if (state_ != State::kWaiting || !input.empty()) return Break(LoadError::kMalformed);
        return Complete();
      case MessageScanner::Found::kFault:
        return Break(LoadError::kMalformed);
    }
  }
}

void Load::Http1Client::Complete() {
  if (scanner_.Status() != 200) {
    load_.Failed(LoadError::kStatus);
  } else if (body_.Differs()) {
    load_.Failed(LoadError::kBytes);
  } else if (!body_.Complete()) {
    load_.Failed(LoadError::kLength);
  }
  state_ = State::kIdle;
  load_.Answered(*this, Now());
}

void Load::Http1Client::Break(LoadError error) {
  load_.Failed(error);
  close(fd_);
  fd_ = -1;
  load_.Broken(*this);
}

}  // namespace understudy::bench
