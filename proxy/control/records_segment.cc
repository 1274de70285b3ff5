// Listing, sealing, reading and mending segments.
#include "proxy/control/records_segment.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

#include "proxy/base/status.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "divergences-";
constexpr std::string_view kPlain = ".jsonl";
constexpr std::string_view kSealed = ".jsonl.gz";
constexpr std::size_t kStartLength = 22;
constexpr std::size_t kChunk = 64u << 10;

absl::Status FileError(std::string_view what, const std::string& path) {
  return Unavailable(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

std::optional<Segment> ParseName(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  Segment segment;
  segment.sealed = name.ends_with(kSealed);
  if (!segment.sealed && !name.ends_with(kPlain)) return std::nullopt;
  name.remove_suffix(segment.sealed ? kSealed.size() : kPlain.size());
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || c == 'T' || c == 'Z'; };
  if (name.size() != kStartLength || !std::all_of(name.begin(), name.end(), allowed)) {
    return std::nullopt;
  }
  segment.start = name;
  return segment;
}

struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

// gzread also reads plain files, as they are.
absl::StatusOr<std::string> ReadBounded(const std::string& path, std::size_t max_bytes) {
  errno = 0;
  const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return errno == ENOENT ? NotFound(path + " is not there") : FileError("read", path);
  }
  std::string text;
  std::array<char, kChunk> chunk;
  while (text.size() < max_bytes) {
    const std::size_t room = std::min(chunk.size(), max_bytes - text.size());
    const int got = gzread(file.get(), chunk.data(), static_cast<unsigned>(room));
    if (got < 0) return absl::DataLossError(path + " is damaged: it is no whole gzip member");
    if (got == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  text.resize(text.rfind('\n') + 1);  // npos + 1 is 0
  return text;
}

absl::Status SyncFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return FileError("synced", path);
  const bool synced = ::fsync(descriptor) == 0;
  const absl::Status status = synced ? absl::OkStatus() : FileError("synced", path);
  ::close(descriptor);
  return status;
}

absl::Status Compress(const std::string& from, const std::string& to) {
  std::ifstream in(from, std::ios::binary);
  if (!in) return FileError("read", from);
  // Level 3: records are written far more often than read, and sealing shares the writer's thread.
  gzFile out = gzopen(to.c_str(), "wbe3");
  if (out == nullptr) return FileError("written", to);
  std::array<char, kChunk> chunk;
  bool written = true;
  while (written && (in.read(chunk.data(), chunk.size()), in.gcount() > 0)) {
    const auto size = static_cast<unsigned>(in.gcount());
    written = gzwrite(out, chunk.data(), size) == static_cast<int>(size);
  }
  const bool closed = gzclose(out) == Z_OK;
  return written && closed ? SyncFile(to) : FileError("written", to);
}

}  // namespace

std::string SegmentStart(WallTime time) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(us);
  return fmt::format("{:%Y%m%dT%H%M%S}{:06}Z", fmt::gmtime(static_cast<time_t>(seconds.count())),
                     (us - seconds).count());
}

std::string SegmentPath(const std::string& directory, const std::string& start, bool sealed) {
  return fmt::format("{}/{}{}{}", directory, kPrefix, start, sealed ? kSealed : kPlain);
}

absl::StatusOr<std::vector<Segment>> ListSegments(const std::string& directory) {
  std::vector<Segment> segments;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::optional<Segment> segment = ParseName(entry->path().filename().string());
    if (!segment) continue;
    std::error_code gone;
    const std::uintmax_t size = entry->file_size(gone);
    if (gone) continue;  // sealed or removed while we look
    segment->file_bytes = size;
    segments.push_back(*std::move(segment));
  }
  if (error) {
    return Unavailable(
        fmt::format("the records in {} cannot be listed: {}", directory, error.message()));
  }
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
    return a.start != b.start ? a.start < b.start : a.sealed && !b.sealed;
  });
  const auto same = [](const Segment& a, const Segment& b) { return a.start == b.start; };
  segments.erase(std::unique(segments.begin(), segments.end(), same), segments.end());
  return segments;
}

absl::Status SealSegment(const std::string& directory, const std::string& start) {
  const std::string plain = SegmentPath(directory, start, false);
  const std::string sealed = SegmentPath(directory, start, true);
  const std::string draft = sealed + ".new";
  if (absl::Status made = Compress(plain, draft); !made.ok()) {
    ::unlink(draft.c_str());
    return made;
  }
  if (std::rename(draft.c_str(), sealed.c_str()) != 0) return FileError("named", sealed);
  if (::unlink(plain.c_str()) != 0) return FileError("removed", plain);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadSegment(const std::string& directory, const Segment& segment,
                                        std::size_t max_bytes) {
  absl::StatusOr<std::string> text =
      ReadBounded(SegmentPath(directory, segment.start, segment.sealed), max_bytes);
  if (text.ok() || text.status().code() != absl::StatusCode::kNotFound) return text;
  return ReadBounded(SegmentPath(directory, segment.start, !segment.sealed), max_bytes);
}

absl::StatusOr<std::uint64_t> CutPartialLine(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return Unavailable(fmt::format("{} cannot be read: {}", path, error.message()));
  std::ifstream in(path, std::ios::binary);
  std::array<char, kChunk> chunk;
  std::uint64_t whole = size;  // becomes the end of the last whole line
  while (whole > 0) {
    const std::uint64_t begin = whole > chunk.size() ? whole - chunk.size() : 0;
    in.seekg(static_cast<std::streamoff>(begin));
    in.read(chunk.data(), static_cast<std::streamsize>(whole - begin));
    if (!in) return FileError("read", path);
    const std::string_view read(chunk.data(), static_cast<std::size_t>(whole - begin));
    const std::size_t newline = read.rfind('\n');
    whole = begin + (newline == std::string_view::npos ? 0 : newline + 1);
    if (newline != std::string_view::npos) break;
  }
  if (whole < size) {
    fs::resize_file(path, whole, error);
    if (error) return Unavailable(fmt::format("{} cannot be mended: {}", path, error.message()));
  }
  return size - whole;
}

}  // namespace understudy
