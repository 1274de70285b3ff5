// A value that many threads read and now and then one changes.
//
// Threads: any. What is called may not call the same value again.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace understudy {

template <typename Value>
class Guarded {
 public:
  // What read(const Value&) gives; others may read meanwhile.
  template <typename Read>
  auto With(Read read) const {
    std::shared_lock lock(mutex_);
    return read(std::as_const(value_));
  }
  // What change(Value&) gives; nobody else sees the value meanwhile.
  template <typename Change>
  auto Changing(Change change) {
    std::unique_lock lock(mutex_);
    return change(value_);
  }

 private:
  mutable std::shared_mutex mutex_;
  Value value_;
};

}  // namespace understudy
