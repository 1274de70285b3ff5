// Gathering what is to be written.
#include "proxy/wire/socket_io.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace understudy {

namespace {

// So little is copied into one piece: the kernel takes that faster than several where they lie.
constexpr std::size_t kMostCopied = 4096;

ssize_t SendCopied(TcpSocket& socket, const std::array<std::string_view, 3>& pieces) {
  std::array<char, kMostCopied> bytes;
  std::size_t used = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    std::memcpy(bytes.data() + used, piece.data(), piece.size());
    used += piece.size();
  }
  return socket.SendNow({bytes.data(), used});
}

ssize_t SendGathered(TcpSocket& socket, const std::array<std::string_view, 3>& pieces,
                     std::size_t bytes) {
  std::array<iovec, 3> parts;
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  return socket.SendNow(message, bytes);
}

}  // namespace

WriteResult PendingWrite::Try(TcpSocket& socket) {
  const std::size_t bytes = Bytes();
  if (bytes == 0) return WriteResult::kDone;
  const ssize_t sent =
      bytes <= kMostCopied ? SendCopied(socket, pieces_) : SendGathered(socket, pieces_, bytes);
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
