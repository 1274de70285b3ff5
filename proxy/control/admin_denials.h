// Calls of the admin API that were refused for want of a right: counted, and logged within bounds.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "proxy/base/time.h"
#include "proxy/control/admin_access.h"
#include "proxy/control/log_bound.h"

namespace understudy {

class AdminDenials {
 public:
  std::uint64_t Count(AdminDenial denial) const {
    return counts_[static_cast<std::size_t>(denial)].load(std::memory_order_relaxed);
  }

  // Counts it. How many lines were left out before the one that may be logged for it; nothing when
  // none may.
  std::optional<std::uint64_t> Add(AdminDenial denial, SteadyTime now) {
    counts_[static_cast<std::size_t>(denial)].fetch_add(1, std::memory_order_relaxed);
    return lines_.Take(now);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kAdminDenials> counts_{};
  LogBound lines_;
};

}  // namespace understudy
