// A request that was chosen for mirroring and never compared, for want of something of our own: by
// its size, its latency and its slices, so that a biased mirror shows (evidence/mirror_bias.h).
//
// Threads: the one that `counters` belong to.
#pragma once

#include "proxy/flow/segments.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

inline void CountLoss(CoverageCounters& counters, const Route& route, const RequestHead& head,
                      LossBands bands) {
  counters.Lost(bands);
  ForEachHeaderSlot(route.segments, head, [&](std::size_t slot) { counters.LostOfSlot(slot); });
}

}  // namespace understudy
