// A divergence record as one line of JSON, and back (DivergenceLine in storage.proto).
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

// With a newline at its end and none inside. Starts with id, at, route, candidate and divergence,
// in this order, so that a line can be judged by its head.
std::string FormatRecord(const DivergenceRecord& record);

// INVALID_ARGUMENT: the line is no record.
absl::StatusOr<DivergenceRecord> ParseRecord(std::string_view line);

// What a line's head says, found without reading the rest. Texts are as in the file, with escapes.
struct RecordHead {
  std::string_view id;
  std::string_view at;  // as FormatTime has it
  std::string_view route;
  std::string_view candidate;
  double divergence = 0;
};
std::optional<RecordHead> ReadHead(std::string_view line);

}  // namespace understudy
