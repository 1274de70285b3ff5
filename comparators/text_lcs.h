// ROUGE-L: the longest common subsequence of two texts' words. Pure function, safe on any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "comparators/work_budget.h"

namespace understudy {

// The F-measure of ROUGE-L (Lin 2004) with beta 1, in [0,1]: 2 * lcs / (words of both); 1 when both
// are empty. The subsequence is found bit-parallel (Hyyrö 2004); a step of the budget is 64 pairs
// of words, and what both start and end with costs nothing. Empty when the budget does not do.
std::optional<double> RougeL(std::span<const std::u32string_view> baseline,
                             std::span<const std::u32string_view> candidate, WorkBudget& budget);

}  // namespace understudy
