// A record as a line of JSON, there and back.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "proxy/control/records_line.h"
#include "proxy/control/records_text.h"
#include "test/support/record_samples.h"

namespace understudy {
namespace {

DivergenceRecord Captured() {
  DivergenceRecord record = samples::FullRecord();
  record.request = {100, "xxh64:0000000000000001", "{\"a\": \"\\u0000\"}", true, false};
  record.baseline = {7, "xxh64:0000000000000002", "\xff\xfe raw \x80", false, false};
  record.candidate_answer = {9, "xxh64:0000000000000003", std::nullopt, false, true};
  return record;
}

DivergenceRecord ThereAndBack(const DivergenceRecord& record) {
  const std::string line = FormatRecord(record);
  REQUIRE(line.find('\n') == line.size() - 1);
  const auto read = ParseRecord(std::string_view(line).substr(0, line.size() - 1));
  REQUIRE(read.ok());
  return *read;
}

TEST_CASE("what was measured of a stream survives its line, and what was not stays unknown") {
  DivergenceRecord record = Captured();
  CHECK_FALSE(ThereAndBack(record).incumbent_stream.has_value());
  record.incumbent_stream = RecordedStream{.events = 12,
                                           .finish_reason = "stop",
                                           .first_event = std::chrono::milliseconds(10),
                                           .first_token = std::chrono::milliseconds(20),
                                           .per_token = std::chrono::microseconds(1500),
                                           .longest_gap = std::chrono::milliseconds(30),
                                           .input_tokens = 7,
                                           .output_tokens = 9};
  record.candidate_stream = RecordedStream{.events = 1, .output_tokens = 0};
  const DivergenceRecord read = ThereAndBack(record);
  CHECK(read.incumbent_stream == record.incumbent_stream);
  CHECK(read.candidate_stream == record.candidate_stream);
}

TEST_CASE("every field of a record survives its line") {
  const DivergenceRecord record = Captured();
  const DivergenceRecord read = ThereAndBack(record);
  CHECK(read.id == record.id);
  CHECK(read.at == record.at);
  CHECK(read.route == record.route);
  CHECK(read.candidate == record.candidate);
  CHECK(read.incumbent == record.incumbent);
  CHECK(read.candidate_version == record.candidate_version);
  CHECK(read.incumbent_version == record.incumbent_version);
  CHECK(read.rollout_id == record.rollout_id);
  CHECK(read.candidate_served);
  CHECK(read.request_method == record.request_method);
  CHECK(read.request_path == record.request_path);
  CHECK(read.incumbent_result.outcome == ExchangeOutcome::kAnswered);
  CHECK(read.incumbent_result.status == 200);
  CHECK(read.incumbent_result.latency == record.incumbent_result.latency);
  CHECK(read.incumbent_result.first_byte == record.incumbent_result.first_byte);
  CHECK(read.incumbent_result.bytes == 77);
  CHECK(read.candidate_result.outcome == ExchangeOutcome::kReset);
  CHECK(read.candidate_result.status == 502);
  CHECK(read.segments == record.segments);
  CHECK(read.request.text == record.request.text);
  CHECK(read.request.cut);
  CHECK(read.request.bytes == 100);
  CHECK(read.request.digest == record.request.digest);
  CHECK(read.baseline.text == record.baseline.text);
  CHECK_FALSE(read.candidate_answer.text.has_value());
  CHECK(read.candidate_answer.withheld);
  CHECK(FormatRecord(read) == FormatRecord(record));
}

TEST_CASE("scores survive, compared or not") {
  const DivergenceRecord read = ThereAndBack(Captured());
  REQUIRE(read.scores.size() == 3);
  CHECK(read.scores[0].compared);
  CHECK(read.scores[0].divergence == 1);
  REQUIRE(read.scores[0].differences.size() == 2);
  CHECK(read.scores[0].differences[0].path == "/outputs/0/data/3");
  CHECK(read.scores[0].differences[0].kind == "value");
  CHECK(read.scores[0].differences[0].candidate == "9");
  CHECK_FALSE(read.scores[1].compared);
  CHECK(read.scores[1].uncomparable == "not_json");
  CHECK(read.scores[1].reason == "no JSON");
  CHECK(read.scores[2].divergence == 0.0625);
}

TEST_CASE("the line is one object of the documented shape") {
  DivergenceRecord record = samples::SmallRecord(7, 0.25);
  record.scores[0].reason = "";
  CHECK(FormatRecord(record) ==
        R"({"id":"pair-000007","at":"2026-05-01T12:00:00.007000000Z","route":"digits",)"
        R"("candidate":"v2","divergence":0.25,"incumbent":"v1","candidate_version":"",)"
        R"("incumbent_version":"","rollout":"","served_by":"incumbent","method":"POST",)"
        R"("path":"/v2/models/digits/infer","arms":{"incumbent":{"outcome":"cancelled",)"
        R"("status":0,"latency_ms":0,"first_byte_ms":0,"bytes":0},"candidate":)"
        R"({"outcome":"cancelled","status":0,"latency_ms":0,"first_byte_ms":0,"bytes":0}},)"
        R"("scores":[{"comparator":"top1","divergence":0.25,"reason":"","differences":[]}],)"
        R"("segments":[],"bodies":{"request":{"bytes":0,"digest":""},"incumbent":)"
        R"({"bytes":0,"digest":""},"candidate":{"bytes":0,"digest":""}}})"
        "\n");
}

TEST_CASE("every outcome of an arm survives") {
  for (int i = 0; i <= static_cast<int>(ExchangeOutcome::kCancelled); ++i) {
    DivergenceRecord record = samples::SmallRecord(1);
    record.candidate_result.outcome = static_cast<ExchangeOutcome>(i);
    CHECK(ThereAndBack(record).candidate_result.outcome == record.candidate_result.outcome);
  }
}

TEST_CASE("a divergence that is no number does not make the line unreadable") {
  for (const double odd : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    DivergenceRecord record = samples::SmallRecord(1, odd);
    CHECK(ThereAndBack(record).scores[0].divergence == 0);
  }
}

TEST_CASE("a line's head is read as its writer wrote it") {
  DivergenceRecord record = samples::SmallRecord(3, 0.125);
  record.route = "a \"quoted\" \\ route\n";
  const std::string line = FormatRecord(record);
  const auto head = ReadHead(line);
  REQUIRE(head.has_value());
  CHECK(head->id == "pair-000003");
  CHECK(head->route == R"(a \"quoted\" \\ route\n)");
  CHECK(head->candidate == "v2");
  CHECK(head->divergence == 0.125);
}

TEST_CASE("what is no record is refused, by its head and as a whole") {
  for (const char* line : {"", "{}", "null", "[]", "{\"id\":\"a\"", "{\"id\":\"a\\", "{\"id\":7}",
                           "{\"id\":\"a\",\"at\":\"yesterday\"}", "\x1f\x8b\x08 gz"}) {
    INFO(line);
    CHECK_FALSE(ReadHead(line).has_value());
    CHECK_FALSE(ParseRecord(line).ok());
  }
}

TEST_CASE("a line of a newer program with more fields is read") {
  std::string line = samples::SmallLine(1);
  line.insert(line.size() - 2, R"(,"added_later":{"x":[1]})");
  REQUIRE(ParseRecord(line).ok());
}

std::string RandomBytes(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "a",         "\"",       "\\",           "\n",       std::string(1, '\0'),
      "\x7f",      "\x1b",     "\u00e9",       "\u2028",   "\U0001F600",
      "\xff",      "\xc3",     "\xed\xa0\x80", "\xf4\x90", "\\u0041",
      "</script>", "\xe2\x82", "\ufffd",       "\t\r",     "\xef\xbf\xbf",
      "\xc0\x80"};
  std::string text;
  const auto size = random() % 12;
  for (std::size_t i = 0; i < size; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST_CASE("any text gives one readable line: bodies exactly, names with bad bytes replaced") {
  std::mt19937 random(7);
  for (int round = 0; round < 1500; ++round) {
    DivergenceRecord record = Captured();
    record.route = RandomBytes(random);
    record.request_path = RandomBytes(random);
    record.scores[0].reason = RandomBytes(random);
    record.scores[0].differences[0] = {RandomBytes(random), "value", RandomBytes(random),
                                       RandomBytes(random)};
    record.segments = {RandomBytes(random)};
    record.request.text = RandomBytes(random);
    record.baseline.text = RandomBytes(random);
    const DivergenceRecord read = ThereAndBack(record);
    REQUIRE(read.request.text == record.request.text);
    REQUIRE(read.baseline.text == record.baseline.text);
    if (IsUtf8(record.route)) REQUIRE(read.route == record.route);
    if (IsUtf8(record.segments[0])) REQUIRE(read.segments == record.segments);
    REQUIRE(IsUtf8(read.scores[0].reason));
    REQUIRE(ReadHead(FormatRecord(record)).has_value());
    REQUIRE(FormatRecord(read) == FormatRecord(record));
  }
}

TEST_CASE("a line cut or changed at any byte is refused or read, never worse") {
  std::mt19937 random(8);
  const std::string line = FormatRecord(Captured());
  for (std::size_t cut = 0; cut + 1 < line.size(); ++cut) {
    const auto head = ReadHead(std::string_view(line).substr(0, cut));
    if (head) REQUIRE(head->route == "digits");
  }
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string changed = line;
    changed[random() % changed.size()] = static_cast<char>(random());
    refused += ParseRecord(changed).ok() ? 0 : 1;
  }
  CHECK(refused > 300);
}

}  // namespace
}  // namespace understudy
