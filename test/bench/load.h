// The clients: connections that are kept alive and ask for the same thing again and again, in a
// closed loop (each its next request when it has its answer), at a fixed rate (latency counts from
// when a request was due), or one at a time once every stub is done with the last one. Every answer
// is checked: status, length, every byte.
//
// Threads: the loop's. Ownership: owns its clients; borrows the loop, the texts and the stubs.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "test/bench/event_loop.h"
#include "test/bench/latency_histogram.h"
#include "test/bench/stub.h"

namespace understudy::bench {

struct LoadOptions {
  int connections = 64;
  std::uint64_t requests = 0;  // then clients stay connected and idle; 0: no limit
  double rate = 0;             // requests a second; 0: closed loop
  int streams = 0;             // of HTTP/2 on each connection; 0: HTTP/1.1
  Nanos gap = 0;               // above 0: one at a time, so long after all stubs are done
};

enum class LoadError {
  kConnect,
  kClosed,
  kClosedIdle,
  kStatus,
  kLength,
  kBytes,
  kMalformed,
  kCount
};

class Load : public Paced {
 public:
  // `body` is every request's, `expected` every answer's.
  Load(EventLoop& loop, const LoadOptions& options, const std::string& body,
       const std::string& expected, const std::vector<std::unique_ptr<Stub>>& stubs);
  ~Load() override;

  void Begin(std::uint16_t port);
  // No new requests; those under way go on.
  void Stop() { stopped_ = true; }
  // Counters since the beginning and quantiles since the last time, as the members of a JSON
  // object.
  std::string Mark();

  Nanos OnTurn(Nanos now) override;

 private:
  class Client;
  class Http1Client;
  class Http2Link;
  class Http2Stream;

  void Open();
  void Ready(Client& client);  // connected, and its last answer is complete
  void Answered(Client& client, Nanos now);
  void Broken(Client& client);  // and closed
  void Failed(LoadError error) { ++errors_[static_cast<std::size_t>(error)]; }
  bool MayIssue() const;
  bool StubsAreDone(Nanos now);
  std::size_t Wanted() const {
    return static_cast<std::size_t>(options_.connections * std::max(1, options_.streams));
  }
  // Send what is due; each answers when it wants to be asked again.
  Nanos KeepRate(Nanos now);
  Nanos OneAtATime(Nanos now);

  EventLoop& loop_;
  const LoadOptions options_;
  const std::string& body_;
  const std::string request_;
  const std::string& expected_;
  const std::vector<std::unique_ptr<Stub>>& stubs_;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
  int starting_ = 0;  // connections that have had no answer yet
  std::vector<std::shared_ptr<Client>> clients_;
  std::shared_ptr<Http2Link> link_;               // of the last clients
  std::deque<std::pair<Nanos, Client*>> broken_;  // when to connect again
  std::deque<Client*> idle_;                      // at a fixed rate and one at a time
  std::deque<Nanos> backlog_;                     // when requests were due that wait for a client
  std::size_t most_backlog_ = 0;
  Nanos next_due_ = kNever;
  Nanos asked_ = 0;             // one at a time: when the last one was sent
  std::uint64_t given_up_ = 0;  // answers of stubs that nobody waits for any more
  std::uint64_t offered_ = 0, issued_ = 0, completed_ = 0, body_bytes_ = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(LoadError::kCount)> errors_{};
  LatencyHistogram latency_, first_byte_;
};

// One who asks, and is told when to.
class Load::Client {
 public:
  virtual ~Client() = default;
  // Then the load is told that it is ready, or that it broke.
  virtual void Connect() = 0;
  // `due`: when the request should have been sent; its latency counts from there.
  virtual void Ask(Nanos due) = 0;

  Nanos due = 0;
  Nanos first_byte_at = 0;
  bool starting = true;  // has had no answer yet
};

}  // namespace understudy::bench
