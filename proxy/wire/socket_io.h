// Bytes on their way into a socket, which takes what it has room for.
#pragma once

#include <array>
#include <string_view>

#include "proxy/async/tcp_socket.h"

namespace understudy {

enum class WriteResult { kDone, kBlocked, kFailed };

// Up to three pieces still to be written, in order.
class PendingWrite {
 public:
  void Set(std::string_view first, std::string_view second = {}, std::string_view third = {}) {
    pieces_ = {first, second, third};
  }
  // Writes what the socket takes now.
  WriteResult Try(TcpSocket& socket);
  bool Empty() const { return pieces_[0].empty() && pieces_[1].empty() && pieces_[2].empty(); }
  // The first piece that is left, and that so much of it was taken.
  std::string_view Front() const {
    return !pieces_[0].empty() ? pieces_[0] : !pieces_[1].empty() ? pieces_[1] : pieces_[2];
  }
  void Took(std::size_t bytes) {
    for (std::string_view& piece : pieces_) {
      if (piece.empty()) continue;
      piece.remove_prefix(bytes);
      return;
    }
  }
  std::size_t Bytes() const { return pieces_[0].size() + pieces_[1].size() + pieces_[2].size(); }

 private:
  std::array<std::string_view, 3> pieces_;
};

// The process, or the machine, has no file descriptor left.
bool OutOfDescriptors(const error_code& error);

}  // namespace understudy
