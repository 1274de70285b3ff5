// The breaker of a serving candidate: failures in a row and the failed share over a short window,
// from the counters workers keep. No statistics, so that it can act within a second.
//
// Threads: the control thread; the counters may be written by workers meanwhile.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/plan.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

class ServingBreaker {
 public:
  // What was counted before does not matter from here on.
  void Arm(const PerThread<ArmCounters>& counters, WallTime now);
  void Disarm() { points_.clear(); }
  bool armed() const { return !points_.empty(); }

  // One look; nothing, or why it trips. Failures in a row are counted per worker and, over all
  // workers, between looks.
  std::optional<std::string> Look(const PerThread<ArmCounters>& counters, const Breaker& rules,
                                  WallTime now);

 private:
  struct Point {
    WallTime at{};
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
  };
  static Point Sum(const PerThread<ArmCounters>& counters, WallTime now);
  std::uint64_t LongestRun(const PerThread<ArmCounters>& counters) const;
  void Forget(Duration window, WallTime now);

  std::deque<Point> points_;  // oldest first; the first is at or before the window
  std::vector<std::uint64_t> requests_at_start_;  // per worker
  std::uint64_t run_ = 0;                         // failures since a look saw a success
};

}  // namespace understudy
