// Requests' heads of HTTP/1.1 as HTTP/2 has them.
#include <catch2/catch.hpp>
#include <string>

#include "proxy/wire/http2_request_head.h"
#include "test/support/http2_fields.h"

namespace understudy {
namespace {

Http2Fields FieldsOf(const Http2RequestHead& head) {
  Http2Fields fields;
  for (const nghttp2_nv& field : head.Fields()) {
    fields.emplace_back(std::string(reinterpret_cast<const char*>(field.name), field.namelen),
                        std::string(reinterpret_cast<const char*>(field.value), field.valuelen));
  }
  return fields;
}

TEST_CASE("a head becomes pseudo-fields and fields, without what is of one connection") {
  const std::string text =
      "POST /v2/m?x=1 HTTP/1.1\r\nHost: models.example\r\nX-Team:  risk \r\nX-Empty:\r\n"
      "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 12\r\n\r\n";
  const Http2RequestHead head(text, "https");
  REQUIRE(head.Whole());
  CHECK(FieldsOf(head) == Http2Fields{{":method", "POST"},
                                      {":scheme", "https"},
                                      {":authority", "models.example"},
                                      {":path", "/v2/m?x=1"},
                                      {"X-Team", "risk"},
                                      {"X-Empty", ""},
                                      {"Content-Length", "12"}});
  CHECK(head.BodyFraming() == Framing::kLength);
  CHECK(head.Length() == 12);
}

TEST_CASE("a body in chunks has no length, and one of length 0 is none") {
  const Http2RequestHead chunked("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 "http");
  CHECK(chunked.BodyFraming() == Framing::kChunked);
  CHECK(FieldsOf(chunked).size() == 4);
  const Http2RequestHead empty("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "http");
  CHECK(empty.BodyFraming() == Framing::kNone);
  CHECK(FieldsOf(empty).back() == Http2Fields::value_type("Content-Length", "0"));
  const Http2RequestHead none("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http");
  CHECK(none.BodyFraming() == Framing::kNone);
}

TEST_CASE("calls of gRPC say that they take trailers, other requests do not") {
  const Http2RequestHead call(
      "POST /s/m HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\n\r\n", "http");
  CHECK(FieldsOf(call).back() == Http2Fields::value_type("te", "trailers"));
  const Http2RequestHead other(
      "POST /s/m HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpcx\r\n\r\n", "http");
  CHECK(FieldsOf(other).back() == Http2Fields::value_type("Content-Type", "application/grpcx"));
}

TEST_CASE("what is of one request alone is marked to stay out of HPACK's table") {
  const Http2RequestHead head(
      "GET / HTTP/1.1\r\nHost: a\r\nTraceparent: 00-1-2-01\r\ngrpc-timeout: 5S\r\n"
      "x-team: risk\r\nX-Request-Id: 7\r\nx-understudy-pair: 9\r\nx-understudy-role: "
      "shadow\r\n\r\n",
      "http");
  std::vector<bool> marked;
  for (const nghttp2_nv& field : head.Fields().subspan(4)) {
    marked.push_back((field.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0);
  }
  CHECK(marked == std::vector<bool>{true, true, false, true, true, false});
}

TEST_CASE("a text that is no head is told from one") {
  for (const char* text :
       {"", "GET", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost\r\n\r\n", "\r\n\r\n"}) {
    CHECK_FALSE(Http2RequestHead(text, "http").Whole());
  }
}

}  // namespace
}  // namespace understudy
