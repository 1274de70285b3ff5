// The files a record writer writes: the active segment, its sealing, and the age and size of all.
//
// Threads: one at a time. Ownership: the directory is this object's alone to write.
// Invariant: the active segment ends with a whole line after every call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/control/records_segment.h"
#include "proxy/model/topology.h"

namespace understudy {

class RecordFile {
 public:
  // Makes the directory when missing, for this user alone, and cuts a partial last line.
  // FAILED_PRECONDITION: it cannot be made or written. A file in it that cannot be mended is said
  // in the log and left as it is.
  static absl::StatusOr<RecordFile> Open(const std::string& directory, const RecordLimits& limits,
                                         std::uint64_t segment_bytes);
  RecordFile(RecordFile&& other) noexcept;
  RecordFile& operator=(RecordFile&&) = delete;
  ~RecordFile();

  // Appends one line, with its newline. RESOURCE_EXHAUSTED: the disk is full; OUT_OF_RANGE: the
  // line is larger than a segment may be; UNAVAILABLE: another fault. Then nothing of the line is
  // in the file.
  absl::Status Append(std::string_view line, WallTime now);

  // Ends the active segment when it is old or has no room for `coming` bytes; then, and every
  // minute (with a small max_age oftener), removes what is beyond the limits and seals what ended.
  // Called before each line, and now and then without one: lines grow old by themselves.
  absl::Status Maintain(WallTime now, std::size_t coming = 0);

  void SetLimits(const RecordLimits& limits) { limits_ = limits; }
  std::uint64_t CutLines() const { return cut_lines_; }

 private:
  RecordFile(std::string directory, const RecordLimits& limits, std::uint64_t segment_bytes);
  absl::Status Recover();
  absl::Status Reopen(const Segment& newest);
  absl::Status StartSegment(WallTime now);
  absl::Status Write(std::string_view line);
  void Close();
  bool IsActive(const Segment& segment) const {
    return descriptor_ >= 0 && segment.start == start_;
  }
  absl::Status Remove(const std::vector<Segment>& segments, WallTime now);
  absl::Status SealRest(const std::vector<Segment>& segments);
  std::uint64_t MostActiveBytes() const;

  std::string directory_;
  RecordLimits limits_;
  std::uint64_t segment_bytes_;
  int descriptor_ = -1;
  std::string start_;            // of the active segment, or of the newest there was
  std::uint64_t size_ = 0;       // of the active segment, whole lines
  std::uint64_t cut_lines_ = 0;  // partial lines found
  WallTime looked_at_{};         // when the limits were last applied
};

}  // namespace understudy
