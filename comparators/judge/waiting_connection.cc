// Sockets that do not block, and poll().
#include "comparators/judge/waiting_connection.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include "fmt/format.h"

namespace understudy {
namespace {

using std::chrono::steady_clock;

std::string WordsOf(int error) { return std::generic_category().message(error); }

absl::Status Failed(std::string_view what) { return absl::InternalError(std::string(what)); }

}  // namespace

absl::Status WaitingConnection::Open(const HttpEndpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
  if (error != 0) return Failed(fmt::format("its host is not known: {}", ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  absl::Status status = Failed("its host has no address");
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    status = Connect(*at);
    if (status.ok() || !absl::IsInternal(status)) break;
  }
  return status;
}

absl::Status WaitingConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (absl::Status status = Wait(POLLOUT); !status.ok()) return status;
    } else if (errno != EINTR) {
      return Failed(fmt::format("the connection broke: {}", WordsOf(errno)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> WaitingConnection::Read(std::string& into) {
  while (true) {
    if (absl::Status status = Wait(POLLIN); !status.ok()) return status;
    char bytes[16384];
    const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got > 0) into.append(bytes, static_cast<std::size_t>(got));
    if (got >= 0) return got > 0;
    if (errno != EINTR && errno != EAGAIN) {
      return Failed(fmt::format("the connection broke: {}", WordsOf(errno)));
    }
  }
}

absl::Status WaitingConnection::Connect(const addrinfo& to) {
  Close();
  descriptor_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return Failed(fmt::format("no socket: {}", WordsOf(errno)));
  if (::connect(descriptor_, to.ai_addr, to.ai_addrlen) == 0) return absl::OkStatus();
  int error = errno;
  if (error == EINPROGRESS) {
    if (absl::Status status = Wait(POLLOUT); !status.ok()) return status;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return absl::OkStatus();
  return Failed(fmt::format("it cannot be reached: {}", WordsOf(error)));
}

absl::Status WaitingConnection::Wait(short events) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - steady_clock::now());
    if (left.count() <= 0) return absl::DeadlineExceededError("it did not answer in time");
    pollfd waiting[2] = {{descriptor_, events, 0}, {ending_, POLLIN, 0}};
    const int count = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    if (::poll(waiting, 2, count) < 0 && errno != EINTR) {
      return Failed(fmt::format("it cannot be waited for: {}", WordsOf(errno)));
    }
    if (waiting[1].revents != 0) return absl::CancelledError("the process ends");
    if (waiting[0].revents != 0) return absl::OkStatus();
  }
}

void WaitingConnection::Close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace understudy
