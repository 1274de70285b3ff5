// A coroutine that waits for a socket: what Asio hands over to be called once, without its type.
//
// Threads: one loop's. Destroyed without a call, the coroutine is unwound by its executor.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "proxy/async/task.h"

namespace understudy {

// How a wait or a read ended. `error` is operation_aborted after a Cancel() or Close().
struct IoResult {
  error_code error;
  std::size_t bytes = 0;

  bool Blocked() const { return error == asio::error::would_block; }
};

class Resumption {
 public:
  Resumption() = default;
  template <typename Handler>
  requires(!std::is_same_v<std::decay_t<Handler>, Resumption>) explicit Resumption(
      Handler&& handler) {
    using Held = std::decay_t<Handler>;
    static_assert(sizeof(Held) <= sizeof memory_ && alignof(Held) <= alignof(void*));
    new (memory_) Held(std::forward<Handler>(handler));
    take_ = &Take<Held>;
  }
  Resumption(Resumption&& other) noexcept { *this = std::move(other); }
  Resumption& operator=(Resumption&& other) noexcept {
    if (take_ != nullptr) take_(*this, nullptr, nullptr);
    if (other.take_ != nullptr) other.take_(other, this, nullptr);
    return *this;
  }
  ~Resumption() {
    if (take_ != nullptr) take_(*this, nullptr, nullptr);
  }

  explicit operator bool() const { return take_ != nullptr; }
  // Once: this is empty when the coroutine runs.
  void operator()(const IoResult& result) { take_(*this, nullptr, &result); }

 private:
  using Taker = void (*)(Resumption& from, Resumption* to, const IoResult* result);

  // Empties `from`: into `to`, or calls what it held with `result`, or lets go of it.
  template <typename Held>
  static void Take(Resumption& from, Resumption* to, const IoResult* result) {
    Held* const there = std::launder(reinterpret_cast<Held*>(from.memory_));
    Held held(std::move(*there));
    there->~Held();
    from.take_ = nullptr;
    if (to != nullptr) {
      new (to->memory_) Held(std::move(held));
      to->take_ = &Take<Held>;
    } else if (result != nullptr) {
      held(*result);
    }
  }

  alignas(void*) std::byte memory_[2 * sizeof(void*)];
  Taker take_ = nullptr;
};

}  // namespace understudy
