// The sections of the metrics page, each from its own source.
//
// Threads: any; the sources are read, never written.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "proxy/model/control_view.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

using Families = std::vector<prometheus::MetricFamily>;

// Requests, latencies, mirroring, comparisons, connections.
void CollectTraffic(TrafficBook& book, Families& out);

// Checks, weights, phases, holds of each candidate's newest rollout.
void CollectRollouts(const ControlView& view, Families& out);

// CPU time, memory, descriptors and start of this process, from /proc. What cannot be read is left
// out.
void CollectProcess(Families& out);

}  // namespace understudy
