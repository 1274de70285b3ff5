// sendmsg and recv(MSG_PEEK) on Asio's sockets.
#include "proxy/wire/socket_io.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace understudy {

WriteResult PendingWrite::Try(Socket& socket) {
  while (!Empty()) {
    std::array<iovec, 3> parts;
    std::size_t count = 0;
    for (const std::string_view piece : pieces_) {
      if (!piece.empty()) {
        parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
      }
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? WriteResult::kBlocked : WriteResult::kFailed;
    }
    std::size_t left = static_cast<std::size_t>(sent);
    for (std::string_view& piece : pieces_) {
      const std::size_t take = std::min(left, piece.size());
      piece.remove_prefix(take);
      left -= take;
    }
  }
  return WriteResult::kDone;
}

PeerState PeekPeer(Socket& socket) {
  char byte = 0;
  const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return PeerState::kBytes;
  if (got == 0) return PeerState::kHalfClosed;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? PeerState::kQuiet
                                                                   : PeerState::kGone;
}

void PrepareSocket(Socket& socket) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.native_non_blocking(true, ignored);
}

bool OutOfDescriptors(const error_code& error) {
  return error == error_code(EMFILE, boost::system::system_category()) ||
         error == error_code(ENFILE, boost::system::system_category());
}

void AbortOnClose(Socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
}

}  // namespace understudy
