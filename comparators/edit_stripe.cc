// Hyyrö's block step ("A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
// Distances", 2003) on eight blocks at once. Block k works on column t - k at time t, so what block
// k - 1 handed down a moment ago is what it needs.
#include "comparators/edit_stripe.h"

#include <array>
#include <cstring>

namespace understudy {
namespace {

using Lanes = std::uint64_t __attribute__((vector_size(32)));  // of four blocks

struct FourBlocks {
  Lanes not_up;      // rows whose value is not one more than in the row above
  Lanes down;        // one less
  Lanes carry_plus;  // the last row's difference to the column before
  Lanes carry_minus;
};

[[gnu::always_inline]] inline void Load(const std::uint64_t* words, Lanes& lanes) {
  std::memcpy(&lanes, words, sizeof lanes);
}

// What matches in each of four lanes' columns: that of the newest place in the first.
[[gnu::always_inline]] inline void LoadMatches(const std::uint64_t* rows,
                                               const std::uint32_t* newest, Lanes& matches) {
  Lanes a, b, c, d;
  Load(rows + newest[0], a);
  Load(rows + newest[-1], b);
  Load(rows + newest[-2], c);
  Load(rows + newest[-3], d);
  const Lanes low = __builtin_shufflevector(a, b, 0, 5, 2, 3);
  const Lanes high = __builtin_shufflevector(c, d, 0, 1, 2, 7);
  matches = __builtin_shufflevector(low, high, 0, 1, 6, 7);
}

[[gnu::always_inline]] inline void Step(FourBlocks& blocks, const Lanes& matches) {
  const Lanes x = matches | blocks.carry_minus;
  // Hyyrö's ((x & up) + up) ^ up, by the complement of `up`, as are the lines below.
  const Lanes sum = (blocks.not_up - (x & ~blocks.not_up)) ^ blocks.not_up;
  const Lanes diagonal = sum | x | blocks.down;
  const Lanes plus = blocks.down | (blocks.not_up & ~diagonal);
  const Lanes minus = diagonal & ~blocks.not_up;
  const Lanes next_plus = plus << 1 | blocks.carry_plus;
  const Lanes next_minus = minus << 1 | blocks.carry_minus;
  blocks.carry_plus = plus >> 63;
  blocks.carry_minus = minus >> 63;
  blocks.not_up = (diagonal | next_plus) & ~next_minus;
  blocks.down = next_plus & diagonal;
}

// Columns before the first have no differences along a row and change nothing.
[[gnu::always_inline]] inline void Run(const StripeBits* rows, const std::uint32_t* places,
                                       std::size_t columns, const StripeBits& start,
                                       EditDeltas deltas) {
  const std::uint64_t* const words = rows->data();
  FourBlocks upper{};
  FourBlocks lower{};
  Load(start.data(), upper.not_up);
  Load(start.data() + 4, lower.not_up);
  upper.not_up = ~upper.not_up;
  lower.not_up = ~lower.not_up;
  for (std::size_t t = 0; t < columns + kStripeLag; ++t) {
    Lanes upper_matches, lower_matches;
    LoadMatches(words, places + t, upper_matches);
    LoadMatches(words + 4, places + t - 4, lower_matches);
    lower.carry_plus = __builtin_shufflevector(lower.carry_plus, upper.carry_plus, 7, 0, 1, 2);
    lower.carry_minus = __builtin_shufflevector(lower.carry_minus, upper.carry_minus, 7, 0, 1, 2);
    const Lanes plus = {deltas.plus[t], 0, 0, 0};
    const Lanes minus = {deltas.minus[t], 0, 0, 0};
    upper.carry_plus = __builtin_shufflevector(upper.carry_plus, plus, 4, 0, 1, 2);
    upper.carry_minus = __builtin_shufflevector(upper.carry_minus, minus, 4, 0, 1, 2);
    Step(upper, upper_matches);
    Step(lower, lower_matches);
    *(deltas.plus + t - kStripeLag) = lower.carry_plus[3];
    *(deltas.minus + t - kStripeLag) = lower.carry_minus[3];
  }
}

void RunAnywhere(const StripeBits* rows, const std::uint32_t* places, std::size_t columns,
                 const StripeBits& start, EditDeltas deltas) {
  Run(rows, places, columns, start, deltas);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) void RunWithAvx2(const StripeBits* rows,
                                                 const std::uint32_t* places, std::size_t columns,
                                                 const StripeBits& start, EditDeltas deltas) {
  Run(rows, places, columns, start, deltas);
}

// With operations of three operands.
__attribute__((target("avx2,avx512f,avx512vl"))) void RunWithAvx512(const StripeBits* rows,
                                                                    const std::uint32_t* places,
                                                                    std::size_t columns,
                                                                    const StripeBits& start,
                                                                    EditDeltas deltas) {
  Run(rows, places, columns, start, deltas);
}
#endif

}  // namespace

void RunEditStripe(const StripeBits* rows, const std::uint32_t* places, std::size_t columns,
                   const StripeBits& start, EditDeltas deltas) {
  static const auto fastest = EditStripeWays().front();
  fastest(rows, places, columns, start, deltas);
}

std::span<decltype(&RunEditStripe) const> EditStripeWays() {
#ifdef __x86_64__
  static constexpr std::array<decltype(&RunEditStripe), 3> kWays{&RunWithAvx512, &RunWithAvx2,
                                                                 &RunAnywhere};
  const bool has_avx512 =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  return std::span(kWays).subspan(has_avx512 ? 0 : has_avx2 ? 1 : 2);
#else
  static constexpr std::array<decltype(&RunEditStripe), 1> kWays{&RunAnywhere};
  return kWays;
#endif
}

}  // namespace understudy
