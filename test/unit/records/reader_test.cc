// Reading records: newest first, filtered, page by page, beside a writer that rotates.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <thread>

#include "proxy/base/status.h"
#include "proxy/control/records_reader.h"
#include "proxy/control/records_writer.h"
#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

using std::chrono::seconds;

// Ten records in each of `segments` segments, all but the newest sealed.
void Fill(const std::string& directory, int segments) {
  for (int segment = 0; segment < segments; ++segment) {
    const std::string start = SegmentStart(samples::RecordTime(seconds(segment)));
    std::string lines;
    for (int i = 0; i < 10; ++i) {
      DivergenceRecord record = samples::SmallRecord(segment * 10 + i, i / 10.0);
      if (i % 5 == 0) record.route = "letters \"x\"";
      if (i % 2 == 0) record.candidate = "v3";
      lines += FormatRecord(record);
    }
    WriteWholeFile(SegmentPath(directory, start, false), lines);
    if (segment + 1 < segments) REQUIRE(SealSegment(directory, start).ok());
  }
}

DivergenceListing List(RecordReader& reader, const DivergenceFilter& filter) {
  const auto listing = reader.List(filter);
  REQUIRE(listing.ok());
  return *listing;
}

std::vector<std::string> Ids(const DivergenceListing& listing) {
  std::vector<std::string> ids;
  for (const DivergenceRecord& record : listing.records) ids.push_back(record.id);
  return ids;
}

// All pages of a listing, joined; no page is longer than asked for.
std::vector<std::string> AllIds(RecordReader& reader, DivergenceFilter filter) {
  std::vector<std::string> ids;
  for (int pages = 0; pages < 10'000; ++pages) {
    const DivergenceListing listing = List(reader, filter);
    REQUIRE(listing.records.size() <= filter.limit);
    for (std::string& id : Ids(listing)) ids.push_back(std::move(id));
    if (listing.next_page_token.empty()) return ids;
    filter.page_token = listing.next_page_token;
  }
  FAIL("the pages do not end");
  return ids;
}

std::string Id(int number) { return samples::SmallRecord(number).id; }

TEST_CASE("a listing with a beginning ends at the first record that is older") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 3);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.not_before = samples::SmallRecord(12).at;
  filter.limit = 4;
  std::vector<std::string> expected;
  for (int i = 29; i >= 12; --i) expected.push_back(Id(i));
  CHECK(AllIds(reader, filter) == expected);
}

TEST_CASE("no directory, or an empty one, has no records") {
  const TemporaryDirectory directory;
  for (const std::string& path : {directory.Path(), directory.File("none")}) {
    RecordReader reader(path);
    const DivergenceListing listing = List(reader, {});
    CHECK(listing.records.empty());
    CHECK(listing.next_page_token.empty());
    CHECK(reader.Find("x").status().code() == absl::StatusCode::kNotFound);
  }
}

TEST_CASE("records come newest first, across segments, each once, whatever the page size") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 4);
  RecordReader reader(directory.Path());
  std::vector<std::string> expected;
  for (int i = 39; i >= 0; --i) expected.push_back(Id(i));
  for (const std::size_t limit : {1u, 3u, 10u, 39u, 40u, 1000u}) {
    INFO(limit);
    DivergenceFilter filter;
    filter.limit = limit;
    CHECK(AllIds(reader, filter) == expected);
  }
}

TEST_CASE("the last page has no token, or an empty page follows") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 2);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.limit = 20;
  const DivergenceListing whole = List(reader, filter);
  CHECK(whole.records.size() == 20);
  filter.page_token = whole.next_page_token;
  if (!filter.page_token.empty()) CHECK(List(reader, filter).records.empty());
  filter.page_token = "";
  filter.limit = 21;
  CHECK(List(reader, filter).next_page_token.empty());
}

TEST_CASE("filters choose by route, candidate and divergence") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 3);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.limit = 2;
  filter.route = "letters \"x\"";
  CHECK(AllIds(reader, filter) ==
        std::vector<std::string>{Id(25), Id(20), Id(15), Id(10), Id(5), Id(0)});
  filter.candidate = "v3";
  CHECK(AllIds(reader, filter) == std::vector<std::string>{Id(20), Id(10), Id(0)});
  filter = {};
  filter.min_divergence = 0.8;
  CHECK(AllIds(reader, filter) ==
        std::vector<std::string>{Id(29), Id(28), Id(19), Id(18), Id(9), Id(8)});
  filter.route = "letters";
  CHECK(AllIds(reader, filter).empty());
}

TEST_CASE("a record is found by its id, or is said not to be there") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 3);
  RecordReader reader(directory.Path());
  for (const int number : {0, 15, 29}) {
    const auto found = reader.Find(Id(number));
    REQUIRE(found.ok());
    CHECK(found->at == samples::SmallRecord(number).at);
  }
  const auto none = reader.Find("pair-\"0");
  CHECK(none.status().code() == absl::StatusCode::kNotFound);
  CHECK(Message(none.status()).find("newest") == std::string::npos);
}

TEST_CASE("a scan ends at its bound and goes on from its token") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 6);
  RecordReader reader(directory.Path(), 1);  // one segment a call
  DivergenceFilter filter;
  filter.min_divergence = 2;
  int pages = 1;
  for (DivergenceListing listing = List(reader, filter); !listing.next_page_token.empty();
       listing = List(reader, filter)) {
    CHECK(listing.records.empty());
    filter.page_token = listing.next_page_token;
    REQUIRE(++pages < 10);
  }
  CHECK(pages == 6);
  filter = {};
  filter.limit = 1000;
  CHECK(AllIds(reader, filter).size() == 60);
  CHECK(reader.Find(Id(55)).ok());
  const auto beyond = reader.Find(Id(0));
  CHECK(beyond.status().code() == absl::StatusCode::kNotFound);
  CHECK(Message(beyond.status()).find("among the newest 1 bytes") != std::string::npos);
}

TEST_CASE("a page is bounded in bytes, too") {
  const TemporaryDirectory directory;
  std::string lines;
  for (int i = 0; i < 30; ++i) {
    DivergenceRecord record = samples::SmallRecord(i);
    record.request.text = std::string(1u << 20, 'x');
    lines += FormatRecord(record);
  }
  WriteWholeFile(SegmentPath(directory.Path(), SegmentStart(samples::RecordTime()), false), lines);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.limit = 1000;
  CHECK(List(reader, filter).records.size() == 8);
  CHECK(AllIds(reader, filter).size() == 30);
}

TEST_CASE("a token that no listing gave is refused") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 1);
  RecordReader reader(directory.Path());
  const std::string start = SegmentStart(samples::RecordTime());
  const std::vector<std::string> tokens = {
      "x",           "20",          ":",
      ":5",          start,         start + ":",
      start + ":-1", start + ":1x", start + ":99999999999999999999999",
      "zzz:5",       start + ":7",  std::string(300, 'Z') + ":1"};
  for (const std::string& token : tokens) {
    INFO(token);
    DivergenceFilter filter;
    filter.page_token = token;
    CHECK(reader.List(filter).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a token outlives its segment: the listing goes on with what is older") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 3);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.limit = 15;
  filter.page_token = List(reader, filter).next_page_token;
  const std::string middle = SegmentStart(samples::RecordTime(seconds(1)));
  std::filesystem::remove(SegmentPath(directory.Path(), middle, true));
  const std::vector<std::string> rest = AllIds(reader, filter);
  CHECK(rest.size() == 10);
  CHECK(rest.front() == Id(9));
}

TEST_CASE("a token taken while a segment was plain holds after it was sealed") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 1);
  RecordReader reader(directory.Path());
  DivergenceFilter filter;
  filter.limit = 4;
  filter.page_token = List(reader, filter).next_page_token;
  REQUIRE(SealSegment(directory.Path(), SegmentStart(samples::RecordTime())).ok());
  CHECK(AllIds(reader, filter) ==
        std::vector<std::string>{Id(5), Id(4), Id(3), Id(2), Id(1), Id(0)});
}

TEST_CASE("a damaged segment costs its own lines behind the damage, no others") {
  const TemporaryDirectory directory;
  Fill(directory.Path(), 3);
  const std::string path =
      SegmentPath(directory.Path(), SegmentStart(samples::RecordTime(seconds(1))), true);
  WriteWholeFile(path, ReadWholeFile(path).substr(0, 200));
  RecordReader reader(directory.Path());
  const std::vector<std::string> ids = AllIds(reader, {});
  CHECK(ids.size() >= 20);
  CHECK(ids.size() < 30);
  CHECK(ids.front() == Id(29));
  CHECK(ids.back() == Id(0));
  WriteWholeFile(path, "rubbish");
  CHECK(AllIds(reader, {}).size() == 20);
  CHECK(reader.Find(Id(3)).ok());
}

TEST_CASE("lines that are no records are passed over") {
  const TemporaryDirectory directory;
  WriteWholeFile(SegmentPath(directory.Path(), SegmentStart(samples::RecordTime()), false),
                 "\n\nrubbish\n" + samples::SmallLine(1) + "{\"id\":\"x\"}\n" +
                     samples::SmallLine(2).substr(0, 120) + "\n" + samples::SmallLine(3) +
                     samples::SmallLine(4).substr(0, 80));
  RecordReader reader(directory.Path());
  CHECK(AllIds(reader, {}) == std::vector<std::string>{Id(3), Id(1)});
}

TEST_CASE("pages taken while the writer writes and rotates miss nothing and repeat nothing") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.segment_bytes = 16u << 10;
  auto opened = RecordWriter::Open(directory.Path(), options, [&clock] { return clock.Now(); });
  REQUIRE(opened.ok());
  const auto writer = *std::move(opened);
  constexpr int kBefore = 400;
  constexpr int kMore = 3000;
  for (int i = 0; i < kBefore; ++i) REQUIRE(writer->Offer(samples::SmallRecord(i), {}, {}));
  REQUIRE(writer->Flush(seconds(20)));
  std::atomic<bool> done{false};
  std::thread writing([&] {
    for (int i = kBefore; i < kBefore + kMore; ++i) {
      clock.Advance(std::chrono::milliseconds(1));
      while (!writer->Offer(samples::SmallRecord(i), {}, {})) std::this_thread::yield();
    }
    writer->Flush(seconds(20));
    done = true;
  });
  int rounds = 0;
  bool in_order = true;
  bool complete = true;
  RecordReader reader(directory.Path());
  do {
    DivergenceFilter filter;
    filter.limit = 97;
    std::vector<std::string> ids;
    do {
      const auto listing = reader.List(filter);
      if (!listing.ok()) break;
      for (std::string& id : Ids(*listing)) ids.push_back(std::move(id));
      filter.page_token = listing->next_page_token;
    } while (!filter.page_token.empty());
    // From the newest at the first page down to the first record, without a gap.
    for (std::size_t i = 0; i < ids.size(); ++i) {
      in_order = in_order && ids[i] == Id(static_cast<int>(ids.size() - 1 - i));
    }
    complete = complete && ids.size() >= static_cast<std::size_t>(kBefore);
    ++rounds;
  } while (!done);
  writing.join();
  CHECK(in_order);
  CHECK(complete);
  CHECK(rounds > 1);
  CHECK(AllIds(reader, {}).size() == kBefore + kMore);
  CHECK(ListSegments(directory.Path())->size() > 50);
}

}  // namespace
}  // namespace understudy
