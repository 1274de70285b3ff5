// Small files that somebody else writes: read whole within a bound, and told apart from what they
// were before.
//
// Threads: any; nothing is kept.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace understudy {

// Which file a path leads to, and when it was written. Two that are equal: nobody wrote to it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t written_ns = 0;  // since the Unix epoch, by the file system's clock
  std::int64_t changed_ns = 0;  // likewise, its mode and owner too
  int error = 0;                // errno: it cannot be looked at

  bool operator==(const FileStamp&) const = default;
};
FileStamp StampOf(const std::string& path);

enum class Secrecy {
  kPublic,
  kSecret,  // refused when everybody may read it (mode o+r)
};

// The bytes of a regular file. INVALID_ARGUMENT with half a sentence, which goes behind its name:
// "cannot be read: No such file or directory".
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t most_bytes,
                                          Secrecy secrecy);

}  // namespace understudy
