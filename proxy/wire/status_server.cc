// One coroutine per connection on one io_context of its own.
#include "proxy/wire/status_server.h"

#include <fmt/format.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "proxy/async/deadline.h"
#include "proxy/async/event.h"
#include "proxy/async/loop.h"
#include "proxy/async/task.h"
#include "proxy/base/status.h"

namespace understudy {

namespace http = boost::beast::http;

struct StatusServer::Parts {
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  static constexpr int kMostConnections = 64;
  static constexpr Duration kPatience = std::chrono::seconds(10);

  explicit Parts(std::function<StatusPage(std::string_view)> page)
      : answer(std::move(page)), acceptor(context.get_executor()), deadlines(context) {}

  static Task<> Accept(Parts& parts);
  static Task<> Serve(Parts& parts, Socket socket);

  std::function<StatusPage(std::string_view)> answer;
  Loop context;
  Acceptor acceptor;
  DeadlineWheel deadlines;
  std::uint16_t port = 0;
  int connections = 0;
  std::thread thread;
};

Task<> StatusServer::Parts::Accept(Parts& parts) {
  while (true) {
    auto [error, socket] = co_await parts.acceptor.async_accept(kAwait);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors, most likely: a moment instead of spinning
      Event pause(parts.context.get_executor());
      co_await pause.WaitFor(std::chrono::milliseconds(20));
      continue;
    }
    if (parts.connections >= kMostConnections) continue;
    ++parts.connections;
    asio::co_spawn(parts.context.get_executor(), Serve(parts, std::move(socket)), asio::detached);
  }
}

Task<> StatusServer::Parts::Serve(Parts& parts, Socket socket) {
  boost::beast::flat_buffer buffer;
  Deadline deadline(
      parts.deadlines,
      [](void* peer) {
        error_code ignored;
        static_cast<Socket*>(peer)->close(ignored);
      },
      &socket);
  bool open = true;
  while (open) {
    deadline.Arm(kPatience);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(8192);
    auto [read_error, read] = co_await http::async_read(socket, buffer, parser, kAwait);
    if (read_error) break;
    const std::string target(parser.get().target());
    const bool known =
        parser.get().method() == http::verb::get || parser.get().method() == http::verb::head;
    StatusPage page = known ? parts.answer(std::string_view(target).substr(0, target.find('?')))
                            : StatusPage{405, "text/plain", "only GET and HEAD\n"};
    http::response<http::string_body> response(static_cast<http::status>(page.status),
                                               parser.get().version());
    response.set(http::field::content_type, page.content_type);
    response.keep_alive(parser.get().keep_alive());
    response.body() = std::move(page.body);
    response.prepare_payload();
    if (parser.get().method() == http::verb::head) response.body().clear();
    open = response.keep_alive();
    http::response_serializer<http::string_body> serializer(response);
    error_code write_error;
    if (parser.get().method() == http::verb::head) {
      auto [failed, written] = co_await http::async_write_header(socket, serializer, kAwait);
      write_error = failed;
    } else {
      auto [failed, written] = co_await http::async_write(socket, serializer, kAwait);
      write_error = failed;
    }
    if (write_error) break;
  }
  --parts.connections;
}

absl::StatusOr<std::unique_ptr<StatusServer>> StatusServer::Start(
    const SocketAddress& address, std::function<StatusPage(std::string_view)> answer) {
  auto parts = std::make_unique<Parts>(std::move(answer));
  error_code error;
  const auto fail = [&]() -> absl::Status {
    return Unavailable(
        fmt::format("admin.http: cannot listen on {}: {}", address.text, error.message()));
  };
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) return fail();
  const asio::ip::tcp::endpoint endpoint(ip, address.port);
  parts->acceptor.open(endpoint.protocol(), error);
  if (error) return fail();
  parts->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  parts->acceptor.bind(endpoint, error);
  if (error) return fail();
  parts->acceptor.listen(64, error);
  if (error) return fail();
  parts->port = parts->acceptor.local_endpoint(error).port();
  asio::co_spawn(parts->context.get_executor(), Parts::Accept(*parts), asio::detached);
  parts->thread = std::thread([raw = parts.get()] { raw->context.run(); });
  return std::unique_ptr<StatusServer>(new StatusServer(std::move(parts)));
}

StatusServer::StatusServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StatusServer::~StatusServer() { Stop(); }
std::uint16_t StatusServer::Port() const { return parts_->port; }

void StatusServer::Stop() {
  if (!parts_->thread.joinable()) return;
  parts_->context.stop();
  parts_->thread.join();
  parts_->context.EndAll();
}

}  // namespace understudy
