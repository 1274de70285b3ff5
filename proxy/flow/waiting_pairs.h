// Pairs whose comparators wait for somebody outside this process, on their way from the compare
// threads to the few threads that may wait.
//
// Threads: any number of both. Bounded: when it is full the giver is told so and counts the pair.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "proxy/flow/mirrored_request.h"

namespace understudy {

class WaitingPairs {
 public:
  explicit WaitingPairs(std::size_t capacity) : capacity_(capacity) {}

  // False when full: `job` is left as it was.
  bool TryPush(PairJob& job) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_ || jobs_.size() >= capacity_) return false;
      jobs_.push_back(std::move(job));
    }
    more_.notify_one();
    return true;
  }

  // Waits for one. False after Stop(), when none is left.
  bool Pop(PairJob& job) {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    if (jobs_.empty()) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
    return true;
  }

  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    more_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<PairJob> jobs_;
  bool stopped_ = false;
};

}  // namespace understudy
