// How much a judge may be asked: so many questions at once, and so many in any minute. What is
// beyond is refused at once; nobody waits here.
//
// Threads: safe on any thread. The time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "absl/status/status.h"

namespace understudy {

class JudgeBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  JudgeBudget(std::size_t per_minute, std::size_t in_flight)
      : per_minute_(per_minute), in_flight_(in_flight) {}

  // Room for `questions` that are put one after the other; Unavailable when there is none. Each
  // success is followed by one Leave().
  absl::Status Enter(std::size_t questions, Time now);
  void Leave();
  std::uint64_t Refused() const;

 private:
  const std::size_t per_minute_;
  const std::size_t in_flight_;
  mutable std::mutex mutex_;  // guards what follows
  std::deque<Time> asked_;    // in the last minute, at most per_minute_
  std::size_t under_way_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace understudy
