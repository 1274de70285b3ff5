// Sockets by the system's calls.
#include "test/bench/sockets.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace understudy::bench {
namespace {

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int OpenSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    std::perror("bench_traffic: socket");
    std::exit(1);
  }
  return fd;
}

}  // namespace

int BindOnly(std::uint16_t port) {
  const int fd = OpenSocket();
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Loopback(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("bench_traffic: bind");
    std::exit(1);
  }
  return fd;
}

int ListenOn(std::uint16_t port, int backlog) {
  const int fd = BindOnly(port);
  if (listen(fd, backlog) != 0) {
    std::perror("bench_traffic: listen");
    std::exit(1);
  }
  return fd;
}

std::uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int ConnectTo(std::uint16_t port) {
  const int fd = OpenSocket();
  SendSmallPacketsAtOnce(fd);
  const sockaddr_in address = Loopback(port);
  // What goes wrong is seen when the socket is reported ready.
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) errno = 0;
  return fd;
}

int ErrorOf(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

void SendSmallPacketsAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool Outgoing::Send(int fd, std::string_view bytes) {
  if (!Empty()) {
    later_ += bytes;
    return true;
  }
  rest_ = bytes;
  return Flush(fd);
}

bool Outgoing::Flush(int fd) {
  while (!Empty()) {
    if (rest_.empty()) {
      kept_ = std::move(later_);
      later_.clear();
      rest_ = kept_;
    }
    const ssize_t sent = send(fd, rest_.data(), rest_.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    rest_.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Outgoing::Clear() {
  rest_ = {};
  later_.clear();
}

}  // namespace understudy::bench
