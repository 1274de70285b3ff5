// Small files that somebody else writes: read whole within a bound, and told apart from what they
// were before.
//
// Threads: any; a FileWatch has one owner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"

namespace understudy {

// Tells whether files may have been written since they were last looked at.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> paths);

  // True the first time. Look before you read: what is written meanwhile is seen the next time. A
  // file that was written a moment ago is said to have changed once more, because a second writing
  // within the file system's tick would leave no trace.
  bool MayHaveChanged();

 private:
  // Which file a path leads to, and when it was written.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    Duration written{};  // since the Unix epoch
    Duration changed{};  // likewise, its mode and owner too
    int error = 0;       // errno: it cannot be looked at

    bool operator==(const Stamp&) const = default;
  };
  static Stamp StampOf(const std::string& path);

  const std::vector<std::string> paths_;
  std::vector<Stamp> seen_;  // empty: nothing yet
  bool settled_ = false;     // whatever is written from here on leaves a trace
};

enum class Secrecy {
  kPublic,
  kSecret,  // refused when everybody may read it (mode o+r)
};

// The bytes of a regular file. INVALID_ARGUMENT with half a sentence, which goes behind its name:
// "cannot be read: No such file or directory".
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t most_bytes,
                                          Secrecy secrecy);

}  // namespace understudy
