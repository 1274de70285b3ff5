// Pages of a folder, lines of a file.
#include "proxy/offline/stored_records.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "proxy/base/status.h"
#include "proxy/control/records_gzip.h"
#include "proxy/control/records_line.h"
#include "proxy/control/records_reader.h"

namespace understudy {
namespace {

constexpr std::uint64_t kLinesBetweenLooks = 256;

absl::StatusOr<std::string> ReadLines(const std::string& path) {
  ASSIGN_OR_RETURN(FileText file, ReadFileText(path, path.ends_with(".gz"), kMostRecordFileBytes));
  if (file.damaged) {
    return InvalidArgument(fmt::format("{} is no whole gzip file of records", path));
  }
  if (file.text.size() >= kMostRecordFileBytes) {
    return InvalidArgument(
        fmt::format("{} has more than {} MiB of records; give --records the "
                    "server's folder, which is read in pieces",
                    path, kMostRecordFileBytes >> 20));
  }
  return std::move(file.text);
}

// Takes the next line off the front.
std::string_view NextLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

absl::StatusOr<RecordWalkEnd> WalkFolder(const RecordWalk& walk,
                                         const std::function<void(DivergenceRecord)>& visit) {
  RecordReader reader(walk.path);
  DivergenceFilter filter;
  filter.route = walk.route;
  filter.candidate = walk.candidate;
  filter.min_divergence = walk.min_divergence;
  std::uint64_t seen = 0;
  while (true) {
    if (walk.stopped && walk.stopped()) return RecordWalkEnd{};
    // One more than wanted tells whether there are more.
    filter.limit = static_cast<std::size_t>(
        std::min<std::uint64_t>(RecordReader::kMaxLimit, walk.most + 1 - seen));
    ASSIGN_OR_RETURN(DivergenceListing listing, reader.List(filter));
    for (DivergenceRecord& record : listing.records) {
      if (seen++ == walk.most) return RecordWalkEnd{.more = true};
      visit(std::move(record));
    }
    if (listing.next_page_token.empty()) return RecordWalkEnd{};
    filter.page_token = listing.next_page_token;
  }
}

absl::StatusOr<RecordWalkEnd> WalkFile(const RecordWalk& walk,
                                       const std::function<void(DivergenceRecord)>& visit) {
  ASSIGN_OR_RETURN(const std::string text, ReadLines(walk.path));
  std::string_view rest = text;
  RecordWalkEnd end;
  std::uint64_t read = 0, seen = 0;
  for (std::uint64_t i = 0; !rest.empty(); ++i) {
    if (walk.stopped && i % kLinesBetweenLooks == 0 && walk.stopped()) return end;
    const std::string_view line = NextLine(rest);
    if (line.empty()) continue;
    absl::StatusOr<DivergenceRecord> record = ParseRecord(line);
    if (!record.ok()) {
      ++end.unreadable;
      continue;
    }
    ++read;
    const bool wanted = (walk.route.empty() || record->route == walk.route) &&
                        (walk.candidate.empty() || record->candidate == walk.candidate) &&
                        record->MaxDivergence() >= walk.min_divergence;
    if (!wanted) continue;
    if (seen++ == walk.most) {
      end.more = true;
      return end;
    }
    visit(*std::move(record));
  }
  if (read == 0 && end.unreadable > 0) {
    return InvalidArgument(fmt::format("{} has no divergence record in it", walk.path));
  }
  return end;
}

}  // namespace

absl::StatusOr<DivergenceRecord> ReadRecordAt(const std::string& place) {
  std::string path = place;
  std::uint64_t wanted = 1;
  std::error_code error;
  if (const std::size_t colon = place.rfind(':');
      colon != std::string::npos && !std::filesystem::exists(place, error)) {
    const char* const last = place.data() + place.size();
    const auto [end, fault] = std::from_chars(place.data() + colon + 1, last, wanted);
    if (fault != std::errc() || end != last || wanted == 0) {
      return NotFound(fmt::format("there is no file {}", place));
    }
    path.resize(colon);
  }
  ASSIGN_OR_RETURN(const std::string text, ReadLines(path));
  std::string_view rest = text;
  for (std::uint64_t line = 1; !rest.empty(); ++line) {
    const std::string_view one = NextLine(rest);
    if (line < wanted) continue;
    absl::StatusOr<DivergenceRecord> record = ParseRecord(one);
    if (!record.ok()) {
      return InvalidArgument(fmt::format("{}:{}: {}", path, line, Message(record.status())));
    }
    return record;
  }
  return NotFound(fmt::format("{} has no line {}", path, wanted));
}

absl::StatusOr<DivergenceRecord> FindRecord(const std::string& directory, const std::string& id) {
  if (!IsFolder(directory)) return NotFound(fmt::format("there is no folder {}", directory));
  return RecordReader(directory).Find(id);
}

absl::StatusOr<RecordWalkEnd> WalkRecords(const RecordWalk& walk,
                                          const std::function<void(DivergenceRecord)>& visit) {
  return IsFolder(walk.path) ? WalkFolder(walk, visit) : WalkFile(walk, visit);
}

}  // namespace understudy
