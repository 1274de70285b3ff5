// The wheel's tick.
#include "proxy/async/deadline.h"

#include <algorithm>

#include "proxy/async/clock.h"

namespace understudy {

void Deadline::Arm(Duration from_now, SteadyTime now) {
  if (from_now <= Duration::zero()) return Disarm();
  // Counted from the clock, not from the last tick: after a busy loop that one is old, and even
  // otherwise up to a tick would be missing.
  const Duration since_start = now - wheel_.start_ + std::min(from_now, DeadlineWheel::kLongest);
  due_tick_ = static_cast<std::uint64_t>((since_start - Duration(1)) / DeadlineWheel::kTick) + 1;
  due_tick_ = std::max(due_tick_, wheel_.now_tick_ + 1);  // `now` may be older than the last tick
  if (visit_tick_ <= due_tick_ && Linked()) return;       // looked at in time where it is
  Unlink();
  Link();
}

// At the slot of its time, which the wheel comes to first on its present turn.
void Deadline::Link() {
  const std::uint64_t ahead = due_tick_ - wheel_.now_tick_ - 1;
  visit_tick_ = due_tick_ - ahead / DeadlineWheel::kSlots * DeadlineWheel::kSlots;
  DeadlineNode& slot = wheel_.slots_[due_tick_ % DeadlineWheel::kSlots];
  previous = slot.previous;
  next = &slot;
  slot.previous->next = this;
  slot.previous = this;
}

DeadlineWheel::DeadlineWheel(boost::asio::io_context& context)
    : timer_(context.get_executor()), start_(SteadyNow()) {
  Schedule();
}

DeadlineWheel::~DeadlineWheel() {
  for (DeadlineNode& slot : slots_) {
    while (slot.next != &slot) slot.next->Unlink();
  }
}

void DeadlineWheel::Stop() {
  stopped_ = true;
  timer_.cancel();
}

void DeadlineWheel::Schedule() {
  timer_.expires_at(NextTick());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    Tick();
    Schedule();
  });
}

void DeadlineWheel::Tick() {
  // A late tick catches up; after a long stall it still visits each slot at most once.
  const Duration since_start = SteadyNow() - start_;
  const auto target = static_cast<std::uint64_t>(since_start / kTick);
  const std::uint64_t first = now_tick_ + 1;
  if (target < first) return;
  MeasureLag(since_start - kTick * static_cast<std::int64_t>(first));
  now_tick_ = target;
  const std::uint64_t turns = target - first < kSlots ? target - first + 1 : kSlots;
  for (std::uint64_t i = 0; i < turns; ++i) Expire(slots_[(first + i) % kSlots]);
}

// A single stall, however long, does not count as being behind: each tick is one part of four, and
// is cut at what takes two of them to pass a limit of 50 ms.
void DeadlineWheel::MeasureLag(Duration late) {
  static constexpr Duration kMostOfOne = std::chrono::milliseconds(200);
  lag_ += (std::min(late, kMostOfOne) - lag_) / 4;
}

void DeadlineWheel::Expire(DeadlineNode& slot) {
  // The slot's nodes move to a list of their own first: a callback may arm or disarm any deadline.
  DeadlineNode pending;
  if (slot.next != &slot) {
    pending.next = slot.next;
    pending.previous = slot.previous;
    pending.next->previous = &pending;
    pending.previous->next = &pending;
    slot.next = slot.previous = &slot;
  }
  while (pending.next != &pending) {
    auto* deadline = static_cast<Deadline*>(pending.next);
    deadline->Unlink();
    if (deadline->due_tick_ == Deadline::kNever) continue;
    if (deadline->due_tick_ > now_tick_) {  // put off meanwhile, or a later turn of the wheel
      deadline->Link();
    } else {
      deadline->due_tick_ = Deadline::kNever;
      deadline->on_expiry_(deadline->context_);
    }
  }
}

}  // namespace understudy
