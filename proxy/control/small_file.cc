// The mode is looked at on the open file: its name may lead elsewhere a moment later.
#include "proxy/control/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "proxy/async/clock.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

// File systems tell times in steps of at most that.
constexpr Duration kTick = std::chrono::milliseconds(100);

Duration SinceEpoch(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

absl::Status Unreadable(int error) {
  return InvalidArgument("cannot be read: " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  const int number_;
};

}  // namespace

FileWatch::FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)) {}

FileWatch::Stamp FileWatch::StampOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return {.error = errno};
  return {info.st_dev, info.st_ino, info.st_size, SinceEpoch(info.st_mtim),
          SinceEpoch(info.st_ctim)};
}

bool FileWatch::MayHaveChanged() {
  std::vector<Stamp> stamps;
  for (const std::string& path : paths_) stamps.push_back(StampOf(path));
  const bool may = !settled_ || stamps != seen_;
  const Duration settled_before = WallNow().time_since_epoch() - kTick;
  settled_ = std::all_of(stamps.begin(), stamps.end(), [&](const Stamp& stamp) {
    return stamp.written < settled_before && stamp.changed < settled_before;
  });
  seen_ = std::move(stamps);
  return may;
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t most_bytes,
                                          Secrecy secrecy) {
  // A pipe or a device could block for ever: it is not waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return Unreadable(errno);
  struct stat info = {};
  if (::fstat(file.number(), &info) != 0) return Unreadable(errno);
  if (!S_ISREG(info.st_mode)) return InvalidArgument("is not a regular file");
  if (secrecy == Secrecy::kSecret && (info.st_mode & S_IROTH) != 0) {
    return InvalidArgument("can be read by everybody; take that away with `chmod o-r`");
  }
  std::string bytes(most_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most_bytes) {
    return InvalidArgument(fmt::format("has more than {} bytes", most_bytes));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace understudy
