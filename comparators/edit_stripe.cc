// Hyyrö's block step ("A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
// Distances", 2003) on eight blocks at once. Block k works on column t - k at time t, so what block
// k - 1 handed down a moment ago is what it needs.
#include "comparators/edit_stripe.h"

#include <cstring>

namespace understudy {
namespace {

using Lanes = std::uint64_t __attribute__((vector_size(32)));  // of four blocks

struct FourBlocks {
  Lanes up;          // rows whose value is one more than in the row above
  Lanes down;        // one less
  Lanes carry_plus;  // the last row's difference to the column before
  Lanes carry_minus;
};

[[gnu::always_inline]] inline void Load(const std::uint64_t* words, Lanes& lanes) {
  std::memcpy(&lanes, words, sizeof lanes);
}

// What matches in each lane's column.
[[gnu::always_inline]] inline void LoadMatches(const StripeBits* rows, const std::uint32_t* newest,
                                               std::size_t first, Lanes& matches) {
  Lanes a, b, c, d;
  Load(rows[newest[0]].data() + first, a);
  Load(rows[newest[-1]].data() + first, b);
  Load(rows[newest[-2]].data() + first, c);
  Load(rows[newest[-3]].data() + first, d);
  const Lanes low = __builtin_shufflevector(a, b, 0, 5, 2, 3);
  const Lanes high = __builtin_shufflevector(c, d, 0, 1, 2, 7);
  matches = __builtin_shufflevector(low, high, 0, 1, 6, 7);
}

[[gnu::always_inline]] inline void Step(FourBlocks& blocks, const Lanes& matches) {
  const Lanes x = matches | blocks.carry_minus;
  const Lanes diagonal = (((x & blocks.up) + blocks.up) ^ blocks.up) | x | blocks.down;
  const Lanes plus = blocks.down | ~(diagonal | blocks.up);
  const Lanes minus = diagonal & blocks.up;
  const Lanes next_plus = plus << 1 | blocks.carry_plus;
  const Lanes next_minus = minus << 1 | blocks.carry_minus;
  blocks.carry_plus = plus >> 63;
  blocks.carry_minus = minus >> 63;
  blocks.up = next_minus | ~(diagonal | next_plus);
  blocks.down = next_plus & diagonal;
}

[[gnu::always_inline]] inline void Run(const StripeBits* rows, const std::uint32_t* symbols,
                                       std::size_t columns, const StripeBits& start,
                                       EditDeltas deltas) {
  // Columns before the first have no differences along a row and change nothing.
  FourBlocks upper{};
  FourBlocks lower{};
  Load(start.data(), upper.up);
  Load(start.data() + 4, lower.up);
  for (std::size_t t = 0; t < columns + kStripeLag; ++t) {
    const std::uint32_t* newest = symbols + t;
    Lanes upper_matches, lower_matches;
    LoadMatches(rows, newest, 0, upper_matches);
    LoadMatches(rows, newest - 4, 4, lower_matches);
    lower.carry_plus = __builtin_shufflevector(lower.carry_plus, upper.carry_plus, 7, 0, 1, 2);
    lower.carry_minus = __builtin_shufflevector(lower.carry_minus, upper.carry_minus, 7, 0, 1, 2);
    const Lanes plus = {deltas.plus[t], 0, 0, 0};
    const Lanes minus = {deltas.minus[t], 0, 0, 0};
    upper.carry_plus = __builtin_shufflevector(upper.carry_plus, plus, 4, 0, 1, 2);
    upper.carry_minus = __builtin_shufflevector(upper.carry_minus, minus, 4, 0, 1, 2);
    Step(upper, upper_matches);
    Step(lower, lower_matches);
    std::uint32_t* const done_plus = deltas.plus + t - kStripeLag;
    std::uint32_t* const done_minus = deltas.minus + t - kStripeLag;
    *done_plus = static_cast<std::uint32_t>(lower.carry_plus[3]);
    *done_minus = static_cast<std::uint32_t>(lower.carry_minus[3]);
  }
}

#ifdef __x86_64__
__attribute__((target("avx2"))) void RunWithAvx2(const StripeBits* rows,
                                                 const std::uint32_t* symbols, std::size_t columns,
                                                 const StripeBits& start, EditDeltas deltas) {
  Run(rows, symbols, columns, start, deltas);
}
#endif

}  // namespace

void RunEditStripe(const StripeBits* rows, const std::uint32_t* symbols, std::size_t columns,
                   const StripeBits& start, EditDeltas deltas) {
#ifdef __x86_64__
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return RunWithAvx2(rows, symbols, columns, start, deltas);
#endif
  Run(rows, symbols, columns, start, deltas);
}

}  // namespace understudy
