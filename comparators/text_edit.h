// The Levenshtein distance of two texts: inserted, deleted and replaced code points. Bit-parallel
// (Myers 1999, in the blocks of Hyyrö 2003) within a band of diagonals (Ukkonen 1985) that is
// widened until the distance is known to lie in it.
//
// Threads: pure function, safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "comparators/work_budget.h"

namespace understudy {

// What both start and end with costs nothing, otherwise a step of the budget is 64 cells of the
// matrix; empty when the budget does not do. Memory is linear in the texts.
std::optional<std::uint64_t> EditDistance(std::u32string_view a, std::u32string_view b,
                                          WorkBudget& budget);

}  // namespace understudy
