// Chunked bodies: sizes, extensions, line ends, trailers, bounds.
#include <catch2/catch.hpp>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

struct SeenBody {
  std::string state;  // "done", "bad" or "more"
  std::string payload;
  std::size_t taken = 0;
  bool operator==(const SeenBody&) const = default;
};

std::ostream& operator<<(std::ostream& out, const SeenBody& body) {
  return out << body.state << " after " << body.taken << ": " << body.payload;
}

SeenBody Scan(std::string_view wire, Framing framing = Framing::kChunked, std::uint64_t length = 0,
              bool of_request = true) {
  SeenBody body;
  BodyScanner scanner(framing, length, of_request);
  body.taken = scanner.Scan(wire, [&](std::string_view piece) { body.payload.append(piece); });
  body.state = scanner.Done() ? "done" : scanner.Bad() ? "bad" : "more";
  CHECK(scanner.PayloadBytes() == body.payload.size());
  return body;
}

TEST_CASE("the payload of chunks is what stands between their lines") {
  CHECK(Scan("0\r\n\r\n") == SeenBody{"done", "", 5});
  CHECK(Scan("5\r\nhello\r\n0\r\n\r\n") == SeenBody{"done", "hello", 15});
  CHECK(Scan("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").payload == "hello world");
  CHECK(Scan("00005\r\nhello\r\n000\r\n\r\n").payload == "hello");
  CHECK(Scan("a\r\n0123456789\r\n0\r\n\r\n").payload == "0123456789");
  CHECK(Scan("A\r\n0123456789\r\n0\r\n\r\n").payload == "0123456789");
  CHECK(Scan("4\r\n\r\n\r\n\r\n0\r\n\r\n").payload == "\r\n\r\n");
  CHECK(Scan("3\r\n0\r\n\r\n0\r\n\r\n").payload == "0\r\n");
  CHECK(Scan("1\r\n\0\r\n0\r\n\r\n"s).payload == "\0"s);
}

TEST_CASE("bytes behind the last chunk belong to nobody") {
  CHECK(Scan("0\r\n\r\nGET / HTTP/1.1\r\n").taken == 5);
  CHECK(Scan("0\r\nX: y\r\n\r\nGET /").taken == 11);
  CHECK(Scan("hello, world", Framing::kLength, 5) == SeenBody{"done", "hello", 5});
  CHECK(Scan("hello", Framing::kNone) == SeenBody{"done", "", 0});
  CHECK(Scan("hello", Framing::kLength, 0) == SeenBody{"done", "", 0});
}

TEST_CASE("a body that is not whole is not done") {
  const std::string whole = "5;x=1\r\nhello\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(Scan(whole.substr(0, size)).state == "more");
  }
  CHECK(Scan(whole).state == "done");
  CHECK(Scan("hell", Framing::kLength, 5).state == "more");
  CHECK(Scan("anything at all", Framing::kUntilClose) == SeenBody{"more", "anything at all", 15});
}

TEST_CASE("a malformed chunk size is refused") {
  for (const std::string wire : {"\r\n",
                                 "\n",
                                 " 5\r\nhello\r\n",
                                 "+5\r\nhello\r\n",
                                 "-5\r\nhello\r\n",
                                 "0x5\r\nhello\r\n",
                                 "x5\r\n",
                                 "5g\r\n",
                                 "g\r\n",
                                 ";x\r\n",
                                 "5 \r\nhello\r\n",
                                 "5\t\r\nhello\r\n",
                                 "5 ;x\r\nhello\r\n",
                                 "5\nhello\r\n",
                                 "5\rhello\r\n",
                                 "5\r\r\nhello\r\n",
                                 "5,5\r\n",
                                 "5.0\r\n",
                                 "0_5\r\n",
                                 "\"5\"\r\n",
                                 "5\x0B\r\n",
                                 "\xD9\xA5\r\n",
                                 "hello\r\n"}) {
    INFO(Visible(wire));
    CHECK(Scan(wire).state == "bad");
    CHECK(Scan("1\r\na\r\n" + wire).state == "bad");
  }
  CHECK(Scan("\0005\r\n"s).state == "bad");
}

TEST_CASE("a chunk size beyond 15 digits is refused before it can wrap") {
  CHECK(Scan("fffffffffffffff\r\nabc") == SeenBody{"more", "abc", 20});
  CHECK(Scan("10000000000000000\r\nabc").state == "bad");
  CHECK(Scan("10000000000000005\r\nhello\r\n0\r\n\r\n").state == "bad");
  CHECK(Scan("ffffffffffffffff\r\nabc").state == "bad");
  CHECK(Scan("0000000000000000\r\n\r\n").state == "bad");
}

TEST_CASE("chunk data ends with CRLF and nothing else") {
  for (const std::string wire :
       {"5\r\nhelloX", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n", "5\r\nhello \r\n", "5\r\nhello\r\r\n", "5\r\nhello\n\n"}) {
    INFO(Visible(wire));
    CHECK(Scan(wire).state == "bad");
  }
}

TEST_CASE("chunk extensions pass and may not hide a line end") {
  CHECK(Scan("5;a\r\nhello\r\n0;b=c;d=\"e f\"\r\n\r\n").payload == "hello");
  CHECK(Scan("5;\r\nhello\r\n0\r\n\r\n").payload == "hello");
  CHECK(Scan("5; a = b\t\r\nhello\r\n0\r\n\r\n").payload == "hello");
  CHECK(Scan("5;caf\xC3\xA9\r\nhello\r\n0\r\n\r\n").payload == "hello");
  for (const std::string wire :
       {"5;a\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n", "5;a\r\r\nhello\r\n", "5;\n",
        "5;\x01\r\n", "5;\x7F\r\n", "0;a\n\r\n"}) {
    INFO(Visible(wire));
    CHECK(Scan(wire).state == "bad");
  }
  CHECK(Scan("5;\0\r\nhello\r\n"s).state == "bad");
}

TEST_CASE("one chunk may have a long extension but not an endless one") {
  CHECK(Scan("1;" + std::string(4000, 'x') + "\r\na\r\n0\r\n\r\n").state == "done");
  CHECK(Scan("1;" + std::string(5000, 'x') + "\r\na\r\n0\r\n\r\n").state == "bad");
}

TEST_CASE("extensions that outweigh the data are refused in the end") {
  // One byte of payload for each kilobyte on the wire costs a receiver far more than it is worth.
  std::string wire;
  for (int i = 0; i < 1000; ++i) wire += "1;" + std::string(1000, 'x') + "\r\na\r\n";
  const SeenBody body = Scan(wire + "0\r\n\r\n");
  CHECK(body.state == "bad");
  CHECK(body.taken < (64u << 10));
  // Honest ones are in proportion: a signature for each chunk of some size.
  wire.clear();
  for (int i = 0; i < 2000; ++i) {
    wire +=
        "400;chunk-signature=" + std::string(64, 'f') + "\r\n" + std::string(1024, 'b') + "\r\n";
  }
  CHECK(Scan(wire + "0\r\n\r\n").state == "done");
  // And a stream of small events with a word each never runs into the bound.
  wire.clear();
  for (int i = 0; i < 100'000; ++i) wire += "1;n=12345\r\na\r\n";
  CHECK(Scan(wire + "0\r\n\r\n").state == "done");
}

TEST_CASE("trailers end the body with their empty line") {
  CHECK(Scan("2\r\nok\r\n0\r\nX-Checksum: 1\r\ndigest:  abc \r\n\r\n").state == "done");
  CHECK(Scan("0\r\ngrpc-status: 0\r\nServer-Timing: a;dur=1\r\nETag: \"x\"\r\n\r\n").state ==
        "done");
  CHECK(Scan("0\r\nX: y\r\n").state == "more");
}

TEST_CASE("malformed trailers are refused") {
  for (const std::string lines :
       {"X : y\r\n", " X: y\r\n", "X: y\r\n z\r\n", "X\r\n", ": y\r\n", "X: a\rb\r\n",
        "X: a\nY: b\r\n", "X: y\n", "\n", "X: \x01\r\n", "GET / HTTP/1.1\r\n"}) {
    INFO(Visible(lines));
    CHECK(Scan("0\r\n" + lines + "\r\n").state == "bad");
  }
  CHECK(Scan("0\r\nX: a\0b\r\n\r\n"s).state == "bad");
  CHECK(Scan("0\r\n\n").state == "bad");
  CHECK(Scan("0\r\n\rX").state != "done");
}

TEST_CASE("trailers of a request that frame, route, authenticate or describe it are refused") {
  for (const std::string name : {"Transfer-Encoding",
                                 "Content-Length",
                                 "Host",
                                 "Connection",
                                 "Keep-Alive",
                                 "Proxy-Connection",
                                 "Trailer",
                                 "TE",
                                 "Upgrade",
                                 "Authorization",
                                 "Proxy-Authorization",
                                 "Cookie",
                                 "Set-Cookie",
                                 "WWW-Authenticate",
                                 "X-Api-Key",
                                 "Content-Encoding",
                                 "Content-Type",
                                 "Content-Range",
                                 "Expect",
                                 "Max-Forwards",
                                 "Range",
                                 "Cache-Control",
                                 "X-Forwarded-For",
                                 "X-Forwarded-Host",
                                 "Forwarded",
                                 "x-understudy-role",
                                 "X-Understudy-Pair",
                                 "content_length",
                                 "Transfer_Encoding"}) {
    INFO(name);
    CHECK(Scan("0\r\n" + name + ": 1\r\n\r\n").state == "bad");
    CHECK(Scan("0\r\nX: y\r\n" + name + ":\r\n\r\n").state == "bad");
    INFO("of an answer it is the client's to ignore");
    CHECK(Scan("0\r\n" + name + ": 1\r\n\r\n", Framing::kChunked, 0, false).state == "done");
  }
}

TEST_CASE("trailers are bounded in size and number") {
  CHECK(Scan("0\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n").state == "done");
  CHECK(Scan("0\r\nX: " + std::string(20'000, 'x')).state == "bad");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "x: y\r\n";
  CHECK(Scan("0\r\n" + many + "\r\n").state == "done");
  CHECK(Scan("0\r\n" + many + "x: y\r\n\r\n").state == "bad");
}

TEST_CASE("the payload of a whole body is had without its framing") {
  std::string scratch;
  CHECK(PayloadOf("3\r\nabc\r\n1;x\r\nd\r\n0\r\nT: u\r\n\r\n", Framing::kChunked, scratch) ==
        "abcd");
  CHECK(PayloadOf("0\r\n\r\n", Framing::kChunked, scratch) == "");
  CHECK(PayloadOf("3\r\nabc\r\n", Framing::kChunked, scratch) == std::nullopt);
  CHECK(PayloadOf("x\r\n", Framing::kChunked, scratch) == std::nullopt);
  const std::string_view plain = "as it is";
  CHECK(PayloadOf(plain, Framing::kLength, scratch)->data() == plain.data());
  CHECK(PayloadOf(plain, Framing::kUntilClose, scratch)->data() == plain.data());
}

}  // namespace
}  // namespace understudy
