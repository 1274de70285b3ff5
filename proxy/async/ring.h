// A bounded queue from one thread to one other: no lock, no wake-up. The consumer polls; when the
// ring is full the producer is told so and drops.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

namespace understudy {

template <typename T>
class Ring {
 public:
  // `capacity` is rounded up to a power of two.
  explicit Ring(std::size_t capacity) {
    std::size_t size = 1;
    while (size < capacity) size *= 2;
    slots_.resize(size);
  }

  // Producer only. False when full: `value` is left as it was.
  bool TryPush(T&& value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
    slots_[tail & (slots_.size() - 1)] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Consumer only. False when empty.
  bool TryPop(T& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    value = std::move(slots_[head & (slots_.size() - 1)]);
    slots_[head & (slots_.size() - 1)] = T{};
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  std::size_t Capacity() const { return slots_.size(); }

 private:
  std::vector<T> slots_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace understudy
