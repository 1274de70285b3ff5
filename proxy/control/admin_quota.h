// How many calls of one kind may last at once, and when they all must end.
//
// Threads: any.
#pragma once

#include <atomic>
#include <optional>

namespace understudy {

// A bound on long calls (watchers, waiting gates): each holds a server thread while it lasts.
class CallQuota {
 public:
  // Gives its place back when it goes; must not outlive the quota.
  class Place {
   public:
    explicit Place(CallQuota& quota) : quota_(&quota) {}
    Place(Place&& other) noexcept : quota_(other.quota_) { other.quota_ = nullptr; }
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (quota_ != nullptr) quota_->taken_.fetch_sub(1);
    }

   private:
    CallQuota* quota_;
  };

  explicit CallQuota(int limit) : limit_(limit) {}

  std::optional<Place> Take() {
    if (taken_.fetch_add(1) < limit_) return Place(*this);
    taken_.fetch_sub(1);
    return std::nullopt;
  }
  int limit() const { return limit_; }

 private:
  const int limit_;
  std::atomic<int> taken_{0};
};

}  // namespace understudy
