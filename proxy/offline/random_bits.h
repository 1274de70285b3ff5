// Chance for simulations: a small generator that gives the same bits for a seed on every machine,
// and coins that are tossed 64 at a time.
// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (xoshiro256**),
// its state filled by splitmix64.
//
// Threads: one owner. Ownership: a plain value.
#pragma once

#include <array>
#include <cstdint>

namespace understudy {

class RandomBits {
 public:
  // Each stream of a seed is a sequence of its own.
  RandomBits(std::uint64_t seed, std::uint64_t stream);

  // 64 independent fair bits.
  std::uint64_t Next();

  // 64 independent coins: each bit is 1 with probability `share`, to 2^-64. Shares at or below 0
  // and at or above 1 toss nothing.
  std::uint64_t Coins(double share);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace understudy
