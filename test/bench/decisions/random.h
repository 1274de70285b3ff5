// A seeded generator of its own, so that every machine and library draws the same streams.
//
// Threads: one. Ownership: a plain value. Two names, or two runs, give independent streams, so that
// no table depends on which others are measured, or in which order.
// Source of the generator: Blackman and Vigna, "Scrambled linear pseudorandom number generators"
// (xoshiro256++, seeded with SplitMix64).
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace understudy::decisions {

class Random {
 public:
  Random(std::string_view name, std::uint64_t run) {
    std::uint64_t seed = 0xcbf29ce484222325;  // FNV-1a of the name
    for (const char letter : name) {
      seed = (seed ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    }
    seed += run * 0xd1342543de82ef95;
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      word = mixed ^ (mixed >> 31);
    }
  }

  std::uint64_t Next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // In [0,1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  bool Chance(double probability) { return Uniform() < probability; }
  // Requests up to and including the next one with an event of this rate, in (0,1).
  std::uint64_t Gap(double rate) {
    const double beyond = std::log(1 - Uniform()) / std::log1p(-rate);
    return 1 + static_cast<std::uint64_t>(beyond);
  }
  // Of mean 0 and variance 1 (Box and Muller).
  double Normal() {
    const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
    return radius * std::cos(2 * std::numbers::pi * Uniform());
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace understudy::decisions
