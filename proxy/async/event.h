// A one-thread event that a coroutine can wait for, one at a time. Used off the fast path: it
// carries a timer.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>

#include "proxy/async/loop.h"
#include "proxy/async/task.h"
#include "proxy/base/time.h"

namespace understudy {

class Event {
 public:
  explicit Event(const Executor& executor) : timer_(executor, Timer::time_point::max()) {}

  void Set() {
    set_ = true;
    timer_.cancel();
    Loop::Poke();
  }
  bool IsSet() const { return set_; }
  Task<> Wait() {
    while (!set_) co_await timer_.async_wait(kAwait);
  }
  // Waits at most that long; says whether the event was set. The event can be waited for again.
  Task<bool> WaitFor(Duration limit) {
    if (!set_) {
      timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(limit));
      co_await timer_.async_wait(kAwait);
      timer_.expires_at(Timer::time_point::max());
    }
    co_return set_;
  }

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer timer_;
  bool set_ = false;
};

}  // namespace understudy
