// A reactor that is turned by hand, with plain sockets at the other ends.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/async/clock.h"
#include "proxy/async/tcp_socket.h"

namespace understudy {

inline constexpr Duration kPatience = std::chrono::seconds(10);

// A listening port of the test's own, and its plain, blocking ends of connections.
class Port {
 public:
  // `flags`: SOCK_NONBLOCK, or none.
  explicit Port(int flags = 0) : fd_(::socket(AF_INET, SOCK_STREAM | flags, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
    REQUIRE(::listen(fd_, 16) == 0);
    socklen_t size = sizeof any;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size);
    port_ = ntohs(any.sin_port);
  }
  ~Port() { Close(); }
  void Close() {
    if (fd_ >= 0) ::close(Release());
  }
  // The descriptor, which is then somebody else's to close.
  int Release() { return std::exchange(fd_, -1); }
  asio::ip::tcp::endpoint Address() const { return {asio::ip::address_v4::loopback(), port_}; }
  int Accept() const { return ::accept(fd_, nullptr, nullptr); }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

// Room for a read; counts how often it was asked for, and told that nothing comes.
struct Room {
  explicit Room(std::size_t size = 64) : memory(size) {}
  asio::mutable_buffer Prepare() {
    ++asked;
    return asio::buffer(memory);
  }
  void Rest() { ++rested; }

  std::vector<char> memory;
  int asked = 0;
  int rested = 0;
};

struct ReactorFixture {
  ~ReactorFixture() {
    reactor.EndAll();
    loop.EndAll();
    for (const int fd : peers) ::close(fd);
  }

  template <typename Condition>
  bool RunUntil(Condition happened) {
    for (const SteadyTime end = SteadyNow() + kPatience; !happened();) {
      if (SteadyNow() > end) return false;
      loop.poll();
      reactor.Turn(std::chrono::milliseconds(5));
    }
    return true;
  }
  void RunFor(Duration time) {
    const SteadyTime end = SteadyNow() + time;
    RunUntil([&] { return SteadyNow() >= end; });
  }
  void Start(Task<> task) { asio::co_spawn(loop, std::move(task), asio::detached); }

  // A connected socket; the other end is the last of `peers`.
  std::unique_ptr<TcpSocket> Connected() {
    auto socket = std::make_unique<TcpSocket>(reactor);
    std::optional<error_code> connected;
    Start([](TcpSocket& s, asio::ip::tcp::endpoint to, std::optional<error_code>& out) -> Task<> {
      out = co_await s.Connect(to);
    }(*socket, port.Address(), connected));
    REQUIRE(RunUntil([&] { return connected.has_value(); }));
    REQUIRE_FALSE(*connected);
    peers.push_back(port.Accept());
    return socket;
  }
  int Peer() const { return peers.back(); }

  Loop loop;
  DeadlineWheel wheel{loop};
  Reactor reactor{loop, wheel};
  Port port;
  std::vector<int> peers;
};

// What one read says, once it has ended.
struct OneRead {
  Task<> Run(TcpSocket& socket) {
    IoResult got = socket.TryRead(room);
    waited = got.Blocked();
    if (got.Blocked()) got = co_await socket.Read(room);
    result = got;
  }
  std::string Text() const { return std::string(room.memory.data(), result->bytes); }

  Room room;
  bool waited = false;
  std::optional<IoResult> result;
};

inline void SendText(int fd, std::string_view text) {
  REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

}  // namespace understudy
