// Breaker arithmetic over counter differences.
#include "proxy/flow/rollout_breaker.h"

#include <fmt/format.h>

#include <algorithm>

namespace understudy {
namespace {

constexpr std::size_t kMaxPoints = 1024;

}  // namespace

ServingBreaker::Point ServingBreaker::Sum(const PerThread<ArmCounters>& counters, WallTime now) {
  Point point{now, 0, 0};
  for (const auto& block : counters.All()) {
    // Read in this order, a request that fails meanwhile never looks like more errors than
    // requests.
    const std::uint64_t errors = block->errors.Value();
    const std::uint64_t requests = block->Requests();
    point.errors += std::min(errors, requests);
    point.requests += requests;
  }
  return point;
}

void ServingBreaker::Arm(const PerThread<ArmCounters>& counters, WallTime now) {
  points_.assign(1, Sum(counters, now));
  requests_at_start_.clear();
  for (const auto& block : counters.All()) requests_at_start_.push_back(block->Requests());
  run_ = 0;
}

std::uint64_t ServingBreaker::LongestRun(const PerThread<ArmCounters>& counters) const {
  std::uint64_t longest = run_;
  for (std::size_t i = 0; i < counters.All().size(); ++i) {
    const ArmCounters& block = *counters.All()[i];
    const std::uint64_t since = block.Requests() - requests_at_start_[i];
    longest = std::max(longest, std::min(block.consecutive_errors.Value(), since));
  }
  return longest;
}

void ServingBreaker::Forget(Duration window, WallTime now) {
  while (points_.size() > 1 && (now - points_[1].at >= window || points_.size() > kMaxPoints)) {
    points_.pop_front();
  }
}

std::optional<std::string> ServingBreaker::Look(const PerThread<ArmCounters>& counters,
                                                const Breaker& rules, WallTime now) {
  if (!armed()) return std::nullopt;
  const Point present = Sum(counters, now);
  const Point& last = points_.back();
  const std::uint64_t new_requests = present.requests - last.requests;
  const std::uint64_t new_errors = present.errors - std::min(present.errors, last.errors);
  run_ = new_errors >= new_requests ? run_ + new_errors : 0;
  points_.push_back(present);
  Forget(rules.window, now);

  const std::uint64_t run = LongestRun(counters);
  if (rules.consecutive_failures > 0 && run >= rules.consecutive_failures) {
    return fmt::format("breaker: {} failures of the candidate in a row (limit {})", run,
                       rules.consecutive_failures);
  }
  const std::uint64_t requests = present.requests - points_.front().requests;
  const std::uint64_t errors = present.errors - points_.front().errors;
  const bool enough = requests > 0 && requests >= rules.min_requests;
  if (rules.error_ratio > 0 && enough &&
      static_cast<double>(errors) >= rules.error_ratio * static_cast<double>(requests)) {
    return fmt::format(
        "breaker: {} of the candidate's {} requests failed within {:.1f} s "
        "(limit {:.0f}%)",
        errors, requests, Seconds(rules.window), rules.error_ratio * 100);
  }
  return std::nullopt;
}

}  // namespace understudy
