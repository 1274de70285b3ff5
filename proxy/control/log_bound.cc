// A bucket of lines that fills with time.
#include "proxy/control/log_bound.h"

#include <algorithm>
#include <utility>

namespace understudy {

std::optional<std::uint64_t> LogBound::Take(SteadyTime now) {
  std::lock_guard lock(mutex_);
  if (lines_ == kAtOnce) given_at_ = now;
  const auto earned = std::max<std::int64_t>(0, (now - given_at_) / kEvery);
  given_at_ += earned * kEvery;
  lines_ = static_cast<int>(std::min<std::int64_t>(kAtOnce, lines_ + earned));
  if (lines_ == 0) {
    ++left_out_;
    return std::nullopt;
  }
  --lines_;
  return std::exchange(left_out_, 0);
}

}  // namespace understudy
