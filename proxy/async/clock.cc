// Reads the system's clocks.
#include "proxy/async/clock.h"

namespace understudy {

SteadyTime SteadyNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

WallTime WallNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace understudy
