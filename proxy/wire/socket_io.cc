// Gathering what is to be written.
#include "proxy/wire/socket_io.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace understudy {

WriteResult PendingWrite::Try(TcpSocket& socket) {
  if (Empty()) return WriteResult::kDone;
  std::array<iovec, 3> parts;
  std::size_t count = 0;
  for (const std::string_view piece : pieces_) {
    if (!piece.empty()) parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const ssize_t sent = socket.SendNow(message, Bytes());
  if (sent < 0) {
    return errno == EAGAIN || errno == EWOULDBLOCK ? WriteResult::kBlocked : WriteResult::kFailed;
  }
  std::size_t left = static_cast<std::size_t>(sent);
  for (std::string_view& piece : pieces_) {
    const std::size_t take = std::min(left, piece.size());
    piece.remove_prefix(take);
    left -= take;
  }
  return Empty() ? WriteResult::kDone : WriteResult::kBlocked;
}

bool OutOfDescriptors(const error_code& error) {
  return error == error_code(EMFILE, boost::system::system_category()) ||
         error == error_code(ENFILE, boost::system::system_category());
}

}  // namespace understudy
