// The system calls that carry bytes, and what they tell about a socket's readiness.
//
// Threads: the socket's worker.
#pragma once

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <string_view>

#include "proxy/async/reactor.h"
#include "proxy/async/resumption.h"

namespace understudy {

inline error_code Errno() { return error_code(errno, boost::system::system_category()); }
inline bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// What there is, would_block, or how the peer ended.
IoResult ReadRaw(SocketWatch& watch, asio::mutable_buffer buffer);

// Calls `call(fd)`, which sends up to `bytes`: how many were taken, or -1 and errno.
template <typename Call>
ssize_t SendRaw(SocketWatch& watch, std::size_t bytes, Call call) {
  if (!watch.writable) {
    errno = EAGAIN;
    return -1;
  }
  while (true) {
    const ssize_t sent = call(watch.fd);
    // One that takes a part is full, and makes an event when there is room.
    if (sent >= 0 && static_cast<std::size_t>(sent) < bytes) watch.writable = false;
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    if (WouldBlock()) watch.writable = false;
    return -1;
  }
}
inline ssize_t SendRaw(SocketWatch& watch, std::string_view bytes) {
  return SendRaw(watch, bytes.size(), [bytes](int fd) {
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

}  // namespace understudy
