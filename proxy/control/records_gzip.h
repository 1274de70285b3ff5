// Files of records as gzip has them: one member written durably, one member (or a plain file) read
// in bounds.
//
// Threads: functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace understudy {

// Writes `from` as one gzip member to `to`, for this user alone to read, and syncs it. After a
// fault there is no `to`.
absl::Status CompressFile(const std::string& from, const std::string& to);

struct FileText {
  std::string text;      // what could be read, at most the bytes asked for
  bool damaged = false;  // gzip that is cut, changed or none at all: `text` is what came before
};

// NOT_FOUND: there is no such file. UNAVAILABLE: it cannot be read.
absl::StatusOr<FileText> ReadFileText(const std::string& path, bool gzip, std::size_t max_bytes);

// Syncs a file or a directory.
absl::Status SyncPath(const std::string& path);

// "PATH cannot be WHAT: " and the system's word for errno.
absl::Status FileError(std::string_view what, const std::string& path);

}  // namespace understudy
