// Which differences a running process cannot take over.
#include "proxy/server/needs_restart.h"

#include <catch2/catch.hpp>

using namespace understudy;

TEST_CASE("routes, clusters, plans, drain and record limits change while running") {
  Topology started;
  Topology next;
  next.routes.emplace_back().name = "new";
  next.clusters.emplace_back().name = "new";
  next.drain_timeout = std::chrono::seconds(1);
  next.records.max_bytes = 1;
  next.log.level = "debug";
  next.log.access = AccessLogMode::kOff;
  CHECK(NeedsRestart(started, next).empty());
}

TEST_CASE("threads, limits, listeners, admin addresses and the data directory need a restart") {
  const Topology started;
  Topology next;
  next.workers = 7;
  next.limits.headers = 7;
  next.listeners.emplace_back().name = "new";
  next.admin.http = SocketAddress{"127.0.0.1", 1, "127.0.0.1:1"};
  next.data_dir = "elsewhere";
  next.log.json = false;
  CHECK(NeedsRestart(started, next) ==
        "workers, limits, listeners, admin.http, data_dir, log.format");
}

TEST_CASE("a plug-in may be added while running and not taken away") {
  Topology in_force;
  in_force.plugins = {{"/a.so"}, {"/b.so"}};
  Topology next;
  next.plugins = {{"/c.so"}, {"/b.so"}, {"/a.so"}};
  CHECK(NeedsRestart(in_force, next).empty());
  CHECK(NeedsRestart(next, in_force) == "plugins");
  CHECK(NeedsRestart(in_force, Topology()) == "plugins");
}

TEST_CASE("a listener's timeouts count as part of it") {
  Topology started;
  started.listeners.emplace_back().name = "a";
  Topology next = started;
  next.listeners[0].timeouts.idle = std::chrono::seconds(1);
  CHECK(NeedsRestart(started, next) == "listeners");
}
