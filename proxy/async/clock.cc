// Reads the system's clocks.
#include "proxy/async/clock.h"

namespace understudy {

namespace {

thread_local SteadyTime recent_now{};

}  // namespace

SteadyTime SteadyNow() {
  recent_now = std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  return recent_now;
}

SteadyTime RecentNow() { return recent_now; }

WallTime WallNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace understudy
