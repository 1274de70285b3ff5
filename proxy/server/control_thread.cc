// The loop: posted work first, then the tick when it is due.
#include "proxy/server/control_thread.h"

#include <utility>

#include "proxy/async/clock.h"
#include "proxy/base/thread_name.h"

namespace understudy {

void ControlThread::Begin(Duration period, std::function<void()> tick) {
  period_ = period;
  tick_ = std::move(tick);
  thread_ = std::thread([this] {
    NameThread("control");
    Loop();
  });
}

void ControlThread::Post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (ending_) return;
    posted_.push_back(std::move(work));
  }
  moved_.notify_one();
}

void ControlThread::End() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  moved_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ControlThread::Loop() {
  SteadyTime due = SteadyNow() + period_;
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      moved_.wait_until(lock, due, [this] { return ending_ || !posted_.empty(); });
      if (!posted_.empty()) {
        work = std::move(posted_.front());
        posted_.pop_front();
      } else if (ending_) {
        return;
      }
    }
    if (work) work();
    if (const SteadyTime now = SteadyNow(); now >= due) {
      tick_();
      due = now + period_;
    }
  }
}

}  // namespace understudy
