// The immutable picture the data plane serves by: topology, and per route who is incumbent, what
// each candidate weighs, what is mirrored. Published by the control thread, read by workers; a
// request keeps one view to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proxy/model/topology.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

struct CandidateTraffic {
  const CandidateArm* arm = nullptr;  // in the topology
  const Cluster* cluster = nullptr;
  std::uint32_t cluster_index = 0;  // into Topology::clusters
  std::uint32_t weight_ppm = 0;
  bool mirroring = false;    // false when killed
  std::uint64_t window = 0;  // evidence window for samples of requests served now
  std::string rollout_id;    // whose evidence that is; empty without a rollout under way
  PerThread<ArmCounters>* serving = nullptr;
  PerThread<CoverageCounters>* coverage = nullptr;
  AdaptiveRate* adaptive = nullptr;  // null: the configured rate always holds
  const StopSwitch* stop = nullptr;  // null: none

  bool Stopped() const {
    return stop != nullptr && stop->serving.load(std::memory_order_relaxed) > 0;
  }
  bool Mirroring() const {
    return mirroring && (stop == nullptr || stop->mirroring.load(std::memory_order_relaxed) == 0);
  }
};

struct RouteTraffic {
  const Route* route = nullptr;
  const Cluster* incumbent = nullptr;  // the promoted one where a rollout completed
  std::uint32_t incumbent_index = 0;   // into Topology::clusters
  const Cluster* control = nullptr;    // asked a second time; null: nobody
  std::uint32_t control_index = 0;
  double control_rate = 0;  // share of the mirrored requests, 0..1
  PerThread<ControlCounters>* control_counters = nullptr;
  bool killed = false;
  // Numbers the weights in force, from 1; 0: the incumbent serves everything.
  std::uint64_t split = 0;
  std::vector<CandidateTraffic> candidates;  // weights sum to at most kWholePpm
  PerThread<ArmCounters>* incumbent_counters = nullptr;
};

struct TrafficView {
  std::shared_ptr<const Topology> topology;  // everything above points into it
  std::uint64_t epoch = 0;
  std::vector<RouteTraffic> routes;  // in matching order, as in the topology
};

}  // namespace understudy
