// Opening control.db so that what was opened can be trusted: one process per data directory, the
// right application and schema version, an undamaged file. Everything else is a sentence.
//
// Threads: one. Ownership: the DirectoryLock is held for as long as it lives.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proxy/control/sqlite_database.h"

namespace understudy {

inline constexpr std::int64_t kControlSchemaVersion = 1;

// An exclusive lock on a data directory, given up with the process however it ends.
class DirectoryLock {
 public:
  // Makes the directory when it is missing. FAILED_PRECONDITION: another process holds it, or it
  // cannot be written to.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Opens `<directory>/control.db`, making it first when neither it nor its log is there. A new file
// appears under its name only once it is complete. FAILED_PRECONDITION: a newer schema or another
// program's file. DATA_LOSS: damaged; the message names the file and how to restore.
absl::StatusOr<Database> OpenControlFile(const std::string& directory);

// Says that `path` is damaged, why, and what to do about it.
absl::Status Damaged(const std::string& path, std::string_view why);

}  // namespace understudy
