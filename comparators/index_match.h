// Values of two answers matched by a number or text beside them (the `index` of an embedding)
// instead of by where they stand. Pure functions, safe on any thread.
#pragma once

#include <string_view>
#include <vector>

#include "comparators/comparator.h"
#include "comparators/path_pattern.h"
#include "comparators/value_pair.h"

namespace understudy {

// The patterns of the members `name` beside what `paths` match: "/data/*/index" for
// "/data/*/embedding".
std::vector<PathPattern> SiblingPatterns(const std::vector<PathPattern>& paths,
                                         std::string_view name);

// Puts `pairs` (of the two documents of `pair`) side by side by the members at `siblings`; leaves
// them alone when a value has none or two of one answer have the same. Linear.
void MatchByIndex(const Pair& pair, const std::vector<PathPattern>& siblings,
                  std::vector<ValuePair>& pairs);

}  // namespace understudy
