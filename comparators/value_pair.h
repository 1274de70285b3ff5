// The values at configured paths of two answers, put side by side by the place where they stand:
// what comparators of texts, numbers and vectors start from. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/document.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"

namespace understudy {

// One place; at least one of the two answers has a value there.
struct ValuePair {
  std::string path;  // JSON pointer
  std::optional<JsonValue> baseline;
  std::optional<JsonValue> candidate;
};

struct AlignedValues {
  // Set when there is nothing to put side by side: the comparison is decided already.
  std::optional<Comparison> decided;
  std::vector<ValuePair> pairs;  // in the incumbent's order, then what the candidate alone has
};

// Values that rules ignore are left out; a place that several paths match appears once. Decided: by
// the statuses when one is an error (CompareErrors), and wholly different when the candidate's body
// is no JSON. No pairs at all: neither answer has anything at the paths. Errors: InvalidArgument
// when the incumbent's body is no JSON, ResourceExhausted above 100,000 places.
absl::StatusOr<AlignedValues> AlignValues(const Pair& pair, const std::vector<PathPattern>& paths);

// Reads an option that is a path or a list of up to 32 of them; leaves `paths` alone when it is not
// given. InvalidArgument as OptionReader::Fault().
absl::Status ReadPaths(const OptionReader& options, std::string_view name,
                       std::vector<PathPattern>& paths);

}  // namespace understudy
