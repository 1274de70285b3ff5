// How much of a stream's body may be on its way: doubled while a whole window is taken on within a
// fifth of a second, or two round trips where these are longer, so that it is the rate at which the
// body is taken that decides; halved where it takes eight times as long. What a connection's
// streams have beyond their first windows comes from one budget, so that bodies which nobody takes
// hold up no other stream.
//
// Threads: none; the time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "proxy/base/time.h"

namespace understudy {

class Http2Window {
 public:
  static constexpr Duration kFast = std::chrono::milliseconds(200);
  static constexpr int kSlow = 8;  // times as long

  Http2Window(std::uint64_t first, std::uint64_t most, SteadyTime now)
      : first_(first), most_(std::max(first, most)), bytes_(first), held_(first), began_(now) {}

  // So many bytes were taken on. Whether a window was, so that Tune() is to be asked.
  bool Took(std::uint64_t bytes) {
    taken_ += bytes;
    return taken_ >= bytes_;
  }
  // True: the window has another size from now on. `room`: what the connection's streams may have
  // beyond their first windows.
  bool Tune(SteadyTime now, Duration round_trip, std::uint64_t& room) {
    const Duration fast = std::max(kFast, 2 * round_trip);
    const Duration lasted = now - began_;
    taken_ = 0;
    began_ = now;
    // What a smaller window gave up has come and was taken.
    room += held_ - bytes_;
    held_ = bytes_;
    if (lasted < fast) {
      const std::uint64_t more = std::min({bytes_, most_ - bytes_, room});
      bytes_ += more;
      held_ = bytes_;
      room -= more;
      return more > 0;
    }
    if (lasted < kSlow * fast || bytes_ == first_) return false;
    bytes_ = std::max(first_, bytes_ / 2);
    return true;
  }
  // The stream is over.
  void GiveBack(std::uint64_t& room) {
    room += held_ - first_;
    held_ = bytes_ = first_;
  }
  std::uint64_t Bytes() const { return bytes_; }

 private:
  const std::uint64_t first_;
  const std::uint64_t most_;
  std::uint64_t bytes_;
  std::uint64_t held_;  // of the budget; more than bytes_ until what was given up has come
  std::uint64_t taken_ = 0;
  SteadyTime began_;
};

}  // namespace understudy
