// The two kinds of time. Only proxy/async/clock reads them; everything else takes them as values.
#pragma once

#include <chrono>

namespace understudy {

using Duration = std::chrono::nanoseconds;
// Never jumps; for deadlines and latencies.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// Survives a restart; for rollouts, journals and reports.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline double Seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
inline double UnixSeconds(WallTime t) { return Seconds(t.time_since_epoch()); }

}  // namespace understudy
