// Deadlines of one worker: a hashed wheel with one coarse tick, so that arming and disarming is a
// list insertion and no timer object per wait. A deadline fires between its time and one tick (16
// ms) later.
//
// Threads: a wheel and its deadlines belong to one io_context. Ownership: a Deadline is a member of
// what it guards and disarms itself when destroyed; it may outlive its wheel, but not be armed
// then.
#pragma once

#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>

#include "proxy/async/clock.h"
#include "proxy/base/time.h"

namespace understudy {

class DeadlineWheel;

// A node of an intrusive ring; alone when it points to itself.
struct DeadlineNode {
  DeadlineNode* next = this;
  DeadlineNode* previous = this;
  void Unlink() {
    next->previous = previous;
    previous->next = next;
    next = previous = this;
  }
  bool Linked() const { return next != this; }
  // At the ring's end; while alone.
  void LinkInto(DeadlineNode& ring) {
    previous = ring.previous;
    next = &ring;
    previous->next = this;
    ring.previous = this;
  }
};

class Deadline : private DeadlineNode {
 public:
  using Callback = void (*)(void* context);

  // `on_expiry(context)` is called from the wheel's tick, once per Arm().
  Deadline(DeadlineWheel& wheel, Callback on_expiry, void* context)
      : wheel_(wheel), on_expiry_(on_expiry), context_(context) {}
  ~Deadline() { Unlink(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Re-arms. A duration of zero or less disarms: zero means "no limit" in the configuration. `now`
  // for who has just read the clock.
  void Arm(Duration from_now) { Arm(from_now, SteadyNow()); }
  void Arm(Duration from_now, SteadyTime now);
  // Like putting it off, this touches nothing but itself: the wheel finds out when it gets there.
  void Disarm() { due_tick_ = kNever; }

 private:
  friend class DeadlineWheel;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  void Link();

  DeadlineWheel& wheel_;
  const Callback on_expiry_;
  void* const context_;
  std::uint64_t due_tick_ = kNever;
  std::uint64_t visit_tick_ = 0;  // when the wheel comes to its slot, while it is linked
};

class DeadlineWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(16);

  explicit DeadlineWheel(boost::asio::io_context& context);
  ~DeadlineWheel();

  // Stops ticking, so that the io_context can run out of work.
  void Stop();
  SteadyTime NextTick() const { return start_ + kTick * static_cast<std::int64_t>(now_tick_ + 1); }
  // By how much ticks come late, smoothed over a few of them: how far the loop is behind.
  Duration Lag() const { return lag_; }

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 1024;  // 16 s a turn; longer deadlines take several
  static constexpr Duration kLongest = std::chrono::hours(24 * 365);  // as good as no limit

  void Schedule();
  void Tick();
  void MeasureLag(Duration late);
  void Expire(DeadlineNode& slot);

  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  std::array<DeadlineNode, kSlots> slots_;
  std::uint64_t now_tick_ = 0;
  SteadyTime start_;
  Duration lag_{};
  bool stopped_ = false;
};

}  // namespace understudy
