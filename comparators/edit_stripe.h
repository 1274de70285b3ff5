// Eight blocks of 64 rows of an edit distance matrix, computed column by column: the inner loop of
// EditDistance(). With AVX-512 or AVX2 where the processor has it.
//
// Threads: pure function, safe on any thread. Ownership: everything is borrowed for the call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace understudy {

inline constexpr std::size_t kStripeBlocks = 8;
inline constexpr std::size_t kStripeRows = 64 * kStripeBlocks;
// Columns lag by one from block to block, so that blocks can be computed at once; arrays of columns
// have so many entries more before the first and after the last column.
inline constexpr std::size_t kStripeLag = kStripeBlocks - 1;

// One bit a row; row r is bit r % 64 of word r / 64. A line of the cache.
struct alignas(64) StripeBits : std::array<std::uint64_t, kStripeBlocks> {};

// The difference between neighbours along a row, at one column: +1, -1 or 0.
struct EditDeltas {
  std::uint64_t* plus;   // 1 where it is +1
  std::uint64_t* minus;  // 1 where it is -1
};

// `rows` has, for one symbol behind the other, the rows at which it stands; `places[c]` is where
// that of column c begins, 0 <= c < columns, in words. The first symbol stands in the columns of
// lag before them and nowhere else. `start` has the rows at whose left edge the value is one more
// than in the row above; the others, where it is the same, must be the first symbol's, so that the
// columns of lag change nothing. `deltas` are those of the row above the stripe and become those of
// its last row; what stands in the columns of lag before the first is lost.
void RunEditStripe(const StripeBits* rows, const std::uint32_t* places, std::size_t columns,
                   const StripeBits& start, EditDeltas deltas);

// The ways to do it that this processor has, the fastest first; the last one is for any.
std::span<decltype(&RunEditStripe) const> EditStripeWays();

}  // namespace understudy
