// Appending, rotating, removing.
#include "proxy/control/records_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "proxy/base/status.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

absl::Status WriteError(const std::string& path, int error) {
  const std::string text = fmt::format("{} cannot be written: {}", path, std::strerror(error));
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return full ? absl::ResourceExhaustedError(text) : Unavailable(text);
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

RecordFile::~RecordFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::StatusOr<RecordFile> RecordFile::Open(const std::string& directory,
                                            const RecordLimits& limits,
                                            std::uint64_t segment_bytes) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return FailedPrecondition(
        fmt::format("the record directory {} cannot be made: {}", directory, error.message()));
  }
  RecordFile file(directory, limits, segment_bytes);
  RETURN_IF_ERROR(file.Recover());
  return file;
}

absl::Status RecordFile::Recover() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    if (entry.path().extension() == ".new") fs::remove(entry.path(), error);
  }
  ASSIGN_OR_RETURN(const std::vector<Segment> segments, ListSegments(directory_));
  for (const Segment& segment : segments) {
    RETURN_IF_ERROR(Mend(segment, &segment == &segments.back()));
  }
  return absl::OkStatus();
}

absl::Status RecordFile::Mend(const Segment& segment, bool newest) {
  start_ = segment.start;
  const std::string plain = SegmentPath(directory_, segment.start, false);
  if (segment.sealed) {
    // Sealed, and the crash came before the plain form was removed.
    ::unlink(plain.c_str());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::uint64_t cut, CutPartialLine(plain));
  if (cut > 0) ++cut_lines_;
  if (!newest) return SealSegment(directory_, segment.start);
  descriptor_ = ::open(plain.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) return WriteError(plain, errno);
  size_ = segment.file_bytes - cut;
  return absl::OkStatus();
}

absl::Status RecordFile::StartSegment(WallTime now) {
  // Names must grow even when the clock is set back.
  std::string start = SegmentStart(now);
  for (WallTime later = now; start <= start_ && later < now + std::chrono::milliseconds(1);) {
    later += std::chrono::microseconds(1);
    start = SegmentStart(later);
  }
  if (start <= start_) {
    return Unavailable(fmt::format("the clock stands before the newest records in {}", directory_));
  }
  const std::string path = SegmentPath(directory_, start, false);
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) return WriteError(path, errno);
  start_ = std::move(start);
  size_ = 0;
  return absl::OkStatus();
}

absl::Status RecordFile::Append(std::string_view line, WallTime now) {
  if (descriptor_ < 0) RETURN_IF_ERROR(StartSegment(now));
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t got = ::write(descriptor_, line.data() + written, line.size() - written);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const int error = errno;
      // Take back the part that fitted; if even that fails, this segment ends here and its
      // partial line is cut when it is next opened or sealed.
      if (written > 0 && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
        ::close(std::exchange(descriptor_, -1));
      }
      return WriteError(SegmentPath(directory_, start_, false), error);
    }
    written += static_cast<std::size_t>(got);
  }
  size_ += line.size();
  return absl::OkStatus();
}

absl::Status RecordFile::Close() {
  ::close(std::exchange(descriptor_, -1));
  return SealSegment(directory_, start_);
}

std::uint64_t RecordFile::MostActiveBytes() const {
  return std::min(segment_bytes_, limits_.max_bytes / 4);
}

absl::Status RecordFile::Maintain(WallTime now) {
  // Old lines leave with their whole segment, so a segment may span only a part of the age.
  const bool old = start_ < SegmentStart(now - limits_.max_age / 8);
  const bool done = descriptor_ >= 0 && size_ > 0 && (size_ >= MostActiveBytes() || old);
  if (done) RETURN_IF_ERROR(Close());
  // Lines also grow too old while nothing is sealed; looking at the directory each time costs.
  if (!done && now < looked_at_ + std::chrono::minutes(1)) return absl::OkStatus();
  looked_at_ = now;
  return Remove(now);
}

absl::Status RecordFile::Remove(WallTime now) {
  ASSIGN_OR_RETURN(const std::vector<Segment> segments, ListSegments(directory_));
  std::uint64_t total = 0;
  for (const Segment& segment : segments) total += segment.file_bytes;
  const std::string oldest = SegmentStart(now - limits_.max_age);
  // Room for the next active segment is made now, so that the sum never passes the limit.
  const std::uint64_t most = limits_.max_bytes - MostActiveBytes();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    if (descriptor_ >= 0 && segment.start == start_) break;
    // A segment's lines all come before the next one's start.
    const std::string& end = i + 1 < segments.size() ? segments[i + 1].start : segment.start;
    if (end >= oldest && total <= most) break;
    const std::string path = SegmentPath(directory_, segment.start, segment.sealed);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return WriteError(path, errno);
    total -= segment.file_bytes;
  }
  return absl::OkStatus();
}

}  // namespace understudy
