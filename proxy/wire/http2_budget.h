// How often a peer may do what costs it nothing: so many times in ten seconds, beyond what its
// honest use accounts for.
//
// Threads: one worker's; the time is an argument.
#pragma once

#include <algorithm>
#include <chrono>

#include "proxy/base/time.h"

namespace understudy {

class Http2Budget {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(10);

  explicit Http2Budget(int most) : most_(most) {}

  // False: it is used up.
  bool Charge(SteadyTime now) {
    if (now - began_ >= kPeriod) {
      began_ = now;
      spent_ = std::min(spent_, 0);
    }
    return ++spent_ <= most_;
  }
  // Honest use pays for `times` more, saved up to as much as the budget itself.
  void Credit(int times) { spent_ = std::max(spent_ - times, -most_); }

 private:
  const int most_;
  int spent_ = 0;
  SteadyTime began_{};
};

}  // namespace understudy
