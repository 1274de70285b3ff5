// What each arm of a route answered: totals since the start, shares over the last minute.
//
// Threads: the control thread; workers write the counters meanwhile.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "proxy/base/time.h"
#include "proxy/model/control_view.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

// Answered requests per arm, remembered for a minute in steps of two seconds.
class ArmActivity {
 public:
  void Look(const TrafficBook& book, WallTime now);
  // Requests of the last minute, or since the first look when that is shorter.
  std::uint64_t Recent(const std::string& route, const std::string& cluster) const;
  std::uint64_t RecentFallbacks(const std::string& route, const std::string& cluster) const;

 private:
  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t fallbacks = 0;
  };
  using Totals = std::map<TrafficBook::Key, Counts>;
  struct Step {
    WallTime at{};
    Totals totals;
  };
  Counts Difference(const TrafficBook::Key& key) const;

  std::deque<Step> steps_;  // oldest first, at most 32
  Totals newest_;
};

// Totals and latencies of one arm; shares, role and names are the caller's.
ArmTraffic CountArm(const PerThread<ArmCounters>& counters);
std::uint64_t CountFallbacks(const PerThread<ArmCounters>& counters);

}  // namespace understudy
