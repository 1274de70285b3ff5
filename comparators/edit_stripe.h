// Eight blocks of 64 rows of an edit distance matrix, computed column by column: the inner loop of
// EditDistance(). With AVX2 where the processor has it.
//
// Threads: pure function, safe on any thread. Ownership: everything is borrowed for the call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace understudy {

inline constexpr std::size_t kStripeBlocks = 8;
inline constexpr std::size_t kStripeRows = 64 * kStripeBlocks;
// Columns lag by one from block to block, so that blocks can be computed at once; arrays of columns
// have so many entries more before the first and after the last column.
inline constexpr std::size_t kStripeLag = kStripeBlocks - 1;

// One bit a row; row r is bit r % 64 of word r / 64.
using StripeBits = std::array<std::uint64_t, kStripeBlocks>;

// The difference between neighbours along a row, at one column: +1, -1 or 0.
struct EditDeltas {
  std::uint32_t* plus;   // 1 where it is +1
  std::uint32_t* minus;  // 1 where it is -1
};

// `symbols[c]` is the symbol of column c, 0 <= c < columns, 0 in the columns of lag before them and
// nowhere else; `rows[s]` has the rows at which symbol s stands. `start` has the rows at whose left
// edge the value is one more than in the row above; the others, where it is the same, must be
// rows[0], so that the columns of lag change nothing. `deltas` are those of the row above the
// stripe and become those of its last row; what stands in the columns of lag before the first is
// lost.
void RunEditStripe(const StripeBits* rows, const std::uint32_t* symbols, std::size_t columns,
                   const StripeBits& start, EditDeltas deltas);

}  // namespace understudy
