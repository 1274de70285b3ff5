// One worker, one cluster, and a hand on its clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "proxy/wire/upstreams.h"

namespace understudy {

inline Cluster ClusterOf(int endpoints, LoadBalancing policy) {
  Cluster cluster;
  cluster.name = "v1";
  cluster.load_balancing = policy;
  for (int i = 0; i < endpoints; ++i) {
    const auto port = static_cast<std::uint16_t>(9001 + i);
    cluster.endpoints.push_back({"127.0.0.1", port, "127.0.0.1:" + std::to_string(port)});
  }
  return cluster;
}

struct PoolFixture {
  PoolFixture(int endpoints, LoadBalancing policy)
      : config(ClusterOf(endpoints, policy)), pool(worker, config, boards.For(config)) {}

  // The index of the endpoint that is chosen now; nothing is sent to it.
  std::size_t Choose() { return pool.Choose(now)->index; }
  std::vector<std::size_t> Choose(int times) {
    std::vector<std::size_t> chosen;
    for (int i = 0; i < times; ++i) chosen.push_back(Choose());
    return chosen;
  }
  // The endpoint itself, found by choosing until it comes up.
  EndpointState& Endpoint(std::size_t index) {
    while (true) {
      EndpointState* endpoint = pool.Choose(now);
      if (endpoint->index == index) return *endpoint;
    }
  }
  void Fail(EndpointState& endpoint, int times) {
    for (int i = 0; i < times; ++i) pool.Failed(endpoint, now);
  }

  TrafficBook book{1, 0};
  Worker worker{0, 1, Limits(), book};
  HealthBoards boards;
  Cluster config;
  UpstreamCluster pool;
  SteadyTime now{std::chrono::hours(1)};
};

inline std::size_t Count(const std::vector<std::size_t>& chosen, std::size_t index) {
  return static_cast<std::size_t>(std::count(chosen.begin(), chosen.end(), index));
}

}  // namespace understudy
