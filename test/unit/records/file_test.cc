// Rotation, retention and what a crash or an operator leaves behind.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "proxy/base/status.h"
#include "proxy/control/records_file.h"
#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kSegment = 16u << 10;

RecordFile Open(const std::string& directory, RecordLimits limits = {},
                std::uint64_t segment_bytes = kSegment) {
  auto file = RecordFile::Open(directory, limits, segment_bytes);
  REQUIRE(file.ok());
  return *std::move(file);
}

// As a writer does it.
void Append(RecordFile& file, const std::string& line, WallTime now) {
  REQUIRE(file.Maintain(now, line.size()).ok());
  REQUIRE(file.Append(line, now).ok());
}

std::vector<Segment> Segments(const std::string& directory) {
  const auto segments = ListSegments(directory);
  REQUIRE(segments.ok());
  return *segments;
}

std::uint64_t BytesOnDisk(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    bytes += entry.file_size();
  return bytes;
}

std::string AllLines(const std::string& directory) {
  std::string lines;
  for (const Segment& segment : Segments(directory)) {
    const auto text = ReadSegment(directory, segment, 64u << 20);
    REQUIRE(text.ok());
    lines += text->text;
  }
  return lines;
}

WallTime At(Duration later) { return samples::RecordTime(later); }

// Lines that gzip makes hardly smaller, so that sizes are what they seem.
std::string DenseLine(int number) {
  DivergenceRecord record = samples::SmallRecord(number);
  std::uint64_t state = static_cast<std::uint64_t>(number) + 1;
  for (int i = 0; i < 1500; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    record.scores[0].reason += static_cast<char>('!' + (state >> 33) % 94);
  }
  return FormatRecord(record);
}

TEST_CASE("lines are appended to a plain file for this user alone") {
  const TemporaryDirectory directory;
  const std::string records = directory.File("a/records");
  RecordFile file = Open(records);
  Append(file, "one\n", At(seconds(0)));
  Append(file, "two\n", At(seconds(1)));
  CHECK(ReadWholeFile(SegmentPath(records, SegmentStart(At(seconds(0))), false)) == "one\ntwo\n");
  struct stat status {};
  REQUIRE(::stat(records.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::stat(SegmentPath(records, SegmentStart(At(seconds(0))), false).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a directory that cannot be made is refused by name") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("records"), "a file");
  const auto file = RecordFile::Open(directory.File("records"), {}, kSegment);
  REQUIRE_FALSE(file.ok());
  CHECK(file.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(file.status()).find(directory.File("records")) != std::string::npos);
}

TEST_CASE("a segment that has no room for the next line is sealed, and no line is lost") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path());
  std::string all;
  for (int i = 0; i < 300; ++i) {
    const std::string line = samples::SmallLine(i);
    Append(file, line, At(seconds(i)));
    all += line;
  }
  const std::vector<Segment> segments = Segments(directory.Path());
  CHECK(segments.size() == all.size() / kSegment + 1);
  for (const Segment& segment : segments) {
    CHECK(segment.sealed == (segment.start != segments.back().start));
    const auto text = ReadSegment(directory.Path(), segment, 64u << 20);
    REQUIRE(text.ok());
    CHECK(text->text.size() <= kSegment);
  }
  CHECK(AllLines(directory.Path()) == all);
}

TEST_CASE("a segment is sealed when it spans an eighth of the age, also without a new line") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path(), {.max_age = hours(8)});
  Append(file, "one\n", At(seconds(0)));
  REQUIRE(file.Maintain(At(minutes(59))).ok());
  CHECK_FALSE(Segments(directory.Path())[0].sealed);
  REQUIRE(file.Maintain(At(minutes(61))).ok());
  CHECK(Segments(directory.Path())[0].sealed);
  Append(file, "two\n", At(minutes(62)));
  CHECK(AllLines(directory.Path()) == "one\ntwo\n");
}

TEST_CASE("no line is kept longer than max_age, busy or idle") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path(), {.max_age = hours(8)});
  for (int minute = 0; minute < 24 * 60; minute += 10) {
    Append(file, samples::SmallLine(minute), At(minutes(minute)));
    const std::vector<Segment> segments = Segments(directory.Path());
    REQUIRE(ParseSegmentStart(segments.front().start) >= At(minutes(minute) - hours(8)));
    if (minute > 8 * 60) {  // nor is much less kept than asked for
      REQUIRE(ParseSegmentStart(segments.front().start) < At(minutes(minute) - hours(6)));
    }
  }
  for (int minute = 24 * 60; minute < 33 * 60; ++minute) {
    REQUIRE(file.Maintain(At(minutes(minute))).ok());
  }
  CHECK(Segments(directory.Path()).empty());
}

TEST_CASE("the files never take more than max_bytes, and the oldest go first") {
  const TemporaryDirectory directory;
  RecordLimits limits{.max_bytes = 256u << 10};
  RecordFile file = Open(directory.Path(), limits, 1u << 20);
  int number = 0;
  for (; number < 600; ++number) {
    const std::string line = DenseLine(number);
    Append(file, line, At(seconds(number)));
    REQUIRE(BytesOnDisk(directory.Path()) <= limits.max_bytes);
  }
  const std::string lines = AllLines(directory.Path());
  CHECK(lines.ends_with(DenseLine(number - 1)));
  CHECK(lines.find("pair-000000") == std::string::npos);
  CHECK(lines.size() > 100u << 10);  // much is kept all the same
}

TEST_CASE("new limits hold at the next look") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path());
  for (int i = 0; i < 200; ++i) Append(file, DenseLine(i), At(seconds(i)));
  CHECK(BytesOnDisk(directory.Path()) > 128u << 10);
  file.SetLimits({.max_bytes = 64u << 10});
  REQUIRE(file.Maintain(At(minutes(10))).ok());
  CHECK(BytesOnDisk(directory.Path()) <= 64u << 10);
}

TEST_CASE("a line larger than a segment may be is refused and leaves the file as it was") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path(), {.max_bytes = 64u << 10}, 1u << 20);
  Append(file, "one\n", At(seconds(0)));
  const std::string large(17u << 10, 'x');
  CHECK(file.Append(large, At(seconds(1))).code() == absl::StatusCode::kOutOfRange);
  Append(file, "two\n", At(seconds(2)));
  CHECK(AllLines(directory.Path()) == "one\ntwo\n");
}

TEST_CASE("a partial last line is cut at open, counted, and the segment goes on") {
  const TemporaryDirectory directory;
  const std::string path = SegmentPath(directory.Path(), SegmentStart(At(seconds(0))), false);
  WriteWholeFile(path, "one\n{\"id\":\"half");
  RecordFile file = Open(directory.Path());
  CHECK(file.CutLines() == 1);
  Append(file, "two\n", At(seconds(1)));
  CHECK(ReadWholeFile(path) == "one\ntwo\n");
}

TEST_CASE("segments a crash left plain are mended and sealed, drafts and doubles removed") {
  const TemporaryDirectory directory;
  const auto path = [&](int second, bool sealed) {
    return SegmentPath(directory.Path(), SegmentStart(At(seconds(second))), sealed);
  };
  WriteWholeFile(path(0, false), "zero\nhalf");
  WriteWholeFile(path(1, false), "one\n");
  REQUIRE(SealSegment(directory.Path(), SegmentStart(At(seconds(1)))).ok());
  WriteWholeFile(path(1, false), "one\n");  // the crash came before it was removed
  WriteWholeFile(path(2, false), "two\n");
  WriteWholeFile(path(2, true) + ".new", "half a gzip");
  RecordFile file = Open(directory.Path());
  REQUIRE(file.Maintain(At(seconds(3))).ok());
  CHECK(file.CutLines() == 1);
  CHECK(AllLines(directory.Path()) == "zero\none\ntwo\n");
  CHECK(std::filesystem::exists(path(0, true)));
  CHECK_FALSE(std::filesystem::exists(path(1, false)));
  CHECK_FALSE(std::filesystem::exists(path(2, true) + ".new"));
  Append(file, "three\n", At(seconds(4)));
  CHECK(ReadWholeFile(path(2, false)) == "two\nthree\n");
}

TEST_CASE("a clock that was set back stops no record, and names keep growing") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path());
  for (int i = 0; i < 100; ++i) Append(file, samples::SmallLine(i), At(-hours(i)));
  std::string all;
  for (int i = 0; i < 100; ++i) all += samples::SmallLine(i);
  CHECK(AllLines(directory.Path()) == all);
  CHECK(Segments(directory.Path()).size() > 2);
  RecordFile again = Open(directory.Path());
  Append(again, "later\n", At(-hours(1000)));
  CHECK(AllLines(directory.Path()) == all + "later\n");
}

TEST_CASE("a segment or directory that somebody removed is made anew, not written into the void") {
  const TemporaryDirectory directory;
  const std::string records = directory.File("records");
  RecordFile file = Open(records);
  Append(file, "one\n", At(seconds(0)));
  std::filesystem::remove(SegmentPath(records, SegmentStart(At(seconds(0))), false));
  Append(file, "two\n", At(seconds(1)));
  CHECK(AllLines(records) == "two\n");
  std::filesystem::remove_all(records);
  REQUIRE(file.Append("three\n", At(seconds(2))).ok());
  CHECK(AllLines(records) == "three\n");
}

TEST_CASE("a directory that turned into a file is an error of each line") {
  const TemporaryDirectory directory;
  const std::string records = directory.File("records");
  RecordFile file = Open(records);
  Append(file, "one\n", At(seconds(0)));
  std::filesystem::remove_all(records);
  WriteWholeFile(records, "in the way");
  CHECK_FALSE(file.Maintain(At(hours(1))).ok());
  CHECK(file.Append("two\n", At(hours(1))).code() == absl::StatusCode::kUnavailable);
  CHECK(file.Append("three\n", At(hours(1))).code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("what cannot be sealed stays readable and is sealed once that is possible") {
  const TemporaryDirectory directory;
  RecordFile file = Open(directory.Path());
  Append(file, "one\n", At(seconds(0)));
  const std::string first = SegmentStart(At(seconds(0)));
  const std::string draft = SegmentPath(directory.Path(), first, true) + ".new";
  std::filesystem::create_directory(draft);
  CHECK_FALSE(file.Maintain(At(hours(24))).ok());
  REQUIRE(file.Append("two\n", At(hours(24))).ok());
  CHECK(AllLines(directory.Path()) == "one\ntwo\n");
  std::filesystem::remove(draft);
  REQUIRE(file.Maintain(At(hours(25))).ok());
  CHECK(Segments(directory.Path())[0].sealed);
  CHECK(AllLines(directory.Path()) == "one\ntwo\n");
}

}  // namespace
}  // namespace understudy
