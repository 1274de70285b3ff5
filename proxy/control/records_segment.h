// The files of the record store: `divergences-<start>.jsonl` while appended to, one gzip member
// `divergences-<start>.jsonl.gz` once sealed. `<start>` is the UTC time of the first line in
// microseconds, so names sort by age.
//
// Threads: functions without state; one thread writes, any number read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/control/records_gzip.h"

namespace understudy {

struct Segment {
  std::string start;
  bool sealed = false;
  std::uint64_t file_bytes = 0;
};

// "20260501T120000000000Z"; sorts as time does.
std::string SegmentStart(WallTime time);
std::optional<WallTime> ParseSegmentStart(std::string_view start);  // nothing: it is none
std::string SegmentPath(const std::string& directory, const std::string& start, bool sealed);

// Oldest first; a segment that is there in both forms counts as sealed. Other files are passed
// over.
absl::StatusOr<std::vector<Segment>> ListSegments(const std::string& directory);

// Removes drafts of a sealing that did not end.
void RemoveDrafts(const std::string& directory);

// Replaces the plain file by its gzip form: written beside, synced, renamed. A crash leaves one or
// both, never neither.
absl::Status SealSegment(const std::string& directory, const std::string& start);

// The whole lines of a segment, at most `max_bytes` of them; of a damaged one those before the
// damage. A segment that was sealed or removed since it was listed is looked for in its other form,
// then NOT_FOUND.
absl::StatusOr<FileText> ReadSegment(const std::string& directory, const Segment& segment,
                                     std::size_t max_bytes);

// Removes what follows the last newline: the line a crash interrupted. Returns how many bytes.
absl::StatusOr<std::uint64_t> CutPartialLine(const std::string& path);

}  // namespace understudy
