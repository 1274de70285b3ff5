// Choosing endpoints, keeping idle connections, opening new ones.
#include "proxy/wire/upstream_pool.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/wire/socket_io.h"
#include "proxy/wire/tls_credentials.h"

namespace understudy {

UpstreamCluster::UpstreamCluster(Worker& worker, Cluster config,
                                 std::shared_ptr<HealthBoard> health,
                                 std::shared_ptr<const WatchedTls> tls)
    : worker_(worker),
      config_(std::move(config)),
      health_(std::move(health)),
      tls_(std::move(tls)),
      max_connections_(
          std::max<int>(1, (config_.pool.max_connections + static_cast<int>(worker.count) - 1) /
                               static_cast<int>(worker.count))) {
  for (const SocketAddress& address : config_.endpoints) {
    auto endpoint = std::make_unique<EndpointState>();
    endpoint->cluster = this;
    endpoint->address = address;
    endpoint->index = endpoints_.size();
    error_code error;
    const auto ip = asio::ip::make_address(address.host, error);
    if (!error) {
      endpoint->name->addresses.emplace_back(ip, address.port);
      endpoint->name->fresh_until = SteadyTime::max();
    }
    endpoints_.push_back(std::move(endpoint));
  }
}

UpstreamCluster::~UpstreamCluster() {
  for (auto& endpoint : endpoints_) {
    endpoint->idle.clear();
    for (const auto& connection : std::exchange(endpoint->http2, {})) connection->Forget();
  }
}

int UpstreamCluster::Rank(const EndpointState& endpoint, SteadyTime now,
                          const EndpointState* avoid) const {
  if (!health_->Healthy(endpoint.index) || now < endpoint.ejected_until) return 0;
  return &endpoint == avoid ? 1 : 2;
}

EndpointState* UpstreamCluster::Choose(SteadyTime now, const EndpointState* avoid) {
  if (endpoints_.size() == 1) return endpoints_.front().get();
  EndpointState* best = nullptr;
  int best_rank = 0;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    // Starting behind the last choice makes round robin, and spreads ties of least request.
    EndpointState* endpoint = endpoints_[(next_ + i) % endpoints_.size()].get();
    const int rank = Rank(*endpoint, now, avoid);
    const bool better =
        best == nullptr || rank > best_rank ||
        (rank == best_rank && config_.load_balancing == LoadBalancing::kLeastRequest &&
         endpoint->in_flight < best->in_flight);
    if (better) {
      best = endpoint;
      best_rank = rank;
    }
  }
  if (best == nullptr) return nullptr;
  next_ = best->index + 1;
  if (best->ejected_until != SteadyTime{} && now >= best->ejected_until) {
    // A trial. Whatever becomes of it, the next one has to wait, each time longer.
    best->ejection = std::min(2 * best->ejection, kLongestEjection);
    best->ejected_until = now + best->ejection;
  }
  return best;
}

std::unique_ptr<UpstreamConnection> UpstreamCluster::TakeIdle(EndpointState& endpoint,
                                                              SteadyTime now, bool look) {
  for (const std::shared_ptr<Http2Upstream>& connection : endpoint.http2) {
    if (!connection->HasRoom()) continue;
    worker_.counters.upstream_reuses.Add();
    auto stream = std::make_unique<UpstreamConnection>(worker_, endpoint, connection);
    stream->reused = true;
    return stream;
  }
  while (!endpoint.idle.empty()) {
    std::unique_ptr<UpstreamConnection> connection = std::move(endpoint.idle.back());
    endpoint.idle.pop_back();
    if (now - connection->idle_since >= config_.pool.idle) continue;
    // Closed meanwhile, or bytes nobody asked for: either way it must not be used again.
    // One that has rested is looked at: servers close those, and events are a turn behind.
    const TcpSocket& socket = connection->socket;
    const bool rested = now - connection->idle_since >= DeadlineWheel::kTick;
    if ((look || rested || socket.Stirred()) && socket.Peek() != PeerState::kQuiet) continue;
    connection->reused = true;
    worker_.counters.upstream_reuses.Add();
    return connection;
  }
  return nullptr;
}

void UpstreamCluster::GiveBack(std::unique_ptr<UpstreamConnection> connection, SteadyTime now) {
  if (connection->IsStream()) return;  // ends with its exchange
  connection->deadline.Disarm();
  connection->expired = false;
  connection->idle_since = now;
  connection->scanner.Reset();
  connection->input.ReleaseIfEmpty();
  EndpointState& endpoint = connection->endpoint;
  endpoint.idle.push_back(std::move(connection));
  WakeFirst();
}

void UpstreamCluster::CloseIdle(SteadyTime now) {
  for (auto& endpoint : endpoints_) {
    auto& idle = endpoint->idle;
    // Oldest first in the list, as connections are taken and given back at its end.
    const auto fresh = std::find_if(idle.begin(), idle.end(), [&](const auto& connection) {
      return now - connection->idle_since < config_.pool.idle;
    });
    idle.erase(idle.begin(), fresh);
    const auto connections = endpoint->http2;
    for (const std::shared_ptr<Http2Upstream>& connection : connections) {
      if (connection->Idle() && now - connection->IdleSince() >= config_.pool.idle) {
        connection->Leave();
      }
    }
  }
}

void UpstreamCluster::ConnectionClosed() {
  --open_connections;
  WakeFirst();
}

void UpstreamCluster::WakeFirst() {
  if (waiting_.empty()) return;
  Event* first = waiting_.front();
  waiting_.pop_front();
  first->Set();
}

bool UpstreamCluster::CloseOneIdle() {
  for (auto& endpoint : endpoints_) {
    if (endpoint->idle.empty()) continue;
    endpoint->idle.erase(endpoint->idle.begin());
    return true;
  }
  for (auto& endpoint : endpoints_) {
    for (const std::shared_ptr<Http2Upstream>& connection : endpoint->http2) {
      if (!connection->Idle()) continue;
      const auto idle = connection;
      idle->Leave();
      idle->LeavePool();
      return true;
    }
  }
  return false;
}

bool UpstreamCluster::HasStream(const EndpointState& endpoint) {
  return std::any_of(endpoint.http2.begin(), endpoint.http2.end(),
                     [](const auto& connection) { return connection->HasRoom(); });
}

bool UpstreamCluster::HasRoom(const EndpointState& wanted) const {
  if (!wanted.idle.empty() || HasStream(wanted)) return true;
  return !wanted.http2_connecting && open_connections < max_connections_;
}

void UpstreamCluster::EndConnecting(EndpointState& endpoint) {
  if (!std::exchange(endpoint.http2_connecting, false)) return;
  // Each that finds no stream connects in its turn.
  while (!waiting_.empty()) WakeFirst();
}

void UpstreamCluster::Http2Closed(EndpointState& endpoint, const Http2Upstream& connection) {
  const auto erased = std::erase_if(
      endpoint.http2, [&connection](const auto& one) { return one.get() == &connection; });
  if (erased > 0) ConnectionClosed();
}

void UpstreamCluster::StartHttp2(UpstreamConnection& connection) {
  EndpointState& endpoint = connection.endpoint;
  auto shared = std::make_shared<Http2Upstream>(worker_, std::move(connection.socket), endpoint);
  endpoint.http2.push_back(shared);
  connection.BecomeStream(shared);
  asio::co_spawn(worker_.GetExecutor(), Http2Upstream::Run(std::move(shared)), asio::detached);
}

// A place in the queue, left also when the one who waits is ended from outside.
class UpstreamCluster::Waiting {
 public:
  explicit Waiting(UpstreamCluster& cluster)
      : event(cluster.worker_.GetExecutor()), queue_(cluster.waiting_) {
    queue_.push_back(&event);
  }
  ~Waiting() { std::erase(queue_, &event); }
  Event event;

 private:
  std::deque<Event*>& queue_;
};

Task<bool> UpstreamCluster::WaitForPlace(const EndpointState& wanted, PoolWait& wait) {
  // More than once: somebody else may take the place before this one runs.
  while (!HasRoom(wanted)) {
    // An idle connection of another endpoint makes room.
    if (!wanted.http2_connecting && CloseOneIdle()) continue;
    if (wait.cancelled || waiting_.size() >= kMaxWaiting) co_return false;
    Waiting waiting(*this);
    wait.event = &waiting.event;
    const bool woken = co_await waiting.event.WaitFor(wait.until - SteadyNow());
    wait.event = nullptr;
    if (!woken) co_return false;
  }
  co_return !wait.cancelled;
}

void UpstreamCluster::LookUp(EndpointState& endpoint) {
  endpoint.name->looking_up = true;
  worker_.names.Lookup(endpoint.address.host, endpoint.address.port,
                       [name = endpoint.name](NameLookup::Addresses found) {
                         name->looking_up = false;
                         name->fresh_until = SteadyNow() + kResolveEvery;
                         // A name that is unknown for a while keeps the address it had.
                         if (!found.empty()) name->addresses = std::move(found);
                         for (Event* event : std::exchange(name->waiting, {})) event->Set();
                       });
}

Task<bool> UpstreamCluster::Resolve(EndpointState& endpoint, PoolWait& wait) {
  const auto name = endpoint.name;
  if (SteadyNow() >= name->fresh_until || name->addresses.empty()) {
    if (!name->looking_up) LookUp(endpoint);
  }
  if (!name->addresses.empty()) co_return true;
  Event found(worker_.GetExecutor());
  name->waiting.push_back(&found);
  wait.event = &found;
  co_await found.WaitFor(wait.until - SteadyNow());
  wait.event = nullptr;
  std::erase(name->waiting, &found);
  co_return !name->addresses.empty() && !wait.cancelled;
}

Task<ExchangeOutcome> UpstreamCluster::Connect(UpstreamConnection& connection) {
  worker_.counters.upstream_connects.Add();
  connection.ExpireAfter(config_.timeouts.connect);
  const auto addresses = connection.endpoint.name->addresses;  // a lookup may change them meanwhile
  ExchangeOutcome failed = ExchangeOutcome::kConnectRefused;
  for (const auto& address : addresses) {
    error_code error = co_await connection.socket.Connect(address);
    if (!error) connection.socket.SetNoDelay();
    if (!error && config_.tls) {
      failed = ExchangeOutcome::kTlsFailed;
      error = co_await Secure(connection);
    }
    if (!error) {
      connection.deadline.Disarm();
      if (Http2(connection.endpoint)) StartHttp2(connection);
      co_return ExchangeOutcome::kAnswered;
    }
    if (connection.expired) co_return ExchangeOutcome::kConnectTimeout;
    if (OutOfDescriptors(error)) co_return ExchangeOutcome::kNoDescriptors;
    if (error == asio::error::operation_aborted) co_return ExchangeOutcome::kCancelled;
  }
  co_return failed;
}

Task<error_code> UpstreamCluster::Secure(UpstreamConnection& connection) {
  EndpointState& endpoint = connection.endpoint;
  if (tls_ == nullptr) {
    TlsFailed(endpoint, "the files of this cluster's tls cannot be used");
    co_return asio::error::connection_aborted;
  }
  const auto context = tls_->Context();
  auto tls = std::make_unique<TlsStream>(context->Native(), TlsSide::kClient);
  if (!AskFor(tls->Native(), ServerNameOf(config_, endpoint.address),
              OfferedBy(config_.protocol))) {
    TlsFailed(endpoint, "its name is none that a certificate can have");
    co_return asio::error::connection_aborted;
  }
  tls->Remember(endpoint.session, context->Generation());
  connection.socket.BeginTls(std::move(tls));
  const error_code error = co_await connection.socket.Handshake();
  if (!error && Agreed(endpoint, connection.socket.Tls()->Alpn())) co_return error_code();
  if (!error) {
    TlsFailed(endpoint, "it does not speak HTTP/2 (ALPN)");
    co_return asio::error::connection_aborted;
  }
  if (connection.expired) {
    TlsFailed(endpoint, "the handshake was not over within timeouts.connect");
  } else if (error != asio::error::operation_aborted) {
    TlsFailed(endpoint, connection.socket.Tls()->Failure().reason);
  }
  co_return error;
}

// Notes what an endpoint chose. False: not what is wanted of it.
bool UpstreamCluster::Agreed(EndpointState& endpoint, std::string_view chosen) {
  endpoint.speaks = chosen == "h2" ? UpstreamProtocol::kHttp2 : UpstreamProtocol::kHttp1;
  return config_.protocol != UpstreamProtocol::kHttp2 ||
         endpoint.speaks == UpstreamProtocol::kHttp2;
}

// Not one line for each request.
void UpstreamCluster::TlsFailed(const EndpointState& endpoint, std::string_view why) {
  static constexpr Duration kTellEvery = std::chrono::seconds(10);
  worker_.counters.upstream_tls_failures.Add();
  const SteadyTime now = SteadyNow();
  if (now < tell_at_) return;
  tell_at_ = now + kTellEvery;
  spdlog::warn("cluster {}: no TLS connection to endpoint {}: {}", config_.name,
               endpoint.address.text, why);
}

// With TLS 1.3 a server says only after the handshake that it does not take this side's
// certificate.
ExchangeOutcome UpstreamCluster::Broke(EndpointState& endpoint, const TcpSocket& socket) {
  using Kind = TlsFailure::Kind;
  if (socket.Tls() == nullptr) return ExchangeOutcome::kReset;
  const TlsFailure& failure = socket.Tls()->Failure();
  if (failure.kind == Kind::kNone || failure.kind == Kind::kLeft) return ExchangeOutcome::kReset;
  TlsFailed(endpoint, failure.reason);
  return ExchangeOutcome::kTlsFailed;
}

void UpstreamCluster::Succeeded(EndpointState& endpoint) {
  endpoint.consecutive_failures = 0;
  endpoint.ejected_until = {};
}

void UpstreamCluster::Failed(EndpointState& endpoint, SteadyTime now) {
  if (endpoint.ejected_until != SteadyTime{}) return;  // its trials decide now
  if (++endpoint.consecutive_failures < kEjectAfter) return;
  endpoint.ejection = kEjection;
  endpoint.ejected_until = now + kEjection;
}

void UpstreamCluster::ConnectFailed(SteadyTime now) {
  static constexpr int kOpenAfter = 10;
  static constexpr Duration kOpenFor = std::chrono::seconds(1);
  if (++breaker_.consecutive >= kOpenAfter) breaker_.open_until = now + kOpenFor;
}

}  // namespace understudy
