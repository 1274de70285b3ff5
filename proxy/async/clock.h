// The only place that reads time.
#pragma once

#include "proxy/base/time.h"

namespace understudy {

SteadyTime SteadyNow();
WallTime WallNow();

}  // namespace understudy
