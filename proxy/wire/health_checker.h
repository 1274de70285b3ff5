// Asks every endpoint of every cluster with a health check whether it is well, and writes down what
// it learns for the workers to read. One loop per endpoint; a reload changes what is asked.
//
// Threads: the loop's alone (or one's before the loop runs), but for Transitions(). Ownership: the
// loop ends what it runs before the checker goes; Stop() alone does not wait for it. Invariant: an
// endpoint that is not, or no longer, checked counts as healthy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "proxy/async/deadline.h"
#include "proxy/async/task.h"
#include "proxy/model/topology.h"
#include "proxy/wire/health_board.h"
#include "proxy/wire/health_probe.h"
#include "proxy/wire/tls_credentials.h"

namespace understudy {

// When results in a row turn the opinion about an endpoint. Pure.
class HealthTally {
 public:
  // True when the opinion changed. The very first result decides alone: nothing speaks against it,
  // and a server that still loads its model should get no requests.
  bool Count(bool passed, const HealthCheck& rules);
  bool Healthy() const { return healthy_; }

 private:
  bool healthy_ = true;
  bool first_ = true;
  int against_ = 0;  // results in a row that contradict the opinion
};

class HealthChecker {
 public:
  HealthChecker(asio::io_context& loop, HealthBoards& boards, TlsCredentials& credentials);
  ~HealthChecker();

  // From now on asks what this topology says. An endpoint that stays keeps its health.
  void Update(const Topology& topology);
  // Asks nobody any more.
  void Stop();

  // How many endpoints are being checked.
  std::size_t Checks() const { return checks_.size(); }
  // How often an endpoint became unhealthy or healthy again. Any thread.
  std::uint64_t Transitions() const { return transitions_.load(std::memory_order_relaxed); }

 private:
  struct Check;
  using Key = std::pair<std::string, std::string>;  // cluster, endpoint

  static Task<> Watch(HealthChecker& self, std::shared_ptr<Check> check);
  void Judge(Check& check, const ProbeResult& result);

  asio::io_context& loop_;
  HealthBoards& boards_;
  TlsCredentials& credentials_;
  DeadlineWheel deadlines_;
  std::map<Key, std::shared_ptr<Check>> checks_;
  std::atomic<std::uint64_t> transitions_{0};
};

}  // namespace understudy
