// Scores from a text file: numbers in [0,1], one a line or separated by blanks or commas.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace understudy {

// INVALID_ARGUMENT, with line and column, for what is no finite number in [0,1]; lines that begin
// with '#' are passed over. `name` is for messages.
absl::StatusOr<std::vector<double>> ParseScores(std::string_view text, const std::string& name);

}  // namespace understudy
