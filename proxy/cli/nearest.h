// The name somebody probably meant. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours) to `given`;
// empty when none is within a third of its length, or two for short names. The first of equals.
std::string Nearest(std::string_view given, const std::vector<std::string>& candidates);

}  // namespace understudy
