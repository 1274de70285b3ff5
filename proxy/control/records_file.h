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
  // Makes the directory when missing, cuts a partial last line, seals what should be sealed.
  static absl::StatusOr<RecordFile> Open(const std::string& directory, const RecordLimits& limits,
                                         std::uint64_t segment_bytes);
  RecordFile(RecordFile&& other) noexcept;
  RecordFile& operator=(RecordFile&&) = delete;
  ~RecordFile();

  // Appends one line, with its newline. RESOURCE_EXHAUSTED: the disk is full; UNAVAILABLE: another
  // fault. Then nothing of the line is in the file.
  absl::Status Append(std::string_view line, WallTime now);

  // Starts a new segment when the active one is large or old enough, and removes what is beyond
  // the limits. Called between batches.
  absl::Status Maintain(WallTime now);

  void SetLimits(const RecordLimits& limits) { limits_ = limits; }
  std::uint64_t CutLines() const { return cut_lines_; }

 private:
  RecordFile(std::string directory, const RecordLimits& limits, std::uint64_t segment_bytes);
  absl::Status Recover();
  absl::Status Mend(const Segment& segment, bool newest);
  absl::Status StartSegment(WallTime now);
  absl::Status Close();
  absl::Status Remove(WallTime now);
  std::uint64_t MostActiveBytes() const;

  std::string directory_;
  RecordLimits limits_;
  std::uint64_t segment_bytes_;
  int descriptor_ = -1;
  std::string start_;            // of the active segment, or of the newest there was
  std::uint64_t size_ = 0;       // of the active segment, whole lines
  std::uint64_t cut_lines_ = 0;  // partial lines found at open
  WallTime looked_at_{};         // when the limits were last applied
};

}  // namespace understudy
