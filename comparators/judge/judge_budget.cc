// A sliding minute.
#include "comparators/judge/judge_budget.h"

#include <algorithm>

#include "fmt/format.h"

namespace understudy {

absl::Status JudgeBudget::Enter(std::size_t questions, Time now) {
  std::lock_guard lock(mutex_);
  while (!asked_.empty() && now - asked_.front() >= std::chrono::minutes(1)) asked_.pop_front();
  if (under_way_ >= in_flight_) {
    ++refused_;
    return absl::UnavailableError(fmt::format(
        "{} questions are with the judge, as many as \"in_flight\" allows ({} pairs went without "
        "so far)",
        in_flight_, refused_));
  }
  if (asked_.size() + questions > std::max(per_minute_, questions)) {
    ++refused_;
    return absl::UnavailableError(fmt::format(
        "the judge was asked {} times in the last minute and \"per_minute\" allows {} ({} pairs "
        "went without so far)",
        asked_.size(), per_minute_, refused_));
  }
  asked_.insert(asked_.end(), questions, now);
  ++under_way_;
  return absl::OkStatus();
}

void JudgeBudget::Leave() {
  std::lock_guard lock(mutex_);
  --under_way_;
}

std::uint64_t JudgeBudget::Refused() const {
  std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace understudy
