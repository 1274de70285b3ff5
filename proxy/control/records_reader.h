// The record store's reading end, for the admin API: newest first, in bounded steps.
//
// Threads: any, beside the writer; it keeps nothing between calls.
// Memory: one segment and one page at a time. Work: about `max_scan_bytes` of lines per call; a
// segment that was begun is read to its end.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/control/admin_ports.h"
#include "proxy/control/records_segment.h"

namespace understudy {

class RecordReader : public DivergenceSource {
 public:
  static constexpr std::size_t kMaxLimit = 1000;              // records of one page
  static constexpr std::size_t kMaxPageBytes = 8u << 20;      // of their lines; the last one whole
  static constexpr std::size_t kMaxSegmentBytes = 64u << 20;  // of lines read from one segment

  explicit RecordReader(std::string directory, std::uint64_t max_scan_bytes = 1u << 30)
      : directory_(std::move(directory)), max_scan_bytes_(max_scan_bytes) {}

  // A page may be short, even empty, and still have a token: a bound was reached.
  absl::StatusOr<DivergenceListing> List(const DivergenceFilter& filter) override;
  // NOT_FOUND also when the record lies beyond the scan's bound; the message says so.
  absl::StatusOr<DivergenceRecord> Find(std::string_view id) override;

 private:
  std::string directory_;
  std::uint64_t max_scan_bytes_;
};

}  // namespace understudy
