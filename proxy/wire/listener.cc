// Binding and the accept loop.
#include "proxy/wire/listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <string>

#include "proxy/async/clock.h"
#include "proxy/async/event.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/wire/http2_connection.h"
#include "proxy/wire/last_answer.h"
#include "proxy/wire/socket_io.h"

namespace understudy {

namespace {

constexpr int kMostRefusing = 256;
constexpr Duration kTellEvery = std::chrono::seconds(10);

// Waits a moment instead of spinning.
Task<> Pause(Worker& worker) {
  Event pause(worker.GetExecutor());
  co_await pause.WaitFor(std::chrono::milliseconds(20));
}

}  // namespace

Listener::Listener(Worker& worker, const ListenerConfig& config, RequestHandler& handler,
                   std::shared_ptr<const WatchedTls> tls)
    : worker_(worker),
      config_(config),
      handler_(handler),
      tls_(std::move(tls)),
      socket_(worker.reactor) {}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(Worker& worker,
                                                         const ListenerConfig& config,
                                                         RequestHandler& handler,
                                                         std::shared_ptr<const WatchedTls> tls) {
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  std::unique_ptr<Listener> listener(new Listener(worker, config, handler, std::move(tls)));
  Acceptor acceptor(worker.GetExecutor());
  error_code error;
  const auto ip = asio::ip::make_address(config.address.host, error);
  const auto fail = [&]() -> absl::Status {
    return Unavailable(fmt::format("listener {}: cannot listen on {}: {}", config.name,
                                   config.address.text, error.message()));
  };
  if (error) return fail();
  const asio::ip::tcp::endpoint endpoint(ip, config.address.port);
  // SO_REUSEPORT would share the port with another program that sets it, too: the first worker asks
  // for the address alone before it is shared among the workers.
  if (worker.index == 0 && endpoint.port() != 0) {
    Acceptor alone(worker.GetExecutor());
    alone.open(endpoint.protocol(), error);
    if (!error) alone.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) alone.bind(endpoint, error);
    if (error) return fail();
  }
  acceptor.open(endpoint.protocol(), error);
  if (error) return fail();
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  acceptor.set_option(ReusePort(true), error);
  if (error) return fail();
  acceptor.bind(endpoint, error);
  if (error) return fail();
  acceptor.listen(4096, error);
  if (error) return fail();
  listener->port_ = acceptor.local_endpoint(error).port();
  acceptor.native_non_blocking(true, error);
  if (!error) error = listener->socket_.Open(acceptor.release());
  if (error) return fail();
  return listener;
}

void Listener::Begin() { asio::co_spawn(worker_.GetExecutor(), Accept(*this), asio::detached); }

Task<> Listener::Accept(Listener& listener) {
  Worker& worker = listener.worker_;
  const auto most = static_cast<std::uint64_t>(
      std::max<std::size_t>(1, static_cast<std::size_t>(worker.limits.connections) / worker.count));
  while (!listener.stopping_) {
    error_code error;
    const int descriptor = listener.socket_.AcceptNow(error);
    if (error == asio::error::would_block) {
      co_await listener.socket_.WaitReadable();
      continue;
    }
    TcpSocket socket(worker.reactor);
    if (!error) error = socket.Open(descriptor);
    if (error) {
      if (understudy::OutOfDescriptors(error)) {
        co_await listener.OutOfDescriptors();
      } else {
        co_await Pause(worker);
      }
      continue;
    }
    if (worker.counters.connections_open.Value() >= most) {
      worker.counters.connections_refused.Add();
      // With too many of them under way the rest is closed without a word.
      if (listener.refusing_ >= kMostRefusing) continue;
      asio::co_spawn(worker.GetExecutor(),
                     Refuse(listener, std::move(socket), "too_many_connections"), asio::detached);
      continue;
    }
    if (listener.tls_ != nullptr && TlsArrival::TooMany(worker, most)) {
      worker.counters.tls_refused.Add();
      continue;
    }
    worker.counters.connections_accepted.Add();
    listener.Take(std::move(socket));
  }
}

void Listener::Take(TcpSocket socket) {
  if (tls_ == nullptr) {
    auto client = std::make_shared<Http1Downstream>(worker_, std::move(socket), config_);
    asio::co_spawn(worker_.GetExecutor(), RunClient(*this, std::move(client), false),
                   asio::detached);
    return;
  }
  auto arrival = std::make_shared<TlsArrival>(worker_, std::move(socket), config_);
  asio::co_spawn(worker_.GetExecutor(), RunTlsClient(*this, std::move(arrival)), asio::detached);
}

Task<> Listener::RunTlsClient(Listener& listener, std::shared_ptr<TlsArrival> arrival) {
  listener.open_.insert(arrival.get());
  std::shared_ptr<Http1Downstream> client;
  bool http2 = false;
  try {
    std::string why;
    const bool secured = co_await TlsArrival::Run(arrival, listener.tls_->Context(), why);
    if (!why.empty()) listener.TellOfFailure(arrival->Address(), why);
    if (secured) {
      http2 = arrival->Http2();
      client = std::make_shared<Http1Downstream>(listener.worker_, arrival->TakeSocket(),
                                                 listener.config_);
    }
  } catch (const std::exception& failure) {
    spdlog::error("a handshake ended by an exception: {}", failure.what());
  }
  listener.open_.erase(arrival.get());
  arrival.reset();
  if (client != nullptr) co_await RunClient(listener, std::move(client), http2);
}

// Not one line for each of a flood.
void Listener::TellOfFailure(const std::string& client, const std::string& why) {
  const SteadyTime now = RecentNow();
  if (now < tell_at_) return;
  tell_at_ = now + kTellEvery;
  spdlog::info("listener {}: the TLS handshake of client {} failed: {}", config_.name, client, why);
}

Task<> Listener::RunClient(Listener& listener, std::shared_ptr<Http1Downstream> client,
                           bool http2) {
  listener.open_.insert(client.get());
  std::shared_ptr<Http2Connection> successor;
  try {
    // A client that has no address any more is not served.
    if (!http2 || client->ClientAddress().empty()) {
      http2 = co_await Http1Downstream::Run(client, listener.handler_);
    }
    listener.open_.erase(client.get());
    if (http2) {
      successor = std::make_shared<Http2Connection>(*client, listener.handler_);
      client.reset();
      listener.open_.insert(successor.get());
      co_await Http2Connection::Run(successor);
    }
  } catch (const std::exception& failure) {
    // Nothing on the path throws on purpose; what still does ends this connection alone.
    spdlog::error("a connection ended by an exception: {}", failure.what());
  }
  listener.open_.erase(client.get());
  listener.open_.erase(successor.get());
}

// Gives up the spare descriptor for one client at a time, who is told; without it, waits.
Task<> Listener::OutOfDescriptors() {
  spare_.Give();
  TcpSocket socket(worker_.reactor);
  error_code error;
  const int descriptor = socket_.AcceptNow(error);
  if (!error) error = socket.Open(descriptor);
  if (error) {
    spare_.Take();
    co_await Pause(worker_);
    co_return;
  }
  worker_.counters.connections_refused.Add();
  co_await Refuse(*this, std::move(socket), "no_descriptors");
  spare_.Take();
}

Task<> Listener::Refuse(Listener& listener, TcpSocket socket, std::string_view reason) {
  if (listener.tls_ != nullptr) co_return;
  ++listener.refusing_;
  socket.SetNoDelay();
  co_await AnswerLast(
      listener.worker_, socket,
      fmt::format("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
                  "x-understudy-reason: {}\r\nConnection: close\r\n\r\n",
                  reason));
  --listener.refusing_;
}

void Listener::StopAccepting() {
  stopping_ = true;
  socket_.Close();
  const std::set<ClientConnection*> open = open_;
  for (ClientConnection* client : open) client->CloseWhenIdle();
}

void Listener::CutAll() {
  const std::set<ClientConnection*> open = open_;
  for (ClientConnection* client : open) client->Cut();
}

}  // namespace understudy
