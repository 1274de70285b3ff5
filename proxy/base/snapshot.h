// One immutable value, published by one thread and read by many: the wire by which the control
// plane reaches the data plane. std::atomic<std::shared_ptr> is avoided: ThreadSanitizer reports
// races inside GCC 12's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace understudy {

template <typename T>
class Snapshot {
 public:
  void Publish(std::shared_ptr<const T> value) {
    // The former value goes with the parameter, after the lock: its end may take a while.
    std::lock_guard lock(mutex_);
    value_.swap(value);
    version_.fetch_add(1, std::memory_order_release);
  }
  std::shared_ptr<const T> Read() const {
    std::lock_guard lock(mutex_);
    return value_;
  }
  // Moves with every Publish(); lets a reader keep its copy and look again only when it moved.
  std::uint64_t Version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<std::uint64_t> version_{0};
};

// A thread's own view of a Snapshot: one atomic look per Read(), the lock only after a change.
// The pointer handed out has a reference count of this thread's own.
template <typename T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Snapshot<T>& source) : source_(source) {}

  const std::shared_ptr<const T>& Read() {
    if (const std::uint64_t version = source_.Version(); version != version_) {
      version_ = version;
      auto shared = std::make_shared<std::shared_ptr<const T>>(source_.Read());
      const T* value = shared->get();
      own_ = std::shared_ptr<const T>(std::move(shared), value);
    }
    return own_;
  }

 private:
  const Snapshot<T>& source_;
  std::uint64_t version_ = 0;
  std::shared_ptr<const T> own_;
};

}  // namespace understudy
