// Ctrl-C as an event: a command says what to stop, the signal's thread says when.
//
// Threads: every function may be called from any thread. Once Raise returned, the stop function
// that was set has run, or it had been cleared before.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace understudy {

class Interrupt {
 public:
  // Stops by `stop` until the returned Scope ends; at once when Raise was called before.
  class Scope {
   public:
    Scope(Interrupt& owner, std::function<void()> stop) : owner_(owner) {
      owner_.Set(std::move(stop));
    }
    ~Scope() { owner_.Set(nullptr); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupt& owner_;
  };

  void Raise() {
    const std::lock_guard lock(mutex_);
    raised_ = true;
    if (stop_) stop_();
  }

  bool Raised() const {
    const std::lock_guard lock(mutex_);
    return raised_;
  }

 private:
  void Set(std::function<void()> stop) {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
    if (stop_ && raised_) stop_();
  }

  mutable std::mutex mutex_;
  std::function<void()> stop_;
  bool raised_ = false;
};

}  // namespace understudy
