// Reading.
#include "proxy/async/raw_io.h"

#include "proxy/async/clock.h"

namespace understudy {

IoResult ReadRaw(SocketWatch& watch, asio::mutable_buffer buffer) {
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

}  // namespace understudy
