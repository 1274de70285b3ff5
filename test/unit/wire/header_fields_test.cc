// Header fields: names, values, folding, Host, and the limits of size and count.
#include <catch2/catch.hpp>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

SeenRequest With(const std::string& fields) {
  return ReadRequest("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
}

void CheckRefused(const std::vector<std::string>& rows) {
  for (const std::string& fields : rows) {
    const auto request = With(fields);
    INFO(Visible(fields));
    INFO(request.why);
    CHECK(request.refused == 400);
  }
}

TEST_CASE("fields keep their order and case and lose the white space around values") {
  const auto request = With(
      "X-A:1\r\nx-b:   2  \r\nX-A: \t3 4\t \r\nEmpty:\r\nBlank:   \r\nquoted: \"a, b\"; c\r\n"
      "utf8: caf\xC3\xA9\r\ncolons: a:b::c\r\n!#$%&'*+-.^_`|~9: odd\r\n");
  REQUIRE(request.refused == 0);
  const std::vector<std::pair<std::string, std::string>> expected = {{"Host", "a"},
                                                                     {"X-A", "1"},
                                                                     {"x-b", "2"},
                                                                     {"X-A", "3 4"},
                                                                     {"Empty", ""},
                                                                     {"Blank", ""},
                                                                     {"quoted", "\"a, b\"; c"},
                                                                     {"utf8", "caf\xC3\xA9"},
                                                                     {"colons", "a:b::c"},
                                                                     {"!#$%&'*+-.^_`|~9", "odd"}};
  CHECK(request.fields == expected);
}

TEST_CASE("a field whose name is not exactly a token and a colon is refused") {
  CheckRefused({"X : y\r\n",
                "X\t: y\r\n",
                "Content-Length : 0\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding\t: chunked\r\n",
                ": y\r\n",
                ":\r\n",
                "X\r\n",
                "X y\r\n",
                "X;y: z\r\n",
                "(X): y\r\n",
                "X\x80: y\r\n",
                "X\0: y\r\n"s,
                "\0X: y\r\n"s,
                "X\x7F: y\r\n",
                "X\x0B: y\r\n",
                "\"X\": y\r\n",
                "X/Y: z\r\n",
                "X[]: z\r\n",
                "X@Y: z\r\n",
                "{\"a\": 1}\r\n",
                "=\r\n"});
}

TEST_CASE("obsolete folding is refused wherever it stands") {
  CheckRefused({"X: y\r\n z\r\n", "X: y\r\n\tz\r\n", "X:\r\n y\r\n", " X: y\r\n", "\tX: y\r\n",
                "X: y\r\n \r\n", "Transfer-Encoding:\r\n chunked\r\n",
                "Content-Length: 1\r\n 0\r\n"});
  CHECK(ReadRequest("GET / HTTP/1.1\r\n Host: a\r\n\r\n").refused == 400);
  CHECK(ReadRequest("GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n").refused == 400);
  CHECK(ReadRequest("GET / HTTP/1.1\r\n\tX: y\r\nHost: a\r\n\r\n").refused == 400);
}

TEST_CASE("a control character in a value is refused") {
  CheckRefused({"X: a\0b\r\n"s, "X: \0\r\n"s, "X: a\x01\r\n", "X: a\x0B\r\n", "X: a\x0C\r\n",
                "X: a\x1F\r\n", "X: a\x7F\r\n", "X: a\rb\r\n", "X: a\r\r\n", "X: \r\r\n",
                "X: a\rTransfer-Encoding: chunked\r\n", "X:\r\r\n", "X: a\x08\r\n",
                "X: a\x1B[31m\r\n"});
}

TEST_CASE("each byte is judged alike wherever it stands in a value") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    for (std::size_t before = 0; before < 18; ++before) {
      std::string value(before, 'a');
      value += static_cast<char>(byte);
      value += std::string(18 - before, 'b');
      INFO(byte << " after " << before << " others");
      REQUIRE((With("X: y" + value + "\r\n").refused == 0) == allowed);
    }
  }
}

TEST_CASE("a request of HTTP 1.1 names exactly one host") {
  const auto refused = [](const std::string& fields) {
    return ReadRequest("GET / HTTP/1.1\r\n" + fields + "\r\n").refused;
  };
  CHECK(refused("") == 400);
  CHECK(refused("X: y\r\n") == 400);
  CHECK(refused("Host: a\r\nHost: a\r\n") == 400);
  CHECK(refused("Host: a\r\nX: y\r\nhost: b\r\n") == 400);
  CHECK(refused("Host : a\r\n") == 400);
  for (const std::string host :
       {"",         " ",     "a b",     "a/b",       "a,b",  "user@a",       "a:b",
        "a:1:2",    "a:-1",  "a:65536", "a:999999",  ":80",  "[::1",         "::1",
        "[]",       "[::g]", "[::1]x",  "[::1]:x",   "a\\b", "a#b",          "a?b",
        "http://a", "\"a\"", "<a>",     "a\xC3\xA9", "a\tb", "[::1%25eth0]", "a:80 ,b"}) {
    INFO(Visible(host));
    CHECK(refused("Host: " + host + "\r\n") == 400);
  }
  for (const std::string host : {"a", "a.example", "A.Example:80", "127.0.0.1:9000", "[::1]",
                                 "[::1]:8080", "[::ffff:1.2.3.4]:1", "a:", "a_b",
                                 "a-b.svc.cluster.local.", "a:65535", "%61", "a~!$&'()*+;=b"}) {
    INFO(host);
    CHECK(refused("hOST:" + host + "\r\n") == 0);
  }
}

TEST_CASE("a request of HTTP 1.0 may name no host and must not name a wrong one") {
  CHECK(ReadRequest("GET / HTTP/1.0\r\n\r\n").refused == 0);
  CHECK(ReadRequest("GET / HTTP/1.0\r\n\r\n").host.empty());
  CHECK(ReadRequest("GET / HTTP/1.0\r\nHost: a\r\n\r\n").host == "a");
  CHECK(ReadRequest("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").refused == 400);
  CHECK(ReadRequest("GET / HTTP/1.0\r\nHost: a b\r\n\r\n").refused == 400);
}

std::string Fields(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "x-" + std::to_string(i) + ": v\r\n";
  return out;
}

TEST_CASE("as many fields as the limit are taken and one more is refused with 431") {
  const HeadLimits limits{64u << 10, 100};
  const std::string line = "GET / HTTP/1.1\r\nHost: a\r\n";
  CHECK(ReadRequest(line + Fields(99) + "\r\n", limits).fields.size() == 100);
  CHECK(ReadRequest(line + Fields(100) + "\r\n", limits).refused == 431);
  // Refused before the head ends: nobody waits for the rest.
  CHECK(ReadRequest(line + Fields(100), limits).refused == 431);
  CHECK(ReadRequest(line + Fields(99), limits).refused == 0);
}

TEST_CASE("a head of exactly the limit is taken and one byte more is refused with 431") {
  const HeadLimits limits{1000, 100};
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const auto head = [&](std::size_t bytes) {
    return begin + std::string(bytes - begin.size() - 4, 'v') + "\r\n\r\n";
  };
  CHECK(ReadRequest(head(1000), limits).refused == 0);
  CHECK(ReadRequest(head(1000), limits).fields.size() == 2);
  CHECK(ReadRequest(head(1001), limits).refused == 431);
  CHECK(ReadRequest(head(100'000), limits).refused == 431);
  CHECK(ReadRequest(begin + std::string(1000, 'v'), limits).refused == 431);
  // The body behind a head does not count.
  const std::string with_body =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'b');
  CHECK(ReadRequest(with_body, limits).payload.size() == 5000);
}

TEST_CASE("a request line beyond the limit is refused with 414") {
  const HeadLimits limits{1000, 100};
  const auto line = [](std::size_t target) {
    return "GET /" + std::string(target, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  CHECK(ReadRequest(line(900), limits).refused == 0);
  CHECK(ReadRequest(line(985), limits).refused == 414);
  CHECK(ReadRequest(line(5000), limits).refused == 414);
  CHECK(ReadRequest("GET /" + std::string(1000, 'a'), limits).refused == 414);
  CHECK(ReadRequest(std::string(1000, 'A'), limits).refused == 414);
}

TEST_CASE("the default limits take the long tokens of real clients") {
  const auto request = With("Authorization: Bearer " + std::string(48u << 10, 't') + "\r\n");
  CHECK(request.refused == 0);
  CHECK(With("Authorization: Bearer " + std::string(64u << 10, 't') + "\r\n").refused == 431);
}

TEST_CASE("fields are parsed within their bytes even when no line end follows") {
  std::vector<HeaderField> fields;
  for (const std::string lines : {"abc", "abc:", "abc: d", "abc: d\r", ":", "a b", "abc\r\n"}) {
    fields.clear();
    // A copy of exactly that size: a read beyond it is seen by the address sanitizer.
    const std::vector<char> exact(lines.begin(), lines.end());
    INFO(Visible(lines));
    CHECK((lines.size() <= 2 || ParseFields({exact.data(), exact.size()}, 10, fields).has_value()));
    CHECK(fields.empty());
  }
}

}  // namespace
}  // namespace understudy
