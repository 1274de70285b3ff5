// Naming, listing, sealing, reading and mending segments.
#include "proxy/control/records_segment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "proxy/base/status.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "divergences-";
constexpr std::string_view kPlain = ".jsonl";
constexpr std::string_view kSealed = ".jsonl.gz";
constexpr std::string_view kDraft = ".jsonl.gz.new";
constexpr std::size_t kStartLength = 22;
constexpr std::size_t kChunk = 64u << 10;

std::optional<Segment> ParseName(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  Segment segment;
  segment.sealed = name.ends_with(kSealed);
  if (!segment.sealed && !name.ends_with(kPlain)) return std::nullopt;
  name.remove_suffix(segment.sealed ? kSealed.size() : kPlain.size());
  if (!ParseSegmentStart(name)) return std::nullopt;
  segment.start = name;
  return segment;
}

// The number that `size` digits at `at` spell.
std::optional<int> Digits(std::string_view text, std::size_t at, std::size_t size) {
  const char* const begin = text.data() + at;
  int value = 0;
  const auto parsed = std::from_chars(begin, begin + size, value);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == begin + size && *begin != '-';
  return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string SegmentStart(WallTime time) {
  const auto us = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(us);
  return fmt::format("{:%Y%m%dT%H%M%S}{:06}Z", fmt::gmtime(static_cast<time_t>(seconds.count())),
                     (us - seconds).count());
}

std::optional<WallTime> ParseSegmentStart(std::string_view start) {
  namespace chrono = std::chrono;
  if (start.size() != kStartLength || start[8] != 'T' || start.back() != 'Z') return std::nullopt;
  // Year, month, day, hour, minute, second, microsecond: where they stand, how long they are.
  constexpr std::array<std::pair<std::size_t, std::size_t>, 7> kParts = {
      {{0, 4}, {4, 2}, {6, 2}, {9, 2}, {11, 2}, {13, 2}, {15, 6}}};
  std::array<int, kParts.size()> parts{};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const std::optional<int> number = Digits(start, kParts[i].first, kParts[i].second);
    if (!number) return std::nullopt;
    parts[i] = *number;
  }
  const chrono::year_month_day date{chrono::year(parts[0]),
                                    chrono::month(static_cast<unsigned>(parts[1])),
                                    chrono::day(static_cast<unsigned>(parts[2]))};
  // Nanoseconds since 1970 hold no later year.
  constexpr int kLastYear = 2261;
  if (!date.ok() || parts[0] < 1970 || parts[0] > kLastYear) return std::nullopt;
  const WallTime time = WallTime(chrono::sys_days(date)) + chrono::hours(parts[3]) +
                        chrono::minutes(parts[4]) + chrono::seconds(parts[5]) +
                        chrono::microseconds(parts[6]);
  return SegmentStart(time) == start ? std::optional(time) : std::nullopt;  // no 25th hour
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

void RemoveDrafts(const std::string& directory) {
  std::error_code error;
  std::vector<fs::path> drafts;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kDraft)) drafts.push_back(entry->path());
  }
  for (const fs::path& draft : drafts) fs::remove(draft, error);
}

absl::Status SealSegment(const std::string& directory, const std::string& start) {
  const std::string plain = SegmentPath(directory, start, false);
  const std::string sealed = SegmentPath(directory, start, true);
  const std::string draft = fmt::format("{}/{}{}{}", directory, kPrefix, start, kDraft);
  RETURN_IF_ERROR(CompressFile(plain, draft));
  if (std::rename(draft.c_str(), sealed.c_str()) != 0) return FileError("named", sealed);
  // The new name is on disk before the old one goes.
  RETURN_IF_ERROR(SyncPath(directory));
  if (::unlink(plain.c_str()) != 0) return FileError("removed", plain);
  return absl::OkStatus();
}

absl::StatusOr<FileText> ReadSegment(const std::string& directory, const Segment& segment,
                                     std::size_t max_bytes) {
  const auto read = [&](bool sealed) {
    return ReadFileText(SegmentPath(directory, segment.start, sealed), sealed, max_bytes);
  };
  absl::StatusOr<FileText> file = read(segment.sealed);
  if (file.status().code() == absl::StatusCode::kNotFound) file = read(!segment.sealed);
  if (file.ok()) file->text.resize(file->text.rfind('\n') + 1);  // npos + 1 is 0
  return file;
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
