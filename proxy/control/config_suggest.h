// "Did you mean": the nearest of the names that would have been right. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// The name nearest to `written` by edits (case ignored, a swap of neighbours counts once), or empty
// when none is near: at most a third of its length, and at least one edit, apart.
std::string NearestKey(std::string_view written, const std::vector<std::string>& names);

// "; did you mean 'x'?" or "; <lead> a, b, c" or, without names, `none`.
std::string SuggestKey(std::string_view written, const std::vector<std::string>& names,
                       std::string_view lead, std::string_view none = "");

}  // namespace understudy
