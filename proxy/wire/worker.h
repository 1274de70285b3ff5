// What everything on one worker thread shares: its io_context, its deadlines, its counters.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "proxy/async/deadline.h"
#include "proxy/async/loop.h"
#include "proxy/async/name_lookup.h"
#include "proxy/async/reactor.h"
#include "proxy/async/task.h"
#include "proxy/base/hash.h"
#include "proxy/model/topology.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

struct Worker {
  Worker(std::size_t worker_index, std::size_t worker_count, const Limits& process_limits,
         TrafficBook& book)
      : index(worker_index),
        count(worker_count),
        limits(process_limits),
        traffic(book),
        counters(book.Process().At(worker_index)),
        deadlines(context) {}

  Executor GetExecutor() { return context.get_executor(); }
  // Unwinds every coroutine that still waits; once nothing runs the loop any more.
  void EndAll() {
    reactor.EndAll();
    context.EndAll();
  }
  // The loop comes round too late for its clients: whatever can wait is shed.
  bool Busy() const { return deadlines.Lag() > kBusyLag; }

  const std::size_t index;
  const std::size_t count;
  const Limits limits;
  TrafficBook& traffic;
  ProcessCounters& counters;
  Loop context;
  DeadlineWheel deadlines;
  Reactor reactor{context, deadlines};
  NameLookup names{context};
  const std::uint64_t mirror_memory = limits.mirror_memory;  // bytes, of the whole process
  static constexpr Duration kBusyLag = std::chrono::milliseconds(50);
  std::uint64_t handshakes = 0;  // of clients, under way
  bool draining = false;         // answers then close their connections
};

}  // namespace understudy
