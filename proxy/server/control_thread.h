// The control thread: runs what is posted to it in order, and ticks the rollout driver.
//
// Threads: Post() from anywhere; the rest from one owner.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "proxy/base/time.h"

namespace understudy {

class ControlThread {
 public:
  ~ControlThread() { End(); }

  // Work posted before Begin() runs first. `tick` is called on the thread about every `period`.
  void Begin(Duration period, std::function<void()> tick);
  void Post(std::function<void()> work);
  // Runs what was posted, then ends. Later posts are dropped.
  void End();

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable moved_;
  std::deque<std::function<void()>> posted_;
  bool ending_ = false;
  Duration period_{};
  std::function<void()> tick_;
  std::thread thread_;
};

}  // namespace understudy
