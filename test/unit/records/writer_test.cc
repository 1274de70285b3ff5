// The writer as its callers see it: nothing waits, everything is written or counted.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <numeric>

#include "proxy/base/status.h"
#include "proxy/control/records_reader.h"
#include "proxy/control/records_writer.h"
#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

std::unique_ptr<RecordWriter> Open(const std::string& directory, const samples::SetClock& clock,
                                   const RecordOptions& options = {}) {
  auto writer = RecordWriter::Open(directory, options, [&clock] { return clock.Now(); });
  REQUIRE(writer.ok());
  return *std::move(writer);
}

std::uint64_t AllDropped(const RecordCounters& counters) {
  return std::accumulate(counters.dropped.begin(), counters.dropped.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& one) { return sum + one.load(); });
}

std::vector<DivergenceRecord> AllRecords(const std::string& directory) {
  RecordReader reader(directory);
  std::vector<DivergenceRecord> all;
  DivergenceFilter filter;
  filter.limit = 1000;
  do {
    const auto listing = reader.List(filter);
    REQUIRE(listing.ok());
    all.insert(all.end(), listing->records.begin(), listing->records.end());
    filter.page_token = listing->next_page_token;
  } while (!filter.page_token.empty());
  return all;
}

// Holds the writer's thread at its next look at the clock until released.
class HeldClock {
 public:
  WallTime Now() {
    if (held_.load()) {
      arrived_.set_value();
      held_ = false;
      released_.get_future().wait_for(kPatience);
    }
    return samples::RecordTime();
  }
  void Hold() { held_ = true; }
  bool WaitUntilHeld() {
    return arrived_.get_future().wait_for(kPatience) == std::future_status::ready;
  }
  void Release() { released_.set_value(); }

 private:
  std::atomic<bool> held_{false};
  std::promise<void> arrived_, released_;
};

TEST_CASE("what is offered is written once, in order") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  const auto writer = Open(directory.Path(), clock);
  for (int i = 0; i < 500; ++i) REQUIRE(writer->Offer(samples::SmallRecord(i), {}, {}));
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == 500);
  CHECK(AllDropped(writer->Counters()) == 0);
  const auto records = AllRecords(directory.Path());
  REQUIRE(records.size() == 500);
  for (int i = 0; i < 500; ++i) {
    REQUIRE(records[static_cast<std::size_t>(i)].id == samples::SmallRecord(499 - i).id);
  }
}

TEST_CASE("what is queued when the writer ends is written") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  {
    const auto writer = Open(directory.Path(), clock);
    for (int i = 0; i < 300; ++i) writer->Offer(samples::SmallRecord(i), {}, {});
  }
  CHECK(AllRecords(directory.Path()).size() == 300);
}

TEST_CASE("redaction comes before the file, by the rules of the call") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  const auto writer = Open(directory.Path(), clock);
  CaptureRules rules;
  rules.mode = CaptureMode::kAll;
  rules.redact = {"/user"};
  writer->Offer(samples::SmallRecord(1), {R"({"user":"ada","n":1})", "user=ada", ""}, rules);
  REQUIRE(writer->Flush(kPatience));
  const std::string line =
      ReadWholeFile(SegmentPath(directory.Path(), SegmentStart(samples::RecordTime()), false));
  CHECK(line.find("ada") == std::string::npos);
  CHECK(line.find("[redacted]") != std::string::npos);
  CHECK(writer->Counters().withheld_bodies == 1);
}

TEST_CASE("a full queue drops at once, counts, and takes records again when it has room") {
  const TemporaryDirectory directory;
  HeldClock clock;
  RecordOptions options;
  options.queue_lines = 10;
  auto opened = RecordWriter::Open(directory.Path(), options, [&clock] { return clock.Now(); });
  REQUIRE(opened.ok());
  const auto writer = *std::move(opened);
  REQUIRE(writer->Flush(kPatience));
  clock.Hold();
  REQUIRE(writer->Offer(samples::SmallRecord(0), {}, {}));
  REQUIRE(clock.WaitUntilHeld());  // the thread stands in the middle of its batch
  for (int i = 1; i <= 10; ++i) CHECK(writer->Offer(samples::SmallRecord(i), {}, {}));
  for (int i = 11; i <= 15; ++i) CHECK_FALSE(writer->Offer(samples::SmallRecord(i), {}, {}));
  CHECK(writer->Counters().Dropped(RecordDrop::kQueueFull) == 5);
  CHECK_FALSE(writer->Flush(Duration::zero()));
  clock.Release();
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == 11);
  CHECK(writer->Offer(samples::SmallRecord(16), {}, {}));
  REQUIRE(writer->Flush(kPatience));
  CHECK(AllRecords(directory.Path()).size() == 12);
}

TEST_CASE("the queue is bounded in bytes, too") {
  const TemporaryDirectory directory;
  HeldClock clock;
  RecordOptions options;
  options.queue_bytes = 4 * samples::SmallLine(1).size();
  auto opened = RecordWriter::Open(directory.Path(), options, [&clock] { return clock.Now(); });
  REQUIRE(opened.ok());
  const auto writer = *std::move(opened);
  REQUIRE(writer->Flush(kPatience));
  clock.Hold();
  // Offer fills in digests of bodies; without bodies the line has this size exactly.
  REQUIRE(writer->Offer(samples::SmallRecord(0), {}, {}));
  REQUIRE(clock.WaitUntilHeld());
  for (int i = 1; i <= 4; ++i) CHECK(writer->Offer(samples::SmallRecord(i), {}, {}));
  CHECK_FALSE(writer->Offer(samples::SmallRecord(5), {}, {}));
  CHECK(writer->Counters().Dropped(RecordDrop::kQueueFull) == 1);
  clock.Release();
  REQUIRE(writer->Flush(kPatience));
}

TEST_CASE("Offer does not wait for a writer that stands still") {
  const TemporaryDirectory directory;
  HeldClock clock;
  auto opened = RecordWriter::Open(directory.Path(), {}, [&clock] { return clock.Now(); });
  REQUIRE(opened.ok());
  const auto writer = *std::move(opened);
  REQUIRE(writer->Flush(kPatience));
  clock.Hold();
  writer->Offer(samples::SmallRecord(0), {}, {});
  REQUIRE(clock.WaitUntilHeld());
  // More than the queue holds, from several threads, while nothing is taken out.
  std::vector<std::future<int>> offering;
  for (int thread = 0; thread < 4; ++thread) {
    offering.push_back(std::async(std::launch::async, [&writer, thread] {
      int taken = 0;
      for (int i = 0; i < 2000; ++i) {
        taken += writer->Offer(samples::SmallRecord(thread * 2000 + i), {}, {}) ? 1 : 0;
      }
      return taken;
    }));
  }
  int taken = 0;
  for (auto& one : offering) {
    REQUIRE(one.wait_for(kPatience) == std::future_status::ready);  // the writer is still held
    taken += one.get();
  }
  CHECK(taken == static_cast<int>(RecordOptions().queue_lines));
  CHECK(writer->Counters().Dropped(RecordDrop::kQueueFull) == 8000u - static_cast<unsigned>(taken));
  CHECK(writer->Counters().written == 0);
  clock.Release();
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == static_cast<unsigned>(taken) + 1);
}

TEST_CASE("a line above the bound loses most of its bodies first, and says so") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.max_line_bytes = 48u << 10;
  const auto writer = Open(directory.Path(), clock, options);
  CaptureRules rules;
  rules.mode = CaptureMode::kAll;
  const std::string body(60u << 10, '\x01');  // six bytes each in JSON
  REQUIRE(writer->Offer(samples::SmallRecord(1), {body, "short", body}, rules));
  REQUIRE(writer->Flush(kPatience));
  const auto records = AllRecords(directory.Path());
  REQUIRE(records.size() == 1);
  CHECK(records[0].request.text == body.substr(0, 2048));
  CHECK(records[0].request.cut);
  CHECK(records[0].request.bytes == body.size());
  CHECK(records[0].baseline.text == "short");
  CHECK_FALSE(records[0].baseline.cut);
}

TEST_CASE("a line that is too large without bodies is dropped and counted") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.max_line_bytes = 2000;
  const auto writer = Open(directory.Path(), clock, options);
  DivergenceRecord record = samples::SmallRecord(1);
  record.scores[0].reason = std::string(3000, 'x');
  CHECK_FALSE(writer->Offer(record, {}, {}));
  CHECK(writer->Counters().Dropped(RecordDrop::kTooLarge) == 1);
}

TEST_CASE("a record that no segment can hold under the limits is counted as too large") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.limits.max_bytes = 4000;
  const auto writer = Open(directory.Path(), clock, options);
  DivergenceRecord record = samples::SmallRecord(1);
  record.scores[0].reason = std::string(3000, 'x');
  CHECK(writer->Offer(record, {}, {}));
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().Dropped(RecordDrop::kTooLarge) == 1);
  CHECK(writer->Counters().written == 0);
}

// Lets no file of this process grow beyond `bytes`, as a full disk does not.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("a full disk drops records with a counter, keeps whole lines, and ends") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  const auto writer = Open(directory.Path(), clock);
  REQUIRE(writer->Flush(kPatience));
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;
  bool flushed = false;
  {
    const FileSizeLimit limit(10'000);
    for (int i = 0; i < 100; ++i) writer->Offer(samples::SmallRecord(i), {}, {});
    flushed = writer->Flush(kPatience);
    written = writer->Counters().written;
    dropped = writer->Counters().Dropped(RecordDrop::kDiskFull);
  }
  REQUIRE(flushed);
  CHECK(written == 10'000 / samples::SmallLine(0).size());
  CHECK(written + dropped == 100);
  const std::string file =
      ReadWholeFile(SegmentPath(directory.Path(), SegmentStart(samples::RecordTime()), false));
  CHECK(file.size() == written * samples::SmallLine(0).size());
  CHECK(file.back() == '\n');
  writer->Offer(samples::SmallRecord(100), {}, {});
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == written + 1);
  CHECK(AllRecords(directory.Path()).front().id == samples::SmallRecord(100).id);
}

TEST_CASE("a directory that is gone for good costs each record a count, and nothing else") {
  const TemporaryDirectory directory;
  const std::string records = directory.File("records");
  samples::SetClock clock;
  const auto writer = Open(records, clock);
  REQUIRE(writer->Offer(samples::SmallRecord(0), {}, {}));
  REQUIRE(writer->Flush(kPatience));
  std::filesystem::remove_all(records);
  WriteWholeFile(records, "in the way");
  for (int i = 1; i <= 20; ++i) CHECK(writer->Offer(samples::SmallRecord(i), {}, {}));
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == 1);
  CHECK(writer->Counters().Dropped(RecordDrop::kIoError) == 20);
  std::filesystem::remove(records);
  writer->Offer(samples::SmallRecord(21), {}, {});
  REQUIRE(writer->Flush(kPatience));
  CHECK(writer->Counters().written == 2);
  CHECK(AllRecords(records).size() == 1);
}

TEST_CASE("the partial line of a crash is counted") {
  const TemporaryDirectory directory;
  WriteWholeFile(SegmentPath(directory.Path(), SegmentStart(samples::RecordTime()), false),
                 samples::SmallLine(1) + samples::SmallLine(2).substr(0, 50));
  samples::SetClock clock;
  const auto writer = Open(directory.Path(), clock);
  CHECK(writer->Counters().cut_lines == 1);
  CHECK(AllRecords(directory.Path()).size() == 1);
}

TEST_CASE("old records go while nothing is offered") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.limits.max_age = std::chrono::hours(8);
  options.upkeep = std::chrono::milliseconds(1);
  const auto writer = Open(directory.Path(), clock, options);
  writer->Offer(samples::SmallRecord(1), {}, {});
  REQUIRE(writer->Flush(kPatience));
  CHECK(AllRecords(directory.Path()).size() == 1);
  clock.Advance(std::chrono::hours(9));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!std::filesystem::is_empty(directory.Path()) &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  CHECK(std::filesystem::is_empty(directory.Path()));
}

TEST_CASE("limits of a reload hold from the next look on") {
  const TemporaryDirectory directory;
  samples::SetClock clock;
  RecordOptions options;
  options.segment_bytes = 8u << 10;
  const auto writer = Open(directory.Path(), clock, options);
  for (int i = 0; i < 200; ++i) writer->Offer(samples::SmallRecord(i), {}, {});
  REQUIRE(writer->Flush(kPatience));
  CHECK(AllRecords(directory.Path()).size() == 200);
  RecordLimits limits;
  limits.max_bytes = 32u << 10;
  writer->SetLimits(limits);
  for (int i = 200; i < 400; ++i) writer->Offer(samples::SmallRecord(i), {}, {});
  REQUIRE(writer->Flush(kPatience));
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.Path())) {
    bytes += entry.file_size();
  }
  CHECK(bytes <= limits.max_bytes);
  CHECK(AllRecords(directory.Path()).front().id == samples::SmallRecord(399).id);
}

TEST_CASE("every reason for a drop has a name of its own") {
  std::vector<std::string_view> names;
  for (int i = 0; i < static_cast<int>(RecordDrop::kCount); ++i) {
    names.push_back(ToString(static_cast<RecordDrop>(i)));
  }
  CHECK(names == std::vector<std::string_view>{"queue_full", "disk_full", "too_large", "io_error"});
}

}  // namespace
}  // namespace understudy
