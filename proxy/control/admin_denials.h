// Calls of the admin API that were refused for want of a right: counted, and logged within bounds.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "proxy/base/time.h"
#include "proxy/control/admin_access.h"

namespace understudy {

class AdminDenials {
 public:
  // Lines that a log gets at once, and one more after each kLogEvery; what is over that is counted
  // and said in the next line.
  static constexpr int kLogAtOnce = 10;
  static constexpr Duration kLogEvery = std::chrono::seconds(1);

  std::uint64_t Count(AdminDenial denial) const {
    return counts_[static_cast<std::size_t>(denial)].load(std::memory_order_relaxed);
  }

  // Counts it. How many lines were left out before this one may be logged; nothing when it may not.
  std::optional<std::uint64_t> Add(AdminDenial denial, SteadyTime now);

 private:
  std::array<std::atomic<std::uint64_t>, kAdminDenials> counts_{};
  std::mutex mutex_;
  int lines_left_ = kLogAtOnce;
  SteadyTime given_at_{};  // when a line was last added to lines_left_
  std::uint64_t left_out_ = 0;
};

}  // namespace understudy
