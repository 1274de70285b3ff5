// What the flows of one worker use: everything is borrowed from the composition root and outlives
// the worker.
#pragma once

#include <memory>
#include <vector>

#include "proxy/async/ring.h"
#include "proxy/base/snapshot.h"
#include "proxy/flow/mirrored_request.h"
#include "proxy/model/access_log.h"
#include "proxy/model/traffic_view.h"
#include "proxy/wire/upstreams.h"
#include "proxy/wire/worker.h"

namespace understudy {

struct Services {
  Worker& worker;
  SnapshotReader<TrafficView>& traffic;
  Upstreams& upstreams;
  ShadowBudgets& budgets;
  AccessLog& access_log;
  // One ring to each compare thread; this worker is their only producer.
  std::vector<Ring<PairJob>*> scoring;
  std::uint64_t seed = 0;           // of request ids
  std::uint64_t requests = 0;       // seen by this worker
  std::uint64_t offered_pairs = 0;  // spreads pairs over the rings
  // Budgets this worker has looked up, by the counters of their route and candidate, which live as
  // long as the process.
  std::vector<std::pair<const void*, ShadowBudget*>> known_budgets = {};
};

}  // namespace understudy
