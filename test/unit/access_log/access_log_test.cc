// The access log: which requests get a line, what stands in it, and what happens when nobody reads.
#include "proxy/control/access_log.h"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "test/support/temporary_directory.h"

using namespace understudy;

namespace {

AccessEntry SomeEntry() {
  AccessEntry entry;
  entry.at = WallTime(std::chrono::milliseconds(1777636800123));
  entry.request_id = "0123456789abcdef";
  entry.client_address = "192.0.2.1";
  entry.method = "POST";
  entry.path = "/v2/models/digits/infer?key=secret";
  entry.route = "digits";
  entry.cluster = "v1";
  entry.arm = "incumbent";
  entry.status = 200;
  entry.bytes_in = 10;
  entry.bytes_out = 20;
  entry.total = std::chrono::microseconds(1500);
  entry.first_byte = std::chrono::microseconds(1200);
  entry.mirrored = true;
  return entry;
}

LogRules Mode(AccessLogMode mode, double rate = 1) {
  LogRules rules;
  rules.access = mode;
  rules.access_rate = rate;
  return rules;
}

}  // namespace

TEST_CASE("a line is one JSON object with the request's story, and without its query") {
  const std::string line = FormatAccess(SomeEntry());
  REQUIRE(line.ends_with("}\n"));
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find("secret") == std::string::npos);
  simdjson::dom::parser parser;
  const simdjson::dom::element json = parser.parse(line);
  CHECK(std::string_view(json["route"]) == "digits");
  CHECK(std::string_view(json["path"]) == "/v2/models/digits/infer");
  CHECK(std::int64_t(json["status"]) == 200);
  CHECK(std::string_view(json["time"]).starts_with("2026-05-01T12:00:00.123"));
}

TEST_CASE("bytes that are no text do not break the line") {
  AccessEntry entry = SomeEntry();
  entry.path = std::string_view("/a\"b\\c\x01\xff\n", 9);
  entry.method = "G\"T";
  const std::string line = FormatAccess(entry);
  CHECK(line.find('\n') == line.size() - 1);
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  CHECK(parser.parse(line).get(json) == simdjson::SUCCESS);
}

TEST_CASE("the modes choose: all, errors alone, a share, none") {
  const auto wants = [](const LogRules& rules, int status, std::uint64_t hash) {
    QueuedAccessLog log(rules, STDERR_FILENO);
    return log.Wants(status, hash);
  };
  CHECK(wants(Mode(AccessLogMode::kAll), 200, 0));
  CHECK_FALSE(wants(Mode(AccessLogMode::kOff), 500, 0));
  CHECK_FALSE(wants(Mode(AccessLogMode::kErrors), 404, 0));
  CHECK(wants(Mode(AccessLogMode::kErrors), 502, 0));
  CHECK(wants(Mode(AccessLogMode::kErrors), 0, 0));
  QueuedAccessLog sampled(Mode(AccessLogMode::kSampled, 0.25), STDERR_FILENO);
  int chosen = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    if (sampled.Wants(200, i * 0x9E3779B97F4A7C15u)) ++chosen;
  }
  CHECK(chosen > 850);
  CHECK(chosen < 1150);
}

TEST_CASE("every line is written before the log goes") {
  TemporaryDirectory directory;
  const std::string path = directory.File("access");
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  {
    QueuedAccessLog log(Mode(AccessLogMode::kAll), file);
    for (int i = 0; i < 1000; ++i) log.Write(SomeEntry());
  }
  ::close(file);
  const std::string text = ReadWholeFile(path);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1000);
}

TEST_CASE("a reader that does not read costs lines, which are counted, and never a wait") {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  {
    QueuedAccessLog log(Mode(AccessLogMode::kAll), ends[1]);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 40000; ++i) log.Write(SomeEntry());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
    CHECK(log.Dropped() > 0);
    ::close(ends[0]);  // the writer's thread wakes from its write
  }
  ::close(ends[1]);
}
