// How much of a candidate's mirror rate is in force: all of it, until the candidate shows that it
// cannot keep up; then half, and slowly more again (additive increase, multiplicative decrease:
// Chiu & Jain, Computer Networks and ISDN Systems 17, 1989).
//
// A candidate that fails now and then is not one that is overloaded: the share falls only when a
// fifth of the recent shadows, and at least five, were shed or timed out.
//
// Threads: any, without a lock; counts that two threads change at once may be off by a few. The
// time is the caller's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "proxy/base/time.h"

namespace understudy {

class AdaptiveRate {
 public:
  static constexpr double kLeast = 0.01;              // a candidate that recovers must be noticed
  static constexpr double kIncreasePerSecond = 0.02;  // from a half to all in 25 s

  // The factor for the configured rate, in [kLeast, 1].
  double Share(SteadyTime now) const {
    return ShareOf(state_.load(std::memory_order_relaxed), now);
  }

  // A shadow that was sent at `sent` has ended. Those that were under way when the share was last
  // halved say nothing about the new one.
  void Ended(bool overloaded, SteadyTime sent, SteadyTime now) {
    std::uint64_t seen = state_.load(std::memory_order_relaxed);
    if (seen != kUntouched && Milliseconds(sent) <= seen >> kShareBits) return;
    const std::uint32_t all = ended_.fetch_add(1, std::memory_order_relaxed) + 1;
    const std::uint32_t shed = overloaded_.fetch_add(overloaded, std::memory_order_relaxed) +
                               static_cast<std::uint32_t>(overloaded);
    if (overloaded && shed >= kLeastShed && shed * kShedShare >= all) {
      const double halved = std::max(kLeast, ShareOf(seen, now) / 2);
      const std::uint64_t next =
          Milliseconds(now) << kShareBits | static_cast<std::uint64_t>(halved * kWholeShare);
      if (state_.compare_exchange_strong(seen, next, std::memory_order_relaxed)) Keep(0, 0);
    } else if (all >= kRecent) {
      Keep(all / 2, shed / 2);
    }
  }

 private:
  static constexpr std::uint32_t kLeastShed = 5;
  static constexpr std::uint32_t kShedShare = 5;  // one in so many
  static constexpr std::uint32_t kRecent = 200;   // shadows, of which half is then forgotten
  static constexpr std::uint64_t kUntouched = 0;
  static constexpr int kShareBits = 20;
  static constexpr double kWholeShare = 1'000'000;

  static std::uint64_t Milliseconds(SteadyTime time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
  }
  static double ShareOf(std::uint64_t state, SteadyTime now) {
    if (state == kUntouched) return 1;
    const double then = static_cast<double>(state & ((1u << kShareBits) - 1)) / kWholeShare;
    const std::uint64_t at = state >> kShareBits;
    const std::uint64_t passed = Milliseconds(now) > at ? Milliseconds(now) - at : 0;
    return std::min(1.0, then + kIncreasePerSecond * static_cast<double>(passed) / 1000);
  }
  void Keep(std::uint32_t ended, std::uint32_t overloaded) {
    ended_.store(ended, std::memory_order_relaxed);
    overloaded_.store(overloaded, std::memory_order_relaxed);
  }

  // When it was last halved, in milliseconds of the steady clock, and the share it was halved to.
  std::atomic<std::uint64_t> state_{kUntouched};
  std::atomic<std::uint32_t> ended_{0};
  std::atomic<std::uint32_t> overloaded_{0};
};

}  // namespace understudy
