// Pairs as messages, and answers of a service as comparisons held to their bounds. Pure functions.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "understudy/v1/comparator.pb.h"

namespace understudy {

// What the bytes of a pair come to at least, without copying them.
std::size_t BytesOf(const Pair& pair);

// Without id and deadline.
v1::CompareRequest RequestOf(const Pair& pair, std::string_view options_json);

// Errors by what the service says: Unimplemented, DataLoss (a body that is not of its format),
// InvalidArgument (no JSON), ResourceExhausted; Internal when it failed or said nothing. The
// divergence is as it came.
absl::StatusOr<Comparison> ComparisonOf(v1::CompareResponse response);

}  // namespace understudy
