// Where a request's body ends: Content-Length, Transfer-Encoding, and every way to say it twice.
#include <catch2/catch.hpp>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

SeenRequest Post(const std::string& fields, const std::string& body = "",
                 const std::string& version = "HTTP/1.1") {
  return ReadRequest("POST / " + version + "\r\nHost: a\r\n" + fields + "\r\n" + body);
}

void CheckStatus(int status, const std::vector<std::string>& rows) {
  for (const std::string& fields : rows) {
    const auto request = Post(fields, "0\r\n\r\n");
    INFO(Visible(fields));
    INFO(request.why);
    CHECK(request.refused == status);
  }
}

TEST_CASE("a Content-Length counts the bytes of the body") {
  const auto request = Post("Content-Length: 5\r\n", "helloGET /");
  CHECK(request.refused == 0);
  CHECK(request.framing == Framing::kLength);
  CHECK(request.content_length == 5);
  CHECK(request.whole);
  CHECK(request.payload == "hello");
  CHECK_FALSE(Post("Content-Length: 5\r\n", "hell").whole);
  CHECK(Post("content-length:5\r\n", "hello").payload == "hello");
  CHECK(Post("Content-Length: \t 0005 \t\r\n", "hello").payload == "hello");
}

TEST_CASE("a request without a length or with length zero has no body") {
  for (const std::string fields : {"", "Content-Length: 0\r\n", "Content-Length: 000\r\n"}) {
    const auto request = Post(fields);
    CHECK(request.refused == 0);
    CHECK(request.framing == Framing::kNone);
    CHECK(request.whole);
  }
  // What follows is the next request.
  const auto seen =
      ReadRequests("POST / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].target == "/2");
}

TEST_CASE("a body may come with any method") {
  for (const std::string method : {"GET", "HEAD", "DELETE", "OPTIONS", "QUERY"}) {
    const auto request =
        ReadRequest(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok");
    CHECK(request.payload == "ok");
  }
}

TEST_CASE("a Content-Length that is not one plain number is refused") {
  CheckStatus(
      400,
      {"Content-Length:\r\n",          "Content-Length: \r\n",      "Content-Length: +5\r\n",
       "Content-Length: -5\r\n",       "Content-Length: -0\r\n",    "Content-Length: 0x5\r\n",
       "Content-Length: 5,5\r\n",      "Content-Length: 5, 5\r\n",  "Content-Length: 5,6\r\n",
       "Content-Length: 5 5\r\n",      "Content-Length: 5;\r\n",    "Content-Length: 5.0\r\n",
       "Content-Length: 5e0\r\n",      "Content-Length: five\r\n",  "Content-Length: \"5\"\r\n",
       "Content-Length: 5\x0B\r\n",    "Content-Length: 5\0\r\n"s,  "Content-Length: ,5\r\n",
       "Content-Length: 5,\r\n",       "Content-Length: 1_000\r\n", "Content-Length: 5\xC2\xA0\r\n",
       "Content-Length: \xD9\xA5\r\n", "Content-Length: 5 a\r\n"});
}

TEST_CASE("a Content-Length beyond 63 bits is refused and the largest below is taken") {
  CheckStatus(
      400,
      {"Content-Length: 9223372036854775808\r\n", "Content-Length: 18446744073709551616\r\n",
       "Content-Length: 18446744073709551621\r\n", "Content-Length: 99999999999999999999999999\r\n",
       "Content-Length: 00000000000000000000000005\r\n"});
  const auto request = Post("Content-Length: 9223372036854775807\r\n", "x");
  CHECK(request.refused == 0);
  CHECK(request.content_length == 9223372036854775807u);
  CHECK_FALSE(request.whole);
}

TEST_CASE("a second Content-Length is refused even when it is the same") {
  CheckStatus(400, {"Content-Length: 5\r\nContent-Length: 5\r\n",
                    "Content-Length: 5\r\nContent-Length: 6\r\n",
                    "Content-Length: 0\r\ncontent-length: 0\r\n",
                    "Content-Length: 0\r\nX: y\r\nCONTENT-LENGTH: 5\r\n"});
}

TEST_CASE("Content-Length together with Transfer-Encoding is refused in every order") {
  CheckStatus(400, {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                    "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                    "transfer-encoding: CHUNKED\r\nX: y\r\ncontent-length: 5\r\n",
                    "Content-Length: x\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
                    "Transfer-Encoding: \r\nContent-Length: 5\r\n",
                    "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"});
}

TEST_CASE("exactly chunked is understood as transfer coding") {
  for (const std::string coding : {"chunked", "Chunked", "CHUNKED", "  chunked\t"}) {
    const auto request = Post("Transfer-Encoding:" + coding + "\r\n", "2\r\nok\r\n0\r\n\r\n");
    CHECK(request.refused == 0);
    CHECK(request.framing == Framing::kChunked);
    CHECK(request.payload == "ok");
    CHECK(request.whole);
  }
}

TEST_CASE("a Transfer-Encoding whose end is not plainly chunked is refused") {
  CheckStatus(400, {"Transfer-Encoding:\r\n",
                    "Transfer-Encoding: ,\r\n",
                    "Transfer-Encoding: identity\r\n",
                    "Transfer-Encoding: chunked, identity\r\n",
                    "Transfer-Encoding: xchunked\r\n",
                    "Transfer-Encoding: chunkedx\r\n",
                    "Transfer-Encoding: chunked;q=1\r\n",
                    "Transfer-Encoding: chunked; a=b\r\n",
                    "Transfer-Encoding: \"chunked\"\r\n",
                    "Transfer-Encoding: chunked chunked\r\n",
                    "Transfer-Encoding: chunked, chunked\r\n",
                    "Transfer-Encoding: gzip, chunked, chunked\r\n",
                    "Transfer-Encoding: chunked, gzip, chunked\r\n",
                    "Transfer-Encoding: Chunked, gzip, chunked\r\n",
                    "Transfer-Encoding: gzip\r\n",
                    "Transfer-Encoding: chunked, gzip\r\n",
                    "Transfer-Encoding: chunked,\r\n",
                    "Transfer-Encoding: ,chunked\r\n",
                    "Transfer-Encoding: , chunked\r\n",
                    "Transfer-Encoding: chunked\x0B\r\n",
                    "Transfer-Encoding: \x0B"
                    "chunked\r\n",
                    "Transfer-Encoding: chunked\xA0\r\n",
                    "Transfer-Encoding: chunked\0\r\n"s,
                    "Transfer-Encoding: 'chunked'\r\n",
                    "Transfer-Encoding: chunked=1\r\n",
                    "Transfer-Encoding: chun ked\r\n",
                    "Transfer-Encoding: x\xFFy, chunked\r\n",
                    "Transfer-Encoding: a b, chunked\r\n"});
}

TEST_CASE("a second Transfer-Encoding field is refused") {
  CheckStatus(400, {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: chunked\r\nX: y\r\ntransfer-encoding: gzip\r\n",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
                    "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n"});
}

TEST_CASE("a legal coding before chunked is refused with 501") {
  CheckStatus(
      501, {"Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: GZIP,Chunked\r\n",
            "Transfer-Encoding: gzip;level=9, chunked\r\n",
            "Transfer-Encoding: xchunked, chunked\r\n", "Transfer-Encoding: identity, chunked\r\n",
            "Transfer-Encoding: deflate, gzip, chunked\r\n"});
}

TEST_CASE("Transfer-Encoding in HTTP 1.0 is refused") {
  CHECK(Post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "HTTP/1.0").refused == 400);
  CHECK(Post("Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", "0\r\n\r\n", "HTTP/1.0")
            .refused == 400);
  CHECK(Post("Transfer-Encoding: identity\r\n", "", "HTTP/1.0").refused == 400);
  CHECK(Post("Content-Length: 2\r\n", "ok", "HTTP/1.0").payload == "ok");
}

TEST_CASE("fields that only resemble framing frame nothing") {
  for (const std::string fields :
       {"X-Transfer-Encoding: chunked\r\n", "Transfer_Encoding: chunked\r\n", "TE: chunked\r\n",
        "Content_Length: 5\r\n", "ContentLength: 5\r\n", "Transfer-Encodin: chunked\r\n",
        "Trailer: Transfer-Encoding\r\n", "Content-Encoding: chunked\r\n"}) {
    const auto request = Post(fields);
    INFO(fields);
    CHECK(request.refused == 0);
    CHECK(request.framing == Framing::kNone);
  }
}

TEST_CASE("an expectation other than 100-continue is refused with 417") {
  CheckStatus(
      417, {"Expect: 200-ok\r\n", "Expect: 100-continue-please\r\n", "Expect: 100-continue, x\r\n",
            "Expect: x=y\r\n", "Expect: 100-continue\r\nExpect: x\r\n"});
  CHECK(Post("Expect: x\r\n", "", "HTTP/1.0").refused == 417);
}

TEST_CASE("100-continue is an expectation of HTTP 1.1 alone") {
  CHECK(Post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ok").expects_continue);
  CHECK(Post("expect: 100-Continue\r\nContent-Length: 2\r\n", "ok").expects_continue);
  CHECK(Post("Expect: 100-continue, 100-continue\r\n").expects_continue);
  CHECK_FALSE(Post("Content-Length: 2\r\n", "ok").expects_continue);
  const auto empty = Post("Expect:\r\n");
  CHECK(empty.refused == 0);
  CHECK_FALSE(empty.expects_continue);
  const auto old = Post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ok", "HTTP/1.0");
  CHECK(old.refused == 0);
  CHECK_FALSE(old.expects_continue);
}

TEST_CASE("the Connection field and the version decide whether the connection stays") {
  CHECK(Post("").keep_alive);
  CHECK(Post("Connection: keep-alive\r\n").keep_alive);
  CHECK(Post("Connection: x, y\r\n").keep_alive);
  CHECK(Post("Connection: upgrade\r\nUpgrade: websocket\r\n").keep_alive);
  CHECK(Post("Proxy-Connection: close\r\n").keep_alive);
  CHECK_FALSE(Post("Connection: close\r\n").keep_alive);
  CHECK_FALSE(Post("connection: CLOSE\r\n").keep_alive);
  CHECK_FALSE(Post("Connection: x,close\r\n").keep_alive);
  CHECK_FALSE(Post("Connection: , ,close,,\r\n").keep_alive);
  CHECK_FALSE(Post("Connection: keep-alive\r\nConnection: close\r\n").keep_alive);
  CHECK_FALSE(Post("Connection: keep-alive, close\r\n").keep_alive);
  CHECK(Post("Connection: closed\r\n").keep_alive);
  CHECK_FALSE(Post("", "", "HTTP/1.0").keep_alive);
  CHECK(Post("Connection: Keep-Alive\r\n", "", "HTTP/1.0").keep_alive);
  CHECK_FALSE(Post("Connection: keep-alive, close\r\n", "", "HTTP/1.0").keep_alive);
  CHECK_FALSE(Post("Proxy-Connection: keep-alive\r\n", "", "HTTP/1.0").keep_alive);
}

TEST_CASE("requests that follow each other are told apart to the byte") {
  const auto seen = ReadRequests(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
      "POST /5 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"
      "GET /6 HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].payload == "one");
  CHECK(seen[1].payload == "two");
  CHECK(seen[2].target == "/3");
  CHECK(seen[3].target == "/4");
  CHECK(seen[4].refused == 400);  // and nothing behind it is read
}

TEST_CASE("a request smuggled behind another one is seen as a body or refused") {
  // CL.TE, TE.CL, TE.TE and CL.0 in the forms that went through real proxies.
  const std::string inner = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto targets = [](const std::string& raw) {
    std::string all;
    for (const SeenRequest& request : ReadRequests(raw)) {
      all += request.refused != 0 ? "!" + std::to_string(request.refused) : request.target;
      all += ' ';
    }
    return all;
  };
  const std::string post = "POST /x HTTP/1.1\r\nHost: a\r\n";
  CHECK(targets(post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" +
                inner) == "!400 ");
  CHECK(targets(post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\n" + inner) ==
        "!400 ");
  CHECK(targets(post + "Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n\r\n0\r\n\r\n" +
                inner) == "!400 ");
  CHECK(targets(post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner) == "!400 ");
  CHECK(targets(post +
                "Transfer-Encoding:\x0B"
                "chunked\r\n\r\n0\r\n\r\n" +
                inner) == "!400 ");
  CHECK(targets(post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner) == "!400 ");
  CHECK(targets(post + "Foo: bar\r\n\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner) ==
        "!400 ");
  CHECK(targets(post + "Content-Length: 32\r\n\r\n" + inner) == "/x ");
  CHECK(targets(post + "Transfer-Encoding: chunked\r\n\r\n23;\n\r\n" + inner) == "!400 ");
  CHECK(targets(post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner) == "/x /admin ");
}

}  // namespace
}  // namespace understudy
