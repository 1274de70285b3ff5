// Whether a file may be loaded as a shared library into this process: nobody else may change it,
// and it is whole. Loading a library runs its code, so this is looked at before.
//
// Threads: pure functions of the file system, safe on any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace understudy {

// Tells one file from another that took its path, and from its own later contents.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970

  bool operator==(const FileIdentity&) const = default;
};

struct LibraryFile {
  std::string path;  // absolute, symbolic links resolved
  FileIdentity identity;
};

// What is at an absolute path, links followed. NotFound or FailedPrecondition with the system's
// word; only a regular file is one.
absl::StatusOr<LibraryFile> FindLibraryFile(const std::string& path);

// FailedPrecondition, with what to do about it, unless the file belongs to root or to the user this
// process runs as, nobody else may write it or replace it in one of its folders, and it is an ELF
// file that is not cut short (the system's loader crashes on one that is).
absl::Status CheckLibraryFile(const LibraryFile& file);

// The rule of owners and rights by itself. `self` is the user the process runs as.
absl::Status CheckOwner(const std::string& path, uid_t owner, mode_t mode, uid_t self);

}  // namespace understudy
