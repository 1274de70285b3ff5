// Answers' heads from upstreams that may be hostile: status lines, fields, and where bodies end.
#include <catch2/catch.hpp>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

struct SeenAnswer {
  bool taken = false;
  std::string why;
  AnswerHead head;
};

const HeadLimits kLimits{4096, 20};

// `raw` must outlive the result: its head is made of views.
SeenAnswer Read(const std::string& raw, std::string_view method = "GET") {
  SeenAnswer seen;
  HeadScanner scanner;
  const HeadScanner::State state = scanner.Scan(raw, kLimits);
  if (state == HeadScanner::State::kNeedMore) {
    seen.why = "more";
  } else if (state == HeadScanner::State::kBad) {
    seen.why = scanner.Error().reason;
  } else {
    const auto error = ParseAnswerHead(std::string_view(raw).substr(0, scanner.HeadBytes()),
                                       kLimits, method, seen.head);
    seen.taken = !error;
    if (error) {
      CHECK(error->status == 502);
      seen.why = error->reason;
    }
  }
  return seen;
}

void CheckRefused(const std::vector<std::string>& rows) {
  for (const std::string& raw : rows) {
    INFO(Visible(raw));
    const SeenAnswer seen = Read(raw);
    CHECK_FALSE(seen.taken);
    CHECK(seen.why != "more");
  }
}

TEST_CASE("the status line of real servers is read") {
  const std::string raw = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello";
  const SeenAnswer seen = Read(raw);
  REQUIRE(seen.taken);
  CHECK(seen.head.status == 200);
  CHECK(seen.head.reason == "OK");
  CHECK(seen.head.minor_version == 1);
  CHECK(seen.head.keep_alive);
  CHECK(seen.head.framing == Framing::kLength);
  CHECK(seen.head.content_length == 5);
  CHECK(seen.head.fields.size() == 2);

  const std::string bare = "HTTP/1.1 404\r\n\r\n";
  CHECK(Read(bare).head.status == 404);
  const std::string empty = "HTTP/1.1 404 \r\n\r\n";
  CHECK(Read(empty).taken);
  CHECK(Read(empty).head.reason.empty());
  const std::string odd = "HTTP/1.0 599 Not (quite) caf\xC3\xA9 \t!\r\n\r\n";
  CHECK(Read(odd).head.status == 599);
  CHECK(Read(odd).head.reason == "Not (quite) caf\xC3\xA9 \t!");
  CHECK(Read(odd).head.minor_version == 0);
  const std::string newer = "HTTP/1.2 200 OK\r\n\r\n";
  CHECK(Read(newer).head.minor_version == 1);
}

TEST_CASE("a status line that is not quite one is refused") {
  CheckRefused({"HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/0.9 200 OK\r\n\r\n",
                "HTTP/1 200 OK\r\n\r\n",
                "HTTP/1.10 200 OK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 \r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 200OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1\t200 OK\r\n\r\n",
                "HTTP/1.1 099 X\r\n\r\n",
                "HTTP/1.1 000 X\r\n\r\n",
                "HTTP/1.1 600 X\r\n\r\n",
                "HTTP/1.1 999 X\r\n\r\n",
                "HTTP/1.1 +20 X\r\n\r\n",
                "HTTP/1.1 2x0 X\r\n\r\n",
                "HTTP/1.1 -20 X\r\n\r\n",
                "HTTP/1.x 200 OK\r\n\r\n",
                "HTTP/1.1 200 O\0K\r\n\r\n"s,
                "HTTP/1.1 200 O\rK\r\n\r\n",
                "HTTP/1.1 200 \x01\r\n\r\n",
                "ICY 200 OK\r\n\r\n",
                "200 OK\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                " HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\n\n",
                "HTTP/1.1 200 OK\nA: b\r\n\r\n",
                "<html>",
                "{\"error\": 1}\r\n\r\n",
                "\x15\x03\x01",
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "+OK ready\r\n\r\n"});
}

TEST_CASE("malformed fields of an answer are refused") {
  for (const std::string fields :
       {"X : y\r\n", " X: y\r\n", "X: y\r\n z\r\n", "X\r\n", ": y\r\n", "X: a\rb\r\n",
        "X: \x01\r\n", "X: a\nY: b\r\n", "Set-Cookie: a\r\r\n", "X\x80: y\r\n"}) {
    CheckRefused({"HTTP/1.1 200 OK\r\n" + fields + "\r\n"});
  }
  CheckRefused({"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"s, "HTTP/1.1 200 OK\r\nX\0: y\r\n\r\n"s});
}

TEST_CASE("an answer's head is bounded in size and fields") {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 20; ++i) many += "x: y\r\n";
  const std::string enough = many + "\r\n";
  CHECK(Read(enough).taken);
  CheckRefused({many + "x: y\r\n\r\n", many + "x: y\r\n",
                "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x') + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x'),
                "HTTP/1.1 200 " + std::string(5000, 'x')});
}

TEST_CASE("an answer whose length could be read in two ways is refused") {
  for (const std::string fields :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n", "Content-Length: 0x5\r\n", "Content-Length:\r\n",
        "Content-Length: -1\r\n", "Content-Length: 18446744073709551617\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked;a\r\n",
        "Transfer-Encoding:\r\n"}) {
    CheckRefused({"HTTP/1.1 200 OK\r\n" + fields + "\r\n"});
  }
  CheckRefused({"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"});
}

struct Row {
  std::string raw;
  Framing framing;
  bool keep_alive;
  std::string method = "GET";
};

void CheckFraming(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.method << "\n" << Visible(row.raw));
    const SeenAnswer seen = Read(row.raw, row.method);
    INFO(seen.why);
    REQUIRE(seen.taken);
    CHECK(seen.head.framing == row.framing);
    CHECK(seen.head.keep_alive == row.keep_alive);
  }
}

TEST_CASE("the fields say where an answer ends") {
  CheckFraming({{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kLength, true},
                {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Framing::kNone, true},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Framing::kChunked, true},
                {"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n", Framing::kChunked, true},
                {"HTTP/1.1 500 X\r\nContent-Length: 5\r\nConnection: close\r\n\r\n",
                 Framing::kLength, false},
                {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kLength, false},
                {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n",
                 Framing::kLength, true},
                {"HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n", Framing::kNone, true}});
}

TEST_CASE("an answer without a length lasts until its connection closes") {
  CheckFraming({{"HTTP/1.1 200 OK\r\n\r\n", Framing::kUntilClose, false},
                {"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", Framing::kUntilClose, false},
                {"HTTP/1.0 200 OK\r\n\r\n", Framing::kUntilClose, false},
                {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n", Framing::kUntilClose, false},
                {"HTTP/1.1 404 Not Found\r\n\r\n", Framing::kUntilClose, false}});
}

TEST_CASE("some answers have no body whatever their fields say") {
  CheckFraming(
      {{"HTTP/1.1 204 X\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 304 X\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 100 Continue\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", Framing::kNone, true},
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kNone, true, "HEAD"},
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Framing::kNone, true, "HEAD"},
       {"HTTP/1.1 200 OK\r\n\r\n", Framing::kNone, true, "HEAD"},
       {"HTTP/1.1 404 X\r\nConnection: close\r\n\r\n", Framing::kNone, false, "HEAD"},
       // A method is compared with its case: this one is not HEAD.
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kLength, true, "head"}});
}

TEST_CASE("Retry-After tells an overloaded server from a broken one") {
  const std::string with = "HTTP/1.1 503 X\r\nretry-after: 5\r\nContent-Length: 0\r\n\r\n";
  const std::string without = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
  CHECK(Read(with).head.retry_after);
  CHECK_FALSE(Read(without).head.retry_after);
}

TEST_CASE("an answer's head is found alike in every cut") {
  const std::vector<std::string> all = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
                                        "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n",
                                        "HTTP/1.1 200 OK\r\nX: y\r\n\nhello",
                                        "\x16\x03\x01" + std::string(50, 'x')};
  for (const std::string& raw : all) {
    HeadScanner whole;
    const auto state = whole.Scan(raw, kLimits);
    REQUIRE(state != HeadScanner::State::kNeedMore);
    for (std::size_t cut = 1; cut < raw.size(); ++cut) {
      HeadScanner scanner;
      auto seen = scanner.Scan(std::string_view(raw).substr(0, cut), kLimits);
      if (seen == HeadScanner::State::kNeedMore) seen = scanner.Scan(raw, kLimits);
      INFO(Visible(raw) << "\ncut at " << cut);
      REQUIRE(seen == state);
      REQUIRE(scanner.HeadBytes() == whole.HeadBytes());
    }
  }
}

TEST_CASE("a scanner that was reset reads the next head") {
  HeadScanner scanner;
  CHECK(scanner.Scan("HTTP/1.1 100 Continue\r\n\r\n", kLimits) == HeadScanner::State::kFound);
  scanner.Reset();
  CHECK_FALSE(scanner.SawStartLine());
  CHECK(scanner.Scan("HTTP/1.1 204 No Content\r\n", kLimits) == HeadScanner::State::kNeedMore);
  CHECK(scanner.SawStartLine());
  CHECK(scanner.Scan("HTTP/1.1 204 No Content\r\n\r\n", kLimits) == HeadScanner::State::kFound);
  CHECK(scanner.HeadBytes() == 27);
}

}  // namespace
}  // namespace understudy
