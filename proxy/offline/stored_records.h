// Divergence records for offline commands: a server's folder of them, or one file of lines.
//
// Threads: any, beside a server that writes. Memory: one segment or page at a time; a file at most
// kMostRecordFileBytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

inline constexpr std::size_t kMostRecordFileBytes = std::size_t{256} << 20;  // unpacked

// "PATH" or "PATH:LINE" (lines count from 1, of the text in a .gz, too; without it the first line).
// NOT_FOUND: there is no such file or line; INVALID_ARGUMENT: the line is no record.
absl::StatusOr<DivergenceRecord> ReadRecordAt(const std::string& place);

// The record of that id in a folder. NOT_FOUND when there is none.
absl::StatusOr<DivergenceRecord> FindRecord(const std::string& directory, const std::string& id);

struct RecordWalk {
  std::string path;              // a folder: newest records first; else a file: in its order
  std::string route, candidate;  // empty: all
  double min_divergence = 0;
  std::uint64_t most = 0;         // records that are handed over
  std::function<bool()> stopped;  // asked now and then; may be empty
};
struct RecordWalkEnd {
  std::uint64_t unreadable = 0;  // lines of a file that are no records
  bool more = false;             // there were more than `most`
};
// INVALID_ARGUMENT, NOT_FOUND: there is no such folder or file, or no line of it is a record.
absl::StatusOr<RecordWalkEnd> WalkRecords(const RecordWalk& walk,
                                          const std::function<void(DivergenceRecord)>& visit);

}  // namespace understudy
