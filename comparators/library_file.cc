// Looking at a shared library before it is loaded.
#include "comparators/library_file.h"

#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fmt/format.h"

namespace understudy {
namespace {

absl::Status Refused(const std::string& message) { return absl::FailedPreconditionError(message); }

absl::Status Unreadable(const std::string& path, int error) {
  const std::string message =
      fmt::format("the library \"{}\" cannot be read: {}", path, std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : Refused(message);
}

// Whoever may write a folder may put another file in a file's place, unless it is a sticky one.
absl::Status CheckFolders(const std::string& path) {
  for (std::size_t end = path.rfind('/'); end != std::string::npos && !path.empty();
       end = end == 0 ? std::string::npos : path.rfind('/', end - 1)) {
    const std::string folder = end == 0 ? "/" : path.substr(0, end);
    struct stat found {};
    if (stat(folder.c_str(), &found) != 0) return Unreadable(folder, errno);
    if ((found.st_mode & S_IWOTH) == 0 || (found.st_mode & S_ISVTX) != 0) continue;
    return Refused(
        fmt::format("the library \"{}\" could be replaced by everybody, who may write the folder "
                    "\"{}\"; take that right away (chmod o-w) or move the library",
                    path, folder));
  }
  return absl::OkStatus();
}

bool ReadAt(int descriptor, std::uint64_t offset, void* into, std::size_t size) {
  return pread(descriptor, into, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

absl::Status CheckElf(const LibraryFile& file) {
  const int descriptor = open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Unreadable(file.path, errno);
  const auto close_it = [](const int* opened) { close(*opened); };
  const std::unique_ptr<const int, decltype(close_it)> closer(&descriptor, close_it);
  ElfW(Ehdr) head{};
  if (!ReadAt(descriptor, 0, &head, sizeof(head)) ||
      std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
    return Refused(fmt::format("\"{}\" is no shared library (no ELF file)", file.path));
  }
  const unsigned char word = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (head.e_ident[EI_CLASS] != word || head.e_phentsize != sizeof(ElfW(Phdr))) {
    return Refused(fmt::format("\"{}\" was built for another machine", file.path));
  }
  std::vector<ElfW(Phdr)> segments(head.e_phnum);  // at most 65,535
  const std::uint64_t end = file.identity.bytes;
  bool whole =
      ReadAt(descriptor, head.e_phoff, segments.data(), segments.size() * sizeof(ElfW(Phdr)));
  for (const ElfW(Phdr) & segment : segments) {
    whole = whole && segment.p_offset <= end && segment.p_filesz <= end - segment.p_offset;
  }
  if (!whole) {
    return Refused(
        fmt::format("the library \"{}\" is cut short at {} bytes; copy it again", file.path, end));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LibraryFile> FindLibraryFile(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(path.c_str(), nullptr),
                                                             &std::free);
  if (resolved == nullptr) return Unreadable(path, errno);
  LibraryFile file{resolved.get(), {}};
  struct stat found {};
  if (stat(resolved.get(), &found) != 0) return Unreadable(path, errno);
  if (!S_ISREG(found.st_mode)) {
    return Refused(fmt::format("\"{}\" is no shared library (no regular file)", path));
  }
  file.identity = {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
                   found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec};
  return file;
}

absl::Status CheckOwner(const std::string& path, uid_t owner, mode_t mode, uid_t self) {
  if (owner != 0 && owner != self) {
    return Refused(
        fmt::format("the library \"{}\" belongs to user {}, who could change what runs here; it "
                    "must belong to root or to user {}, which this process runs as (chown)",
                    path, owner, self));
  }
  if ((mode & S_IWOTH) != 0) {
    return Refused(
        fmt::format("the library \"{}\" may be written by everybody (mode {:04o}); take that right "
                    "away (chmod o-w)",
                    path, mode & 07777));
  }
  return absl::OkStatus();
}

absl::Status CheckLibraryFile(const LibraryFile& file) {
  struct stat found {};
  if (stat(file.path.c_str(), &found) != 0) return Unreadable(file.path, errno);
  absl::Status status = CheckOwner(file.path, found.st_uid, found.st_mode, geteuid());
  if (status.ok()) status = CheckFolders(file.path);
  if (status.ok()) status = CheckElf(file);
  return status;
}

}  // namespace understudy
