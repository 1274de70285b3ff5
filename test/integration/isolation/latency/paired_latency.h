// Whether one proxy makes its clients wait longer than another one: both are asked in turns, at a
// low fixed rate, and the p99 of each turn is compared with that of its neighbour.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace understudy {

// Medians over all rounds.
struct PairedLatency {
  std::chrono::nanoseconds p99{};         // of the turns without
  std::chrono::nanoseconds difference{};  // of a round: p99 with, less p99 without
  int rounds = 0;

  // Promise 1: within 10 %, or 200 us where that is more.
  bool Same() const {
    return difference <=
           std::max<std::chrono::nanoseconds>(p99 / 10, std::chrono::microseconds(200));
  }
  std::string ToString() const;
};

// Where they are not the same after `rounds`, all of three times as many decide.
PairedLatency CompareLatency(std::uint16_t without, std::uint16_t with, int rounds);

}  // namespace understudy
