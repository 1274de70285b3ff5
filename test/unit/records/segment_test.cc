// Files of records: names, sealing, damage, partial lines.
#include <sys/stat.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "proxy/base/status.h"
#include "proxy/control/records_segment.h"
#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

const std::string kStart = "20260501T120000000000Z";

unsigned Permissions(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

std::string ManyLines() {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += samples::SmallLine(i);
  return lines;
}

// A sealed segment of many lines; returns its path.
std::string Sealed(const TemporaryDirectory& directory) {
  WriteWholeFile(SegmentPath(directory.Path(), kStart, false), ManyLines());
  REQUIRE(SealSegment(directory.Path(), kStart).ok());
  return SegmentPath(directory.Path(), kStart, true);
}

FileText Read(const TemporaryDirectory& directory, bool sealed, std::size_t most = 64u << 20) {
  const auto text = ReadSegment(directory.Path(), {kStart, sealed, 0}, most);
  REQUIRE(text.ok());
  return *text;
}

TEST_CASE("a segment's name sorts as its time does, and is read back") {
  CHECK(SegmentStart(samples::RecordTime()) == kStart);
  CHECK(ParseSegmentStart(kStart) == samples::RecordTime());
  const WallTime odd = samples::RecordTime(std::chrono::microseconds(987'654'321));
  CHECK(ParseSegmentStart(SegmentStart(odd)) == odd);
  CHECK(SegmentStart(odd) > kStart);
}

TEST_CASE("what is no segment's start is none") {
  for (const char* text :
       {"", "20260501T120000000000", "20261301T120000000000Z", "20260230T120000000000Z",
        "20260501T250000000000Z", "-0260501T120000000000Z", "TTTTTTTTTTTTTTTTTTTTTZ",
        "99990501T120000000000Z", "19690501T120000000000Z"}) {
    INFO(text);
    CHECK_FALSE(ParseSegmentStart(text).has_value());
  }
}

TEST_CASE("segments are listed oldest first, both forms once, other files not at all") {
  const TemporaryDirectory directory;
  for (const char* name :
       {"divergences-20260502T000000000000Z.jsonl", "divergences-20260501T000000000000Z.jsonl.gz",
        "divergences-20260501T000000000000Z.jsonl", "divergences-20260430T000000000000Z.jsonl.gz",
        "divergences-20260503T000000000000Z.jsonl.gz.new", "divergences-notes.jsonl", "README"}) {
    WriteWholeFile(directory.File(name), "x\n");
  }
  const auto segments = ListSegments(directory.Path());
  REQUIRE(segments.ok());
  REQUIRE(segments->size() == 3);
  CHECK((*segments)[0].start == "20260430T000000000000Z");
  CHECK((*segments)[1].start == "20260501T000000000000Z");
  CHECK((*segments)[1].sealed);
  CHECK_FALSE((*segments)[2].sealed);
  CHECK((*segments)[2].file_bytes == 2);
  RemoveDrafts(directory.Path());
  CHECK_FALSE(
      std::filesystem::exists(directory.File("divergences-20260503T000000000000Z.jsonl.gz.new")));
  CHECK(std::filesystem::exists(directory.File("divergences-notes.jsonl")));
}

TEST_CASE("a sealed segment is one gzip member that zlib reads, for this user alone") {
  const TemporaryDirectory directory;
  const std::string path = Sealed(directory);
  CHECK(Permissions(path) == 0600);
  CHECK_FALSE(std::filesystem::exists(SegmentPath(directory.Path(), kStart, false)));
  CHECK(std::distance(std::filesystem::directory_iterator(directory.Path()), {}) == 1);
  std::string packed = ReadWholeFile(path);
  std::string text(ManyLines().size() + 1, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);  // gzip and nothing else
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);  // no second member
  text.resize(stream.total_out);
  inflateEnd(&stream);
  CHECK(text == ManyLines());
}

TEST_CASE("a segment reads the same plain and sealed, whichever form it was listed in") {
  const TemporaryDirectory directory;
  WriteWholeFile(SegmentPath(directory.Path(), kStart, false), ManyLines());
  CHECK(Read(directory, false).text == ManyLines());
  CHECK(Read(directory, true).text == ManyLines());
  REQUIRE(SealSegment(directory.Path(), kStart).ok());
  CHECK(Read(directory, true).text == ManyLines());
  CHECK(Read(directory, false).text == ManyLines());
  std::filesystem::remove(SegmentPath(directory.Path(), kStart, true));
  CHECK(ReadSegment(directory.Path(), {kStart, true, 0}, 100).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("a segment is read in bounds, and only whole lines of it") {
  const TemporaryDirectory directory;
  Sealed(directory);
  const FileText some = Read(directory, true, 10'000);
  CHECK(some.text.size() <= 10'000);
  CHECK(some.text.size() > 9'000);
  CHECK(some.text.back() == '\n');
  CHECK(ManyLines().starts_with(some.text));
  CHECK(Read(directory, true, 10).text.empty());
  WriteWholeFile(SegmentPath(directory.Path(), "20260501T130000000000Z", false), "whole\nhalf");
  const auto active = ReadSegment(directory.Path(), {"20260501T130000000000Z", false, 0}, 100);
  REQUIRE(active.ok());
  CHECK(active->text == "whole\n");
  CHECK_FALSE(active->damaged);
}

TEST_CASE("of a gzip that was cut, the lines before the cut are read and the damage is told") {
  const TemporaryDirectory directory;
  const std::string path = Sealed(directory);
  const std::string packed = ReadWholeFile(path);
  for (const std::size_t size :
       {packed.size() - 1, packed.size() - 9, packed.size() / 2, std::size_t{30}, std::size_t{11},
        std::size_t{1}, std::size_t{0}}) {
    INFO(size);
    WriteWholeFile(path, packed.substr(0, size));
    const FileText left = Read(directory, true);
    CHECK(left.damaged);
    CHECK(ManyLines().starts_with(left.text));
    if (size == packed.size() / 2) CHECK(left.text.size() > 10'000);
  }
}

TEST_CASE("a changed gzip, or a file that is none, is damage and not content") {
  const TemporaryDirectory directory;
  const std::string path = Sealed(directory);
  std::string packed = ReadWholeFile(path);
  packed[packed.size() - 6] ^= 1;  // the checksum
  WriteWholeFile(path, packed);
  CHECK(Read(directory, true).damaged);
  WriteWholeFile(path, "no gzip\nat all\n");
  CHECK(Read(directory, true).damaged);
  CHECK(Read(directory, true).text.empty());
}

TEST_CASE("a sealing that cannot be done leaves the plain file and nothing else") {
  const TemporaryDirectory directory;
  const std::string plain = SegmentPath(directory.Path(), kStart, false);
  WriteWholeFile(plain, "line\n");
  // A directory in the draft's place: root could write anything else.
  const std::string draft = SegmentPath(directory.Path(), kStart, true) + ".new";
  std::filesystem::create_directory(draft);
  const absl::Status sealed = SealSegment(directory.Path(), kStart);
  CHECK(sealed.code() == absl::StatusCode::kUnavailable);
  CHECK(Message(sealed).find(draft) != std::string::npos);
  CHECK(ReadWholeFile(plain) == "line\n");
  CHECK_FALSE(std::filesystem::exists(SegmentPath(directory.Path(), kStart, true)));
}

TEST_CASE("a partial last line is cut and its bytes are told") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("lines");
  const std::string long_line(200'000, 'x');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"a\nb\n", "a\nb\n"},
      {"a\nbc", "a\n"},
      {"abc", ""},
      {"a\n" + long_line, "a\n"},
      {long_line, ""},
      {long_line + "\n", long_line + "\n"}};
  for (const auto& [before, after] : cases) {
    WriteWholeFile(path, before);
    const auto cut = CutPartialLine(path);
    REQUIRE(cut.ok());
    CHECK(*cut == before.size() - after.size());
    CHECK(ReadWholeFile(path) == after);
  }
  CHECK_FALSE(CutPartialLine(directory.File("none")).ok());
}

}  // namespace
}  // namespace understudy
