// The head of an answer as a client gets it.
#include <catch2/catch.hpp>

#include "proxy/wire/head_writer.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/http_date.h"

namespace understudy {
namespace {

std::string Write(const std::string& raw, AnswerRewrite rewrite = {},
                  std::string_view method = "GET") {
  AnswerHead head;
  const auto error = ParseAnswerHead(raw, HeadLimits(), method, head);
  REQUIRE_FALSE(error.has_value());
  std::string out = "left over";
  WriteAnswerHead(head, rewrite, out);
  // A client frames the body by what is written as we framed it by what was read.
  AnswerHead again;
  CHECK_FALSE(ParseAnswerHead(out, HeadLimits(), method, again).has_value());
  if (!rewrite.chunk && !rewrite.unchunk) CHECK(again.framing == head.framing);
  CHECK(again.content_length ==
        (head.status == 204 || head.status < 200 ? 0 : head.content_length));
  return out;
}

std::string WithFields(const std::string& fields, AnswerRewrite rewrite = {}) {
  return Write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + fields + "\r\n", rewrite);
}

bool Has(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST_CASE("an answer goes on with its fields in their order and case") {
  CHECK(Write("HTTP/1.1 207 Multi  Status\r\nset-cookie: a\r\nContent-Length: 05\r\nX-B:  1 \r\n"
              "Set-Cookie: b\r\nDate: x\r\n\r\n",
              {.date = "now"}) ==
        "HTTP/1.1 207 Multi  Status\r\nset-cookie: a\r\nContent-Length: 05\r\nX-B: 1\r\n"
        "Set-Cookie: b\r\nDate: x\r\n\r\n");
  CHECK(Write("HTTP/1.0 404\r\nContent-Length: 0\r\n\r\n") ==
        "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("an upstream's own fields of the hop stay behind") {
  const std::string out = WithFields(
      "Connection: keep-alive, X-Foo\r\nKeep-Alive: timeout=5\r\nX-Foo: 1\r\nProxy-Connection: "
      "x\r\n"
      "Upgrade: h2c\r\nTE: x\r\nProxy-Authenticate: Basic\r\nx-understudy-arm: fake\r\n"
      "X_Understudy_Arm: fake\r\nTrailer: Digest\r\nKept: 1\r\n");
  CHECK(out == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTrailer: Digest\r\nKept: 1\r\n\r\n");
}

TEST_CASE("an upstream cannot take away the length of its answer") {
  const std::string out = WithFields("Connection: Content-Length, close\r\n");
  CHECK(Has(out, "Content-Length: 5"));
}

TEST_CASE("an answer that may have no length is sent without") {
  CHECK(Write("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n") ==
        "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(Write("HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\nConnection: close\r\nLink: "
              "</a>\r\n\r\n") == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  CHECK(Has(Write("HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n"), "Content-Length: 9"));
  CHECK(Has(Write("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n", {}, "HEAD"), "Content-Length: 9"));
}

TEST_CASE("a chunked answer stays chunked and one until close becomes so") {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
  CHECK(Write(chunked) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(Write("HTTP/1.0 200 OK\r\n\r\n", {.chunk = true}) ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(Write(chunked, {.close = true, .client_minor_version = 0, .unchunk = true}) ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  CHECK(Write(chunked, {}, "HEAD") == "HTTP/1.1 200 OK\r\n\r\n");
}

TEST_CASE("whether the connection stays is told where the version does not say it") {
  CHECK_FALSE(Has(WithFields(""), "Connection: keep-alive"));
  CHECK(Has(WithFields("", {.close = true}), "Connection: close"));
  CHECK(Has(WithFields("", {.client_minor_version = 0}), "Connection: keep-alive"));
  CHECK(Has(WithFields("", {.close = true, .client_minor_version = 0}), "Connection: close"));
  CHECK_FALSE(Has(WithFields("Connection: close\r\n"), "Connection: close"));
}

TEST_CASE("an answer without a date gets one and no other answer a second") {
  CHECK(Has(WithFields("", {.date = "now"}), "Date: now"));
  CHECK_FALSE(Has(WithFields("date: then\r\n", {.date = "now"}), "Date: now"));
  CHECK(Has(WithFields("date: then\r\n", {.date = "now"}), "date: then"));
}

TEST_CASE("the arm is shown where it is asked for") {
  CHECK(Has(WithFields("x-understudy-arm: fake\r\n", {.arm = "candidate"}),
            "x-understudy-arm: candidate"));
}

TEST_CASE("dates are written as HTTP has them") {
  const auto at = [](std::int64_t seconds) {
    return std::string(HttpDate(WallTime(std::chrono::seconds(seconds))));
  };
  CHECK(at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(at(784111778) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(at(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(at(4102444799) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

}  // namespace
}  // namespace understudy
