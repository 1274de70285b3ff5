// A bucket of lines that fills with time.
#include "proxy/control/admin_denials.h"

#include <algorithm>
#include <utility>

namespace understudy {

std::optional<std::uint64_t> AdminDenials::Add(AdminDenial denial, SteadyTime now) {
  counts_[static_cast<std::size_t>(denial)].fetch_add(1, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  if (lines_left_ == kLogAtOnce) given_at_ = now;
  const auto earned = std::max<std::int64_t>(0, (now - given_at_) / kLogEvery);
  given_at_ += earned * kLogEvery;
  lines_left_ = static_cast<int>(std::min<std::int64_t>(kLogAtOnce, lines_left_ + earned));
  if (lines_left_ == 0) {
    ++left_out_;
    return std::nullopt;
  }
  --lines_left_;
  return std::exchange(left_out_, 0);
}

}  // namespace understudy
