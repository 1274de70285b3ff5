// A server on port zero of a test's own loop: reads a request's head and answers with fixed bytes.
//
// Threads: the loop's. Ownership: the loop's coroutines refer to it: end the loop first.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/async/loop.h"
#include "proxy/async/task.h"
#include "proxy/model/topology.h"

namespace understudy {

inline std::string AnswerWith(int status, const std::string& body = "ok") {
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class FakeEndpoint {
 public:
  // Port 0: a free one.
  explicit FakeEndpoint(Loop& loop, std::uint16_t port = 0) : loop_(loop), acceptor_(loop) {
    const asio::ip::tcp::endpoint address(asio::ip::address_v4::loopback(), port);
    acceptor_.open(address.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(address);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(loop.get_executor(), Accept(*this), asio::detached);
  }

  SocketAddress Address() const {
    return {"127.0.0.1", port_, "127.0.0.1:" + std::to_string(port_)};
  }
  // More of an answer, on the newest connection, at once.
  void Write(std::string_view bytes) { asio::write(*last_, asio::buffer(bytes)); }
  // From now on connects are refused.
  void Refuse() { acceptor_.close(); }

  std::string answer = AnswerWith(200);  // empty: silence
  int answers_per_connection = 1 << 30;  // the request after them finds the connection closed
  int connections = 0;                   // accepted so far
  int open = 0;
  std::vector<std::string> heads;  // of every request, in order

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

  static Task<> Accept(FakeEndpoint& self) {
    while (true) {
      auto [error, socket] = co_await self.acceptor_.async_accept(kAwait);
      if (error) co_return;
      ++self.connections;
      ++self.open;
      asio::co_spawn(self.loop_.get_executor(), Serve(self, std::move(socket)), asio::detached);
    }
  }

  static Task<> Serve(FakeEndpoint& self, Socket socket) {
    std::string buffer;
    self.last_ = &socket;
    for (int answered = 0;; ++answered) {
      auto [error, bytes] =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", kAwait);
      if (error) break;
      self.heads.push_back(buffer.substr(0, bytes));
      buffer.erase(0, bytes);
      if (answered == self.answers_per_connection) break;
      if (self.answer.empty()) continue;
      const std::string answer = self.answer;
      auto [failed, written] = co_await asio::async_write(socket, asio::buffer(answer), kAwait);
      if (failed) break;
    }
    self.last_ = nullptr;
    --self.open;
  }

  Loop& loop_;
  Acceptor acceptor_;
  Socket* last_ = nullptr;  // of a connection that is open
  std::uint16_t port_ = 0;
};

}  // namespace understudy
