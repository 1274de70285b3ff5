// What active health checks found out about endpoints: written by the health checker, read by every
// worker when it chooses one.
//
// Threads: any. Ownership: boards and the checker share what is known about an endpoint, which
// lives as long as one of them refers to it; a reload that keeps an endpoint so keeps its health.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "proxy/model/topology.h"

namespace understudy {

// One endpoint of one cluster. Healthy until found otherwise.
class EndpointHealth {
 public:
  bool Healthy() const { return healthy_.load(std::memory_order_relaxed); }
  void Set(bool healthy) { healthy_.store(healthy, std::memory_order_relaxed); }

 private:
  std::atomic<bool> healthy_{true};
};

// The endpoints of one cluster, in the configuration's order.
class HealthBoard {
 public:
  explicit HealthBoard(std::vector<std::shared_ptr<EndpointHealth>> endpoints)
      : endpoints_(std::move(endpoints)) {}
  bool Healthy(std::size_t endpoint) const { return endpoints_[endpoint]->Healthy(); }
  void Set(std::size_t endpoint, bool healthy) { endpoints_[endpoint]->Set(healthy); }

 private:
  const std::vector<std::shared_ptr<EndpointHealth>> endpoints_;
};

class HealthBoards {
 public:
  std::shared_ptr<HealthBoard> For(const Cluster& cluster);
  // `endpoint` as it is written in the configuration.
  std::shared_ptr<EndpointHealth> Of(const std::string& cluster, const std::string& endpoint);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<EndpointHealth>> known_;
};

}  // namespace understudy
