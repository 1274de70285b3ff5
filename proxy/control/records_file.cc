// Appending, rotating, removing.
#include "proxy/control/records_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

absl::Status WriteError(const std::string& path, int error) {
  const std::string text = fmt::format("{} cannot be written: {}", path, std::strerror(error));
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return full ? absl::ResourceExhaustedError(text) : Unavailable(text);
}

absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  if (fs::create_directories(directory, error)) {
    fs::permissions(directory, fs::perms::owner_all, error);
  }
  if (!error && ::access(directory.c_str(), W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("the record directory {} cannot be used: {}", directory, error.message()));
}

// Of a file that somebody removed, what is written is lost without a word from the system.
bool IsRemoved(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink == 0;
}

}  // namespace

RecordFile::RecordFile(std::string directory, const RecordLimits& limits,
                       std::uint64_t segment_bytes)
    : directory_(std::move(directory)), limits_(limits), segment_bytes_(segment_bytes) {}

RecordFile::RecordFile(RecordFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      limits_(other.limits_),
      segment_bytes_(other.segment_bytes_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      start_(std::move(other.start_)),
      size_(other.size_),
      cut_lines_(other.cut_lines_),
      looked_at_(other.looked_at_) {}

RecordFile::~RecordFile() { Close(); }

absl::StatusOr<RecordFile> RecordFile::Open(const std::string& directory,
                                            const RecordLimits& limits,
                                            std::uint64_t segment_bytes) {
  RETURN_IF_ERROR(MakeDirectory(directory));
  RecordFile file(directory, limits, segment_bytes);
  RETURN_IF_ERROR(file.Recover());
  return file;
}

absl::Status RecordFile::Recover() {
  RemoveDrafts(directory_);
  ASSIGN_OR_RETURN(const std::vector<Segment> segments, ListSegments(directory_));
  if (segments.empty()) return absl::OkStatus();
  start_ = segments.back().start;
  for (const Segment& segment : segments) {
    // Sealed, and the crash came before the plain form was removed.
    if (segment.sealed) ::unlink(SegmentPath(directory_, segment.start, false).c_str());
  }
  if (segments.back().sealed) return absl::OkStatus();
  // Records are worth less than serving: the process starts without these lines.
  if (const absl::Status status = Reopen(segments.back()); !status.ok()) {
    spdlog::warn("divergence records: {}", ToStd(status.message()));
  }
  return absl::OkStatus();
}

absl::Status RecordFile::Reopen(const Segment& newest) {
  const std::string path = SegmentPath(directory_, newest.start, false);
  ASSIGN_OR_RETURN(const std::uint64_t cut, CutPartialLine(path));
  if (cut > 0) ++cut_lines_;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) return WriteError(path, errno);
  size_ = newest.file_bytes - cut;
  return absl::OkStatus();
}

absl::Status RecordFile::StartSegment(WallTime now) {
  // Names grow even when the clock is set back.
  if (const std::optional<WallTime> newest = ParseSegmentStart(start_)) {
    now = std::max(now, *newest + std::chrono::microseconds(1));
  }
  std::string start = SegmentStart(now);
  const std::string path = SegmentPath(directory_, start, false);
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC;
  descriptor_ = ::open(path.c_str(), kFlags, 0600);
  if (descriptor_ < 0 && errno == ENOENT && MakeDirectory(directory_).ok()) {
    descriptor_ = ::open(path.c_str(), kFlags, 0600);
  }
  if (descriptor_ < 0) return WriteError(path, errno);
  start_ = std::move(start);
  size_ = 0;
  return absl::OkStatus();
}

absl::Status RecordFile::Append(std::string_view line, WallTime now) {
  if (line.size() > MostActiveBytes()) {
    return absl::OutOfRangeError(fmt::format("a record of {} bytes is larger than a segment of {}",
                                             line.size(), MostActiveBytes()));
  }
  if (descriptor_ >= 0 && IsRemoved(descriptor_)) Close();
  if (descriptor_ < 0) RETURN_IF_ERROR(StartSegment(now));
  return Write(line);
}

absl::Status RecordFile::Write(std::string_view line) {
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t got = ::write(descriptor_, line.data() + written, line.size() - written);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const int error = errno;
      // Take back the part that fitted; if even that fails, this segment ends here and its
      // partial line is cut before it is sealed.
      if (written > 0 && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) Close();
      return WriteError(SegmentPath(directory_, start_, false), error);
    }
    written += static_cast<std::size_t>(got);
  }
  size_ += line.size();
  return absl::OkStatus();
}

void RecordFile::Close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

// At most a quarter of the space: half of it is left to sealed segments while the active one and
// its gzip form lie side by side.
std::uint64_t RecordFile::MostActiveBytes() const {
  return std::min(segment_bytes_, limits_.max_bytes / 4);
}

absl::Status RecordFile::Maintain(WallTime now, std::size_t coming) {
  // Lines leave with their whole segment, so a segment may span only a part of the age.
  const Duration span = limits_.max_age / 8;
  const bool full = size_ + coming > MostActiveBytes();
  const bool ended = descriptor_ >= 0 && size_ > 0 && (full || start_ < SegmentStart(now - span));
  if (ended) Close();
  // Looking at the directory before each line would cost.
  const Duration pause = std::min<Duration>(std::chrono::minutes(1), span);
  const bool looked = now >= looked_at_ && now < looked_at_ + pause;
  if (!ended && looked) return absl::OkStatus();
  looked_at_ = now;
  ASSIGN_OR_RETURN(const std::vector<Segment> segments, ListSegments(directory_));
  const absl::Status removed = Remove(segments, now);
  const absl::Status sealed = SealRest(segments);
  return removed.ok() ? sealed : removed;
}

absl::Status RecordFile::Remove(const std::vector<Segment>& segments, WallTime now) {
  std::uint64_t total = 0;
  for (const Segment& segment : segments) {
    if (!IsActive(segment)) total += segment.file_bytes;
  }
  // Room for the next active segment is made now, so that the sum never passes the limit.
  const std::uint64_t most = limits_.max_bytes - 2 * MostActiveBytes();
  const std::string oldest = SegmentStart(now - limits_.max_age);
  for (const Segment& segment : segments) {
    if (IsActive(segment) || (segment.start >= oldest && total <= most)) break;
    const std::string path = SegmentPath(directory_, segment.start, segment.sealed);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return WriteError(path, errno);
    total -= segment.file_bytes;
  }
  return absl::OkStatus();
}

absl::Status RecordFile::SealRest(const std::vector<Segment>& segments) {
  absl::Status fault;
  for (const Segment& segment : segments) {
    const std::string plain = SegmentPath(directory_, segment.start, false);
    if (segment.sealed || IsActive(segment) || ::access(plain.c_str(), F_OK) != 0) continue;
    const absl::StatusOr<std::uint64_t> cut = CutPartialLine(plain);
    if (cut.ok() && *cut > 0) ++cut_lines_;
    const absl::Status sealed = cut.ok() ? SealSegment(directory_, segment.start) : cut.status();
    if (!sealed.ok()) fault = sealed;
  }
  return fault;
}

}  // namespace understudy
