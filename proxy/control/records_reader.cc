// Scanning segments from the newest line back.
#include "proxy/control/records_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/records_line.h"
#include "proxy/control/records_text.h"

namespace understudy {
namespace {

// Lines before this byte of this segment are still to come: "<start>:<byte>".
struct Position {
  std::string start;
  std::uint64_t byte = 0;
};

absl::Status BadToken() {
  return InvalidArgument("the page token is none of this list; start again without one");
}

absl::StatusOr<std::optional<Position>> ParseToken(std::string_view token) {
  if (token.empty()) return std::optional<Position>();
  const std::size_t colon = std::min(token.find(':'), token.size());
  const std::string_view start = token.substr(0, colon);
  const std::string_view byte = token.substr(std::min(colon + 1, token.size()));
  Position position{std::string(start), 0};
  const auto parsed = std::from_chars(byte.data(), byte.data() + byte.size(), position.byte);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == byte.data() + byte.size();
  if (!ParseSegmentStart(start) || !whole) return BadToken();
  return std::optional(std::move(position));
}

enum class Walk { kOn, kStop };
using VisitLineBack = std::function<Walk(std::string_view line)>;

// A segment's lines. What is damaged or gone costs a word in the log, not the listing.
std::string ReadLines(const std::string& directory, const Segment& segment) {
  absl::StatusOr<FileText> file = ReadSegment(directory, segment, RecordReader::kMaxSegmentBytes);
  if (!file.ok()) {
    // Removed since it was listed: its lines are beyond the limits.
    if (file.status().code() != absl::StatusCode::kNotFound) {
      spdlog::warn("divergence records: {}", ToStd(file.status().message()));
    }
    return {};
  }
  if (file->damaged) {
    spdlog::warn("divergence records: {} is damaged; {} bytes of lines before the damage are shown",
                 SegmentPath(directory, segment.start, segment.sealed), file->text.size());
  }
  return std::move(file->text);
}

// Walks lines backwards from `from` (or the end). Returns where it stopped, nothing at the start of
// all records.
absl::StatusOr<std::optional<Position>> WalkBack(const std::string& directory,
                                                 const std::optional<Position>& from,
                                                 std::uint64_t max_bytes,
                                                 const VisitLineBack& visit) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return std::optional<Position>();
  ASSIGN_OR_RETURN(std::vector<Segment> segments, ListSegments(directory));
  std::reverse(segments.begin(), segments.end());
  std::uint64_t walked = 0;
  for (const Segment& segment : segments) {
    if (from && segment.start > from->start) continue;
    if (walked >= max_bytes) return std::optional(Position{segment.start, UINT64_MAX});
    const std::string text = ReadLines(directory, segment);
    std::string_view rest = text;
    if (from && segment.start == from->start && from->byte < rest.size()) {
      rest = rest.substr(0, static_cast<std::size_t>(from->byte));
      if (!rest.empty() && rest.back() != '\n') return BadToken();
    }
    walked += rest.size();
    while (!rest.empty()) {
      rest.remove_suffix(1);                           // the newline
      const std::size_t begin = rest.rfind('\n') + 1;  // npos + 1 is 0
      const std::string_view line = rest.substr(begin);
      rest = rest.substr(0, begin);
      if (visit(line) == Walk::kStop) return std::optional(Position{segment.start, begin});
    }
  }
  return std::optional<Position>();
}

bool Matches(const RecordHead& head, const DivergenceFilter& filter) {
  // The head's texts keep their escapes, so the filter's are escaped too.
  const auto same = [](std::string_view escaped, const std::string& wanted) {
    if (wanted.empty()) return true;
    const std::string quoted = JsonQuote(wanted);
    return escaped == std::string_view(quoted).substr(1, quoted.size() - 2);
  };
  return head.divergence >= filter.min_divergence && same(head.route, filter.route) &&
         same(head.candidate, filter.candidate);
}

}  // namespace

absl::StatusOr<DivergenceListing> RecordReader::List(const DivergenceFilter& filter) {
  ASSIGN_OR_RETURN(const std::optional<Position> from, ParseToken(filter.page_token));
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, kMaxLimit);
  DivergenceListing listing;
  std::size_t bytes = 0;
  bool past = false;
  const std::string oldest =
      filter.not_before == WallTime{} ? std::string() : FormatTime(filter.not_before);
  const auto visit = [&](std::string_view line) {
    const std::optional<RecordHead> head = ReadHead(line);
    past = head && head->at < oldest;  // times of this format sort as texts
    if (past) return Walk::kStop;
    if (!head || !Matches(*head, filter)) return Walk::kOn;
    if (absl::StatusOr<DivergenceRecord> record = ParseRecord(line); record.ok()) {
      listing.records.push_back(*std::move(record));
      bytes += line.size();
    }
    const bool full = listing.records.size() >= limit || bytes >= kMaxPageBytes;
    return full ? Walk::kStop : Walk::kOn;
  };
  ASSIGN_OR_RETURN(const std::optional<Position> next,
                   WalkBack(directory_, from, max_scan_bytes_, visit));
  if (next && !past) listing.next_page_token = fmt::format("{}:{}", next->start, next->byte);
  return listing;
}

absl::StatusOr<DivergenceRecord> RecordReader::Find(std::string_view id) {
  const std::string quoted = JsonQuote(id);
  const std::string_view wanted = std::string_view(quoted).substr(1, quoted.size() - 2);
  std::optional<absl::StatusOr<DivergenceRecord>> found;
  const auto visit = [&](std::string_view line) {
    const std::optional<RecordHead> head = ReadHead(line);
    if (!head || head->id != wanted) return Walk::kOn;
    found = ParseRecord(line);
    return Walk::kStop;
  };
  ASSIGN_OR_RETURN(const std::optional<Position> end,
                   WalkBack(directory_, std::nullopt, max_scan_bytes_, visit));
  if (found) return *std::move(found);
  return NotFound(fmt::format(
      "no divergence record has the id {}{}", quoted,
      end ? fmt::format(" among the newest {} bytes of records", max_scan_bytes_) : ""));
}

}  // namespace understudy
