// Runs a loop until something has happened, with a bound.
#pragma once

#include <chrono>

#include "proxy/async/clock.h"
#include "proxy/async/loop.h"
#include "proxy/wire/worker.h"

namespace understudy {

// Says whether it happened within ten seconds, which only a fault takes.
template <typename Condition>
bool RunUntil(Loop& loop, Condition happened) {
  const SteadyTime end = SteadyNow() + std::chrono::seconds(10);
  while (!happened()) {
    if (SteadyNow() > end) return false;
    loop.run_one_for(std::chrono::milliseconds(50));
  }
  return true;
}

// The same for a worker, whose sockets have a reactor of their own.
template <typename Condition>
bool RunUntil(Worker& worker, Condition happened) {
  const SteadyTime end = SteadyNow() + std::chrono::seconds(10);
  while (!happened()) {
    if (SteadyNow() > end) return false;
    worker.context.poll();
    worker.reactor.Turn(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace understudy
