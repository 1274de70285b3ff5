// The endpoints of one cluster as one worker sees them: who is healthy, which connections are idle,
// how many are open. Serving and shadows have pools of their own, so that a shadow never uses up
// what a client waits for.
//
// Threads: one worker's, except `HealthBoard`, which all share.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "proxy/async/event.h"
#include "proxy/model/sample.h"
#include "proxy/model/topology.h"
#include "proxy/wire/upstream_connection.h"

namespace understudy {

// What active health checks found, per endpoint of one cluster. Healthy until found otherwise.
class HealthBoard {
 public:
  explicit HealthBoard(std::size_t endpoints) : unhealthy_(endpoints) {}
  bool Healthy(std::size_t endpoint) const {
    return !unhealthy_[endpoint].load(std::memory_order_relaxed);
  }
  void Set(std::size_t endpoint, bool healthy) {
    unhealthy_[endpoint].store(!healthy, std::memory_order_relaxed);
  }

 private:
  std::vector<std::atomic<bool>> unhealthy_;
};

class UpstreamCluster;

struct EndpointState {
  UpstreamCluster* cluster = nullptr;
  SocketAddress address;
  std::size_t index = 0;
  std::vector<asio::ip::tcp::endpoint> resolved;
  SteadyTime resolved_until{};
  std::vector<std::unique_ptr<UpstreamConnection>> idle;  // most recently used last
  int in_flight = 0;
  int consecutive_failures = 0;
  SteadyTime ejected_until{};
};

// How many connect failures in a row make a shadow's endpoint not worth trying for a while.
struct ConnectBreaker {
  int consecutive = 0;
  SteadyTime open_until{};
};

class UpstreamCluster {
 public:
  UpstreamCluster(Worker& worker, Cluster config, std::shared_ptr<HealthBoard> health);
  ~UpstreamCluster();

  const Cluster& Config() const { return config_; }

  // The endpoint to ask next: by policy among the healthy and not ejected; if none is left, among
  // all, since a cluster's last endpoint is never given up. Null only without endpoints. `avoid`
  // is passed over when there is another.
  EndpointState* Choose(SteadyTime now, const EndpointState* avoid = nullptr);

  // A live idle connection, or null.
  std::unique_ptr<UpstreamConnection> TakeIdle(EndpointState& endpoint, SteadyTime now);
  void GiveBack(std::unique_ptr<UpstreamConnection> connection, SteadyTime now);
  // Closes what has been idle too long.
  void CloseIdle(SteadyTime now);

  // Waits for a place under the connection limit, at most that long. False: no place.
  Task<bool> WaitForPlace(Duration limit);
  // Opens a connection; null with the outcome when that fails.
  Task<std::unique_ptr<UpstreamConnection>> Connect(EndpointState& endpoint,
                                                    ExchangeOutcome& outcome);

  void Succeeded(EndpointState& endpoint);
  void Failed(EndpointState& endpoint, SteadyTime now);
  // While shadows' connects fail one after the other: do not try.
  bool BreakerOpen(SteadyTime now) const { return now < breaker_.open_until; }
  void ConnectFailed(SteadyTime now);
  void Connected() { breaker_.consecutive = 0; }

  int open_connections = 0;
  void ConnectionClosed();

 private:
  static constexpr int kEjectAfter = 5;  // failures in a row
  static constexpr Duration kEjection = std::chrono::milliseconds(500);
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr Duration kResolveEvery = std::chrono::seconds(30);

  Task<bool> Resolve(EndpointState& endpoint);

  Worker& worker_;
  const Cluster config_;
  const std::shared_ptr<HealthBoard> health_;
  const int max_connections_;
  std::vector<std::unique_ptr<EndpointState>> endpoints_;
  std::size_t next_ = 0;
  ConnectBreaker breaker_;
  std::deque<Event*> waiting_;
};

}  // namespace understudy
