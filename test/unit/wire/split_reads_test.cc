// What is read from a connection does not depend on how its bytes were cut into reads.
#include <catch2/catch.hpp>
#include <random>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

const HeadLimits kSmall{400, 8};

std::vector<SeenRequest> InPieces(const std::vector<std::string_view>& pieces) {
  RequestReader reader(kSmall);
  for (const std::string_view piece : pieces) reader.Give(piece);
  return reader.Seen();
}

const std::vector<std::string>& Conversations() {
  static const std::vector<std::string> all = {
      // Taken:
      "GET /a?b=c HTTP/1.1\r\nHost: a.example:80\r\nX: y\r\n\r\n",
      "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
      "POST http://b/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / "
      "HTTP/1.1\r\nHost: "
      "a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;e=\"f\"\r\nhello\r\nA\r\n "
      "chunky \r\n\r\n0\r\nT: u\r\n\r\nGET /n HTTP/1.1\r\nHost: a\r\n\r\n",
      // Refused by their heads:
      "GET / HTTP/1.1\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n\n",
      "GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s,
      "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\n1: \r\n2: \r\n3: \r\n4: \r\n5: \r\n6: \r\n7: \r\n8: \r\n9: \r\n\r\n",
      "GET /" + std::string(500, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /" + std::string(500, 'a') + "\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(500, 'a') + "\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(500, 'a') + "\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(356, 'a') + "\r\n\r\n",  // one byte too long
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(355, 'a') + "\r\n\r\n",  // just not
      // Refused by their bodies:
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n "
      "folded\r\n\r\n",
  };
  return all;
}

TEST_CASE("a conversation cut in two anywhere is read as one that came whole") {
  for (const std::string& raw : Conversations()) {
    const auto whole = InPieces({raw});
    REQUIRE_FALSE(whole.empty());
    for (std::size_t at = 1; at < raw.size(); ++at) {
      const std::string_view all = raw;
      INFO(Visible(raw) << "\ncut at " << at);
      REQUIRE(InPieces({all.substr(0, at), all.substr(at)}) == whole);
    }
  }
}

TEST_CASE("a conversation that comes byte by byte is read as one that came whole") {
  for (const std::string& raw : Conversations()) {
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < raw.size(); ++i)
      bytes.push_back(std::string_view(raw).substr(i, 1));
    INFO(Visible(raw));
    CHECK(InPieces(bytes) == InPieces({raw}));
  }
}

TEST_CASE("a conversation cut in three anywhere is read as one that came whole") {
  for (const std::size_t which : {0u, 3u}) {
    const std::string_view raw = Conversations()[which];
    const auto whole = InPieces({raw});
    for (std::size_t a = 1; a < raw.size(); ++a) {
      for (std::size_t b = a + 1; b < raw.size(); ++b) {
        INFO("cut at " << a << " and " << b);
        REQUIRE(InPieces({raw.substr(0, a), raw.substr(a, b - a), raw.substr(b)}) == whole);
      }
    }
  }
}

TEST_CASE("mutated conversations are read alike in every cut and never beyond their bytes") {
  std::mt19937_64 random(20240613);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  static constexpr std::string_view kSpice[] = {"\r\n",
                                                "\n",
                                                "\r",
                                                " ",
                                                "\t",
                                                ":",
                                                ",",
                                                ";",
                                                "\r\n\r\n",
                                                "0\r\n\r\n",
                                                "Content-Length: 3\r\n",
                                                "Transfer-Encoding: chunked\r\n",
                                                "Host: b\r\n",
                                                "chunked",
                                                "HTTP/1.0",
                                                "5",
                                                "\x80",
                                                "\x7F"};
  int taken = 0, refused = 0;
  for (int round = 0; round < 6000; ++round) {
    // Half of them begin as one that is taken.
    std::string raw = Conversations()[below(round % 2 == 0 ? 4 : Conversations().size())];
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(raw.size());
      switch (below(5)) {
        case 0:
          raw[at] = static_cast<char>(random());
          break;
        case 1:
          raw.erase(at, 1 + below(4));
          break;
        case 2:
          raw.insert(at, kSpice[below(std::size(kSpice))]);
          break;
        case 3:
          raw.insert(at, raw.substr(below(raw.size()), below(30)));
          break;
        default:
          raw = raw.substr(0, at + 1) + Conversations()[below(Conversations().size())];
      }
      if (raw.empty()) raw = "\r";
    }
    const auto whole = InPieces({raw});
    std::vector<std::string_view> pieces;
    for (std::string_view rest = raw; !rest.empty();) {
      const std::size_t size = 1 + below(std::min<std::size_t>(rest.size(), 40));
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    INFO("round " << round << "\n" << Visible(raw));
    REQUIRE(InPieces(pieces) == whole);
    for (const SeenRequest& request : whole) {
      ++(request.refused != 0 ? refused : taken);
      if (request.refused != 0) continue;
      // What was taken has one meaning: one length at most, and no byte that ends a line early.
      int lengths = 0, codings = 0, hosts = 0;
      for (const auto& [name, value] : request.fields) {
        lengths += NameIs(name, "content-length");
        codings += NameIs(name, "transfer-encoding");
        hosts += NameIs(name, "host");
        REQUIRE(value.find_first_of("\r\n\0"s) == std::string::npos);
      }
      REQUIRE(lengths + codings <= 1);
      REQUIRE(hosts <= 1);
      REQUIRE((request.minor_version == 0 || hosts == 1));
      REQUIRE((codings == 1) == (request.framing == Framing::kChunked));
      REQUIRE(request.target.find_first_of(" \t#") == std::string::npos);
    }
  }
  // The mutations reach both sides.
  CHECK(taken > 1000);
  CHECK(refused > 1000);
}

}  // namespace
}  // namespace understudy
