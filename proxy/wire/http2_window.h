// How much of a stream's body may be on its way: doubled while a whole window is taken on within a
// fifth of a second, so that it is the rate at which the body is taken that decides.
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

  Http2Window(std::uint64_t first, std::uint64_t most, SteadyTime now)
      : bytes_(first), most_(std::max(first, most)), began_(now) {}

  // So many bytes were taken on. True: the window is larger from now on.
  bool Took(std::uint64_t bytes, SteadyTime now) {
    taken_ += bytes;
    if (taken_ < bytes_) return false;
    const bool grows = now - began_ < kFast && bytes_ < most_;
    if (grows) bytes_ = std::min(2 * bytes_, most_);
    taken_ = 0;
    began_ = now;
    return grows;
  }
  std::uint64_t Bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_;
  const std::uint64_t most_;
  std::uint64_t taken_ = 0;
  SteadyTime began_;
};

}  // namespace understudy
