// Building a Comparison: differences within their bounds, and what comparators say of answers
// without the document they need. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/document.h"

namespace understudy {

inline constexpr std::size_t kMaxDifferences = 32;
inline constexpr int kFirstErrorStatus = 400;

// Adds a difference while there are fewer than kMaxDifferences, its texts made safe and cut.
void AddDifference(Comparison& comparison, std::string_view path, std::string_view kind,
                   std::string_view baseline, std::string_view candidate);
// The same with the values as JSON; an absent one is shown as an empty text.
void AddDifference(Comparison& comparison, std::string_view path, std::string_view kind,
                   std::optional<JsonValue> baseline, std::optional<JsonValue> candidate);

// Nothing in common, for one reason.
Comparison WhollyDifferent(std::string_view reason);

// The rule shared by comparators that read what a model answered: an error against an answer is
// wholly different; two errors are the same when their status is. Of a gRPC call every grpc-status
// but OK is one. Empty when neither is an error.
std::optional<Comparison> CompareErrors(const Pair& pair);

}  // namespace understudy
