// So many lines of a log at once, and one more after each while: for what others can cause as often
// as they like.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "proxy/base/time.h"

namespace understudy {

class LogBound {
 public:
  static constexpr int kAtOnce = 10;
  static constexpr Duration kEvery = std::chrono::seconds(1);

  // How many lines were left out before the one that may be written now; nothing when none may.
  std::optional<std::uint64_t> Take(SteadyTime now);

 private:
  std::mutex mutex_;
  int lines_ = kAtOnce;
  SteadyTime given_at_{};  // when a line was last added to lines_
  std::uint64_t left_out_ = 0;
};

}  // namespace understudy
