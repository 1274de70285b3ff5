// The generator's steps in integers, and coins by comparing binary digits.
#include "proxy/offline/random_bits.h"

#include <bit>

namespace understudy {
namespace {

// splitmix64 (Steele, Lea and Flood): moves `state` on and mixes it.
std::uint64_t Split(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15u;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

}  // namespace

RandomBits::RandomBits(std::uint64_t seed, std::uint64_t stream) {
  // Mixed first, so that seed 1's second stream is not seed 2's first.
  std::uint64_t state = Split(seed) + stream;
  state = Split(state);
  for (std::uint64_t& word : state_) word = Split(state);
}

std::uint64_t RandomBits::Next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// A number of random binary digits is below `share` when at the first digit where they part its own
// is 0. Each round draws one more digit for all 64 numbers; half of those still open part there.
std::uint64_t RandomBits::Coins(double share) {
  if (!(share > 0)) return 0;
  if (share >= 1) return ~std::uint64_t{0};
  const auto digits = static_cast<std::uint64_t>(share * 0x1p64);
  std::uint64_t below = 0;
  std::uint64_t open = ~std::uint64_t{0};
  for (int digit = 63; digit >= 0 && open != 0; --digit) {
    const std::uint64_t drawn = Next();
    if ((digits >> digit & 1) != 0) {
      below |= open & ~drawn;
      open &= drawn;
    } else {
      open &= ~drawn;
    }
  }
  return below;
}

}  // namespace understudy
