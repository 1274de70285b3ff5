// The endpoints of one cluster as one worker sees them: who is healthy, which connections are idle,
// how many are open. Serving and shadows have pools of their own, so that a shadow never uses up
// what a client waits for.
//
// Threads: one worker's.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "proxy/async/event.h"
#include "proxy/async/name_lookup.h"
#include "proxy/model/sample.h"
#include "proxy/model/topology.h"
#include "proxy/wire/health_board.h"
#include "proxy/wire/upstream_connection.h"
#include "proxy/wire/watched_tls.h"

namespace understudy {

class UpstreamCluster;

// What an endpoint's name stands for; shared with lookups that may end after the endpoint.
struct ResolvedName {
  NameLookup::Addresses addresses;
  SteadyTime fresh_until{};
  bool looking_up = false;
  std::vector<Event*> waiting;
};

struct EndpointState {
  UpstreamCluster* cluster = nullptr;
  SocketAddress address;
  std::size_t index = 0;
  std::shared_ptr<ResolvedName> name = std::make_shared<ResolvedName>();
  std::vector<std::unique_ptr<UpstreamConnection>> idle;  // most recently used last
  std::vector<std::shared_ptr<Http2Upstream>> http2;      // each used to the full before the next
  bool http2_connecting = false;  // others wait for that one before they connect, too
  UpstreamProtocol speaks =
      UpstreamProtocol::kAuto;  // of `auto`: what it chose last; kAuto: unknown
  std::shared_ptr<TlsSession> session = std::make_shared<TlsSession>();
  int in_flight = 0;  // requests that chose it and have not ended; connecting counts
  int consecutive_failures = 0;
  // Set from the ejection to the next answer; past it, one request may try.
  SteadyTime ejected_until{};
  Duration ejection{};
};

// A wait of an exchange outside its connection, which Cancel() ends from elsewhere on the thread.
struct PoolWait {
  SteadyTime until{};
  bool cancelled = false;
  Event* event = nullptr;  // while waiting
  void Cancel() {
    cancelled = true;
    if (event != nullptr) event->Set();
  }
};

// How many connect failures in a row make a shadow's endpoint not worth trying for a while.
struct ConnectBreaker {
  int consecutive = 0;
  SteadyTime open_until{};
};

class UpstreamCluster {
 public:
  // `tls`: null for plaintext, and where its files cannot be used.
  UpstreamCluster(Worker& worker, Cluster config, std::shared_ptr<HealthBoard> health,
                  std::shared_ptr<const WatchedTls> tls = nullptr);
  ~UpstreamCluster();

  const Cluster& Config() const { return config_; }

  // The endpoint to ask next: by policy among the healthy and not ejected; if none is left, among
  // all, since a cluster's last endpoint is never given up. Null only without endpoints. `avoid`
  // is passed over when there is another. An ejected endpoint whose time is over is chosen once as
  // a trial; only an answer brings it back.
  EndpointState* Choose(SteadyTime now, const EndpointState* avoid = nullptr);

  // A live idle connection, or null. That the server has just closed it may show a turn later only;
  // with `look` the socket is asked, for requests that cannot be sent again.
  std::unique_ptr<UpstreamConnection> TakeIdle(EndpointState& endpoint, SteadyTime now, bool look);
  void GiveBack(std::unique_ptr<UpstreamConnection> connection, SteadyTime now);
  // Closes what has been idle too long.
  void CloseIdle(SteadyTime now);

  // Waits for an idle connection of `wanted` or a place under the connection limit. False: neither
  // came, or the wait was cancelled.
  Task<bool> WaitForPlace(const EndpointState& wanted, PoolWait& wait);
  // Looks its name up where it has no address, or an old one; the latter is used meanwhile. False:
  // there is none.
  Task<bool> Resolve(EndpointState& endpoint, PoolWait& wait);
  // Connects a new connection to its endpoint, with TLS where it has that. Anything but kAnswered:
  // how that failed.
  Task<ExchangeOutcome> Connect(UpstreamConnection& connection);

  void Succeeded(EndpointState& endpoint);
  void Failed(EndpointState& endpoint, SteadyTime now);
  // While shadows' connects fail one after the other: do not try.
  bool BreakerOpen(SteadyTime now) const { return now < breaker_.open_until; }
  void ConnectFailed(SteadyTime now);
  void Connected() { breaker_.consecutive = 0; }

  int open_connections = 0;
  void ConnectionClosed();
  // Whether it speaks HTTP/2, as far as is known.
  bool Http2(const EndpointState& endpoint) const {
    return Protocol(endpoint) == UpstreamProtocol::kHttp2;
  }
  // A connection broke: the outcome of what was asked on it.
  ExchangeOutcome Broke(EndpointState& endpoint, const TcpSocket& socket);
  // Of an endpoint that speaks HTTP/2, or may: others wait for its connection from here to there.
  void BeginConnecting(EndpointState& endpoint) {
    endpoint.http2_connecting = Protocol(endpoint) != UpstreamProtocol::kHttp1;
  }
  void EndConnecting(EndpointState& endpoint);
  // Of an HTTP/2 connection of this pool.
  void StreamEnded() { WakeFirst(); }
  void Http2Closed(EndpointState& endpoint, const Http2Upstream& connection);

 private:
  static constexpr int kEjectAfter = 5;  // failures in a row
  static constexpr Duration kEjection = std::chrono::milliseconds(500);
  static constexpr Duration kLongestEjection = std::chrono::seconds(1);
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr Duration kResolveEvery = std::chrono::seconds(30);

  class Waiting;

  UpstreamProtocol Protocol(const EndpointState& endpoint) const {
    return config_.protocol == UpstreamProtocol::kAuto ? endpoint.speaks : config_.protocol;
  }
  Task<error_code> Secure(UpstreamConnection& connection);
  bool Agreed(EndpointState& endpoint, std::string_view chosen);
  void TlsFailed(const EndpointState& endpoint, std::string_view why);
  int Rank(const EndpointState& endpoint, SteadyTime now, const EndpointState* avoid) const;
  void LookUp(EndpointState& endpoint);
  bool CloseOneIdle();
  static bool HasStream(const EndpointState& endpoint);
  bool HasRoom(const EndpointState& wanted) const;
  void StartHttp2(UpstreamConnection& connection);
  void WakeFirst();

  Worker& worker_;
  const Cluster config_;
  const std::shared_ptr<HealthBoard> health_;
  const std::shared_ptr<const WatchedTls> tls_;
  const int max_connections_;
  std::vector<std::unique_ptr<EndpointState>> endpoints_;
  std::size_t next_ = 0;  // where the next choice starts looking
  ConnectBreaker breaker_;
  std::deque<Event*> waiting_;
  SteadyTime tell_at_{};  // of the next failure of TLS
};

}  // namespace understudy
