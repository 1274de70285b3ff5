// The only place that reads time.
#pragma once

#include "proxy/base/time.h"

namespace understudy {

SteadyTime SteadyNow();
WallTime WallNow();

// What SteadyNow() said last on this thread. A reactor's thread reads the clock in each turn and
// after each read from a socket, so there it is as old as the work since then: good for deadlines,
// and for when bytes arrived. Other threads ask SteadyNow().
SteadyTime RecentNow();

}  // namespace understudy
