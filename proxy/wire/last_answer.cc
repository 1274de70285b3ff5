// Writing, and reading to no end.
#include "proxy/wire/last_answer.h"

#include <array>

#include "proxy/async/deadline.h"
#include "proxy/wire/socket_io.h"

namespace understudy {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(200);

// Takes what nobody looks at.
struct Sink {
  std::array<char, 4096> bytes;
  asio::mutable_buffer Prepare() { return asio::buffer(bytes); }
  void Rest() {}
};

}  // namespace

Task<> AnswerLast(Worker& worker, TcpSocket& socket, std::string answer) {
  PendingWrite write;
  write.Set(answer);
  write.Try(socket);
  socket.ShutdownSend();
  // Closing with bytes unread would reset the connection under the answer.
  Deadline patience(
      worker.deadlines, [](void* refused) { static_cast<TcpSocket*>(refused)->Close(); }, &socket);
  patience.Arm(kPatience);
  Sink sink;
  while (socket.IsOpen()) {
    IoResult got = socket.TryRead(sink);
    if (got.Blocked()) got = co_await socket.Read(sink);
    if (got.error) break;
  }
}

}  // namespace understudy
