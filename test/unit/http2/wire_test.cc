// The socket under a session, before peers that end.
#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <map>
#include <utility>

#include "proxy/wire/http2_wire.h"
#include "test/support/http2_frames.h"
#include "test/support/run_until.h"
#include "test/support/socket.h"

using namespace understudy;
using namespace understudy::frames;

namespace {

// A client that notes how its streams end.
class Client : public Http2Wire {
 public:
  Client(Worker& worker, TcpSocket socket)
      : Http2Wire(worker, std::move(socket), Http2Session::Side::kClient, {}, {},
                  std::chrono::seconds(1)) {}

  static Task<> Run(std::shared_ptr<Client> self) {
    co_await self->Read();
    self->End();
  }
  void WriteNow() { LastWords(); }

  void OnTurn() override {}
  void OnOver() override { ended = true; }
  void OnHead(std::int32_t, void*, Http2Block&, bool) override {}
  void OnData(void*, std::string_view) override {}
  void OnEnd(void*, std::string_view) override {}
  void OnClosed(std::int32_t stream, void*, std::uint32_t code) override { closed[stream] = code; }
  void OnSent(void*, std::size_t) override {}
  void OnSentEnd(std::int32_t, void*) override {}

  std::map<std::int32_t, std::uint32_t> closed;
  bool ended = false;
};

struct OneWorker {
  ~OneWorker() { worker.EndAll(); }
  TrafficBook book{1, 0};
  Worker worker{0, 1, Limits(), book};
};

// Its socket, and the other end of it.
std::pair<TcpSocket, TestSocket> Connected(Worker& worker) {
  auto [listener, port] = TestSocket::Listen();
  TestSocket near = TestSocket::Connect(port);
  TestSocket far(::accept4(listener.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
  TcpSocket socket(worker.reactor);
  const int descriptor = ::dup(near.Descriptor());
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  REQUIRE_FALSE(socket.Open(descriptor));
  return {std::move(socket), std::move(far)};
}

}  // namespace

TEST_CASE_METHOD(
    OneWorker,
    "what a peer said before it reset the connection is read, also where a write finds out") {
  auto [socket, peer] = Connected(worker);
  const auto client = std::make_shared<Client>(worker, std::move(socket));
  asio::co_spawn(worker.GetExecutor(), Client::Run(client), asio::detached);
  const nghttp2_nv fields[] = {Http2Field(":method", "GET"), Http2Field(":scheme", "http"),
                               Http2Field(":authority", "a"), Http2Field(":path", "/")};
  int object = 0;
  const std::int32_t stream = client->Session().SubmitRequest(fields, nullptr, &object);
  client->FlushSoon();
  REQUIRE(RunUntil(worker, [&] { return peer.WaitReadable(0); }));

  // It has looked at no request.
  REQUIRE(peer.Send(Frame(kSettings, 0, 0) + Frame(kGoAway, 0, 0, std::string(8, '\0'))));
  peer.Reset();
  client->Session().Ping();
  client->WriteNow();
  REQUIRE(RunUntil(worker, [&] { return client->ended; }));
  REQUIRE(client->closed.count(stream) == 1);
  CHECK(client->closed[stream] == NGHTTP2_REFUSED_STREAM);
}
