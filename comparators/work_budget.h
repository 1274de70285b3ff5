// How much work one comparison may still do; what keeps quadratic measures and recursive rules
// within a bound. Used by one thread, for one pair.
#pragma once

#include <cstdint>

namespace understudy {

class WorkBudget {
 public:
  explicit WorkBudget(std::uint64_t steps) : left_(steps) {}

  // Takes `steps` off; false, for ever after, once there are not as many left.
  bool Spend(std::uint64_t steps) {
    if (spent_ || steps > left_) {
      spent_ = true;
      return false;
    }
    left_ -= steps;
    return true;
  }
  bool spent() const { return spent_; }

 private:
  std::uint64_t left_;
  bool spent_ = false;
};

}  // namespace understudy
