// Sockets of a worker: what is there is taken at once, and only what is not makes anybody wait.
#include "proxy/async/tcp_socket.h"

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/async/event.h"
#include "test/unit/async/reactor_fixture.h"

namespace understudy {
namespace {

TEST_CASE_METHOD(ReactorFixture, "a read waits until something comes") {
  const auto socket = Connected();
  OneRead read;
  Start(read.Run(*socket));
  RunFor(std::chrono::milliseconds(20));
  CHECK_FALSE(read.result.has_value());
  SendText(Peer(), "hello");
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK(read.waited);
  CHECK(read.Text() == "hello");
  CHECK(read.room.rested == 1);
  CHECK(read.room.asked == 1);  // not before there was something to read
}

TEST_CASE_METHOD(ReactorFixture, "what has come already is read without waiting") {
  const auto socket = Connected();
  SendText(Peer(), "hello");
  RunFor(std::chrono::milliseconds(20));
  CHECK(socket->Stirred());
  OneRead read;
  Start(read.Run(*socket));
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK_FALSE(read.waited);
  CHECK(read.Text() == "hello");
  CHECK_FALSE(socket->Stirred());
}

TEST_CASE_METHOD(ReactorFixture, "bytes behind a full buffer are read next, and then the end") {
  const auto socket = Connected();
  SendText(Peer(), "0123456789");
  ::shutdown(Peer(), SHUT_WR);
  std::string all;
  std::optional<error_code> end;
  Start([](TcpSocket& s, std::string& text, std::optional<error_code>& ended) -> Task<> {
    Room room(4);
    while (!ended) {
      IoResult got = s.TryRead(room);
      if (got.Blocked()) got = co_await s.Read(room);
      text.append(room.memory.data(), got.bytes);
      if (got.error) ended = got.error;
    }
  }(*socket, all, end));
  REQUIRE(RunUntil([&] { return end.has_value(); }));
  CHECK(all == "0123456789");
  CHECK(*end == asio::error::eof);
}

TEST_CASE_METHOD(ReactorFixture, "an end that came with the last bytes is not missed") {
  const auto socket = Connected();
  SendText(Peer(), "bye");
  ::shutdown(Peer(), SHUT_WR);
  RunFor(std::chrono::milliseconds(20));
  OneRead bytes, end;
  Start(bytes.Run(*socket));
  REQUIRE(RunUntil([&] { return bytes.result.has_value(); }));
  Start(end.Run(*socket));
  REQUIRE(RunUntil([&] { return end.result.has_value(); }));
  CHECK(bytes.Text() == "bye");
  CHECK(end.result->error == asio::error::eof);
}

TEST_CASE_METHOD(ReactorFixture, "a reset is an error, and wakes who waits") {
  const auto socket = Connected();
  OneRead read;
  Start(read.Run(*socket));
  RunFor(std::chrono::milliseconds(5));
  const linger at_once{1, 0};
  ::setsockopt(Peer(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(Peer());
  peers.pop_back();
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK(read.result->error == asio::error::connection_reset);
}

TEST_CASE_METHOD(ReactorFixture, "cancelling and closing wake who waits, and say so") {
  for (const bool close : {false, true}) {
    const auto socket = Connected();
    OneRead read;
    Start(read.Run(*socket));
    RunFor(std::chrono::milliseconds(5));
    close ? socket->Close() : socket->Cancel();
    CHECK_FALSE(read.result.has_value());  // not inside the call
    REQUIRE(RunUntil([&] { return read.result.has_value(); }));
    CHECK(read.result->error == asio::error::operation_aborted);
    CHECK(socket->IsOpen() == !close);
  }
}

TEST_CASE_METHOD(ReactorFixture, "a closed socket answers every call, and nobody waits for it") {
  const auto socket = Connected();
  socket->Close();
  OneRead read;
  Start(read.Run(*socket));
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK(read.result->error == asio::error::operation_aborted);
  CHECK(socket->Peek() == PeerState::kGone);
  msghdr nothing{};
  CHECK(socket->SendNow(nothing, 1) == -1);
}

TEST_CASE_METHOD(ReactorFixture, "a full socket takes no more until its peer reads") {
  const auto socket = Connected();
  const std::string block(1 << 20, 'x');
  iovec part{const_cast<char*>(block.data()), block.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  std::size_t sent = 0;
  while (true) {
    const ssize_t taken = socket->SendNow(message, block.size());
    if (taken < 0) break;
    sent += static_cast<std::size_t>(taken);
  }
  bool writable = false;
  Start([](TcpSocket& s, bool& done) -> Task<> {
    const IoResult waited = co_await s.WaitWritable();
    done = !waited.error;
  }(*socket, writable));
  RunFor(std::chrono::milliseconds(20));
  CHECK_FALSE(writable);
  std::vector<char> sink(1 << 20);
  while (sent > 0) {
    const ssize_t got = ::recv(Peer(), sink.data(), sink.size(), 0);
    REQUIRE(got > 0);
    sent -= static_cast<std::size_t>(got);
  }
  CHECK(RunUntil([&] { return writable; }));
}

TEST_CASE_METHOD(ReactorFixture, "a refused connect says so") {
  port.Close();
  TcpSocket socket(reactor);
  std::optional<error_code> connected;
  Start([](TcpSocket& s, asio::ip::tcp::endpoint to, std::optional<error_code>& out) -> Task<> {
    out = co_await s.Connect(to);
  }(socket, port.Address(), connected));
  REQUIRE(RunUntil([&] { return connected.has_value(); }));
  CHECK(*connected == asio::error::connection_refused);
}

TEST_CASE_METHOD(ReactorFixture, "who always finds bytes lets others have their turn") {
  const auto busy = Connected();
  const int flood = Peer();
  const auto other = Connected();
  SendText(flood, std::string(1 << 14, 'x'));
  SendText(Peer(), "hello");
  RunFor(std::chrono::milliseconds(20));
  std::size_t taken = 0;
  std::size_t before_other = 0;
  Start([](TcpSocket& s, std::size_t& count) -> Task<> {
    Room room(1);
    while (count < 1 << 14) {
      IoResult got = s.TryRead(room);
      if (got.Blocked()) got = co_await s.Read(room);
      count += got.bytes;
    }
  }(*busy, taken));
  Start([](TcpSocket& s, std::size_t& count, std::size_t& seen) -> Task<> {
    Room room;
    co_await s.Read(room);
    seen = count;
  }(*other, taken, before_other));
  REQUIRE(RunUntil([&] { return taken == 1 << 14; }));
  CHECK(before_other > 0);
  CHECK(before_other <= 64);
}

TEST_CASE_METHOD(ReactorFixture, "one that closes another in the same turn does no harm") {
  const auto first = Connected();
  const int one = Peer();
  auto second = Connected();
  const int two = Peer();
  int woken = 0;
  const auto closer = [](TcpSocket& s, std::unique_ptr<TcpSocket>& victim, int& count) -> Task<> {
    Room room;
    co_await s.Read(room);
    ++count;
    victim.reset();
  };
  Start(closer(*first, second, woken));
  RunFor(std::chrono::milliseconds(5));
  SendText(one, "a");
  SendText(two, "b");  // both events are in the same batch
  CHECK(RunUntil([&] { return woken == 1; }));
  CHECK(second == nullptr);
}

TEST_CASE_METHOD(ReactorFixture,
                 "a peer that is watched is noticed once, and only for what is asked") {
  const auto socket = Connected();
  int news = 0, resets = 0;
  socket->OnPeer(true, [&] { ++resets; });
  SendText(Peer(), "a");
  RunFor(std::chrono::milliseconds(20));
  CHECK(resets == 0);
  CHECK(socket->WatchesPeer());
  socket->OnPeer(false, [&] { ++news; });
  SendText(Peer(), "b");
  CHECK(RunUntil([&] { return news == 1; }));
  CHECK_FALSE(socket->WatchesPeer());
  SendText(Peer(), "c");
  RunFor(std::chrono::milliseconds(20));
  CHECK(news == 1);
}

TEST_CASE_METHOD(ReactorFixture, "who takes much at once lets others have their turn, too") {
  const std::size_t limit = GENERATE(std::size_t{0}, std::size_t{64} << 10);
  const auto busy = Connected();
  if (limit > 0) busy->LimitTurns(limit);
  const int flood = Peer();
  const int large = 8 << 20;
  ::setsockopt(busy->Fd(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  ::fcntl(flood, F_SETFL, O_NONBLOCK);
  std::size_t sent = 0, taken = 0, most = 0;
  const std::string block(1 << 20, 'x');
  Start([](TcpSocket& s, std::size_t& count, std::size_t& largest) -> Task<> {
    Room room(64 << 10);
    for (std::size_t in_a_row = 0; count < 16 << 20;) {
      IoResult got = s.TryRead(room);
      if (got.Blocked()) {
        in_a_row = 0;
        got = co_await s.Read(room);
      }
      count += got.bytes;
      in_a_row += got.bytes;
      largest = std::max(largest, in_a_row);
    }
  }(*busy, taken, most));
  REQUIRE(RunUntil([&] {
    for (ssize_t more = 1; more > 0 && sent < 16 << 20;) {
      more = ::send(flood, block.data(), std::min(block.size(), (16u << 20) - sent), MSG_NOSIGNAL);
      if (more > 0) sent += static_cast<std::size_t>(more);
    }
    return taken == 16 << 20;
  }));
  CHECK(most <= (limit > 0 ? limit : 1 << 20) + 2 * (64 << 10));
}

TEST_CASE_METHOD(ReactorFixture,
                 "of many that end at once a few go on in each turn, and all in the end") {
  std::vector<std::unique_ptr<TcpSocket>> sockets;
  std::vector<OneRead> reads(20);
  for (OneRead& read : reads) {
    sockets.push_back(Connected());
    Start(read.Run(*sockets.back()));
  }
  RunFor(std::chrono::milliseconds(20));
  for (const auto& socket : sockets) socket->Cancel();
  const auto ended = [&] {
    return std::count_if(reads.begin(), reads.end(),
                         [](const OneRead& read) { return read.result.has_value(); });
  };
  CHECK(ended() == 0);
  reactor.Turn(Duration::zero());
  CHECK(ended() > 0);
  CHECK(ended() <= 8);
  CHECK(RunUntil([&] { return ended() == 20; }));
  for (const OneRead& read : reads) CHECK(read.result->error == asio::error::operation_aborted);
}

TEST_CASE_METHOD(ReactorFixture, "a reset shows at once, whatever is still to be read") {
  const auto socket = Connected();
  SendText(Peer(), "unread");
  RunFor(std::chrono::milliseconds(20));
  CHECK_FALSE(socket->Broken());
  const linger at_once{1, 0};
  ::setsockopt(Peer(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(Peer());
  peers.pop_back();
  CHECK(RunUntil([&] { return socket->Broken(); }));
}

TEST_CASE_METHOD(ReactorFixture, "what the peer did shows without taking anything") {
  const auto socket = Connected();
  CHECK(socket->Peek() == PeerState::kQuiet);
  SendText(Peer(), "a");
  CHECK(socket->Peek() == PeerState::kBytes);
  OneRead read;
  Start(read.Run(*socket));
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK(read.Text() == "a");
  ::shutdown(Peer(), SHUT_WR);
  CHECK(socket->Peek() == PeerState::kHalfClosed);
}

TEST_CASE_METHOD(ReactorFixture, "a listening socket hands out who has come, then nobody") {
  Port listening(SOCK_NONBLOCK);
  TcpSocket socket(reactor);
  REQUIRE_FALSE(socket.Open(listening.Release()));
  const auto address = listening.Address();
  for (int i = 0; i < 3; ++i) {
    peers.push_back(::socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(::connect(Peer(), address.data(), static_cast<socklen_t>(address.size())) == 0);
  }
  error_code error;
  for (int i = 0; i < 3; ++i) {
    const int accepted = socket.AcceptNow(error);
    CHECK(accepted >= 0);
    ::close(accepted);
  }
  CHECK(socket.AcceptNow(error) == -1);
  CHECK(error == asio::error::would_block);
}

TEST_CASE("a coroutine that still waits when all ends is unwound") {
  auto held = std::make_shared<int>(1);
  {
    ReactorFixture f;
    const auto socket = f.Connected();
    f.Start([](TcpSocket& s, std::shared_ptr<int>) -> Task<> {
      Room room;
      co_await s.Read(room);
    }(*socket, held));
    f.RunFor(std::chrono::milliseconds(5));
    CHECK(held.use_count() == 2);
    f.reactor.EndAll();
    f.loop.EndAll();
    CHECK(held.use_count() == 1);
  }
}

TEST_CASE_METHOD(ReactorFixture, "an event set inside the loop wakes who waits for it at once") {
  const auto socket = Connected();
  Event event(loop.get_executor());
  std::optional<Duration> after;
  Start([](Event& e, std::optional<Duration>& waited) -> Task<> {
    const SteadyTime begin = SteadyNow();
    co_await e.WaitFor(std::chrono::seconds(5));
    waited = SteadyNow() - begin;
  }(event, after));
  Start([](TcpSocket& s, Event& e) -> Task<> {
    Room room;
    co_await s.Read(room);
    e.Set();
  }(*socket, event));
  SendText(Peer(), "a");
  reactor.Run();
  for (const SteadyTime end = SteadyNow() + kPatience; !after && SteadyNow() < end;) {
    loop.run_one_for(std::chrono::seconds(1));
  }
  REQUIRE(after.has_value());
  CHECK(*after < std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace understudy
