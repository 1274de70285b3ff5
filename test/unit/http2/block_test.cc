// A block of fields as HTTP/1.1 writes it.
#include <catch2/catch.hpp>

#include "proxy/wire/http2_block.h"

using namespace understudy;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Http2Block BlockOf(const Fields& fields, Http2BlockLimits limits = {}) {
  Http2Block block(limits);
  for (const auto& [name, value] : fields) block.Add(name, value, false);
  return block;
}

const Fields kPost = {
    {":method", "POST"}, {":scheme", "http"}, {":path", "/a?b"}, {":authority", "h:1"}};

Fields With(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

}  // namespace

TEST_CASE("pseudo-fields become the first line and the host, in whatever order they come") {
  CHECK(BlockOf(kPost).RequestHead(true) == "POST /a?b HTTP/1.1\r\nhost: h:1\r\n\r\n");
  CHECK(BlockOf({kPost.rbegin(), kPost.rend()}).RequestHead(true) ==
        "POST /a?b HTTP/1.1\r\nhost: h:1\r\n\r\n");
}

TEST_CASE(
    "a host takes the place of an authority that is not there, and must not differ from one") {
  Http2Block alone = BlockOf({{":method", "GET"}, {":path", "/"}, {"host", "x"}});
  CHECK(alone.RequestHead(true) == "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  CHECK_FALSE(alone.TwoHosts());
  CHECK(BlockOf(With(kPost, {{"host", "x"}})).TwoHosts());
  CHECK_FALSE(BlockOf(With(kPost, {{"host", "h:1"}})).TwoHosts());
}

TEST_CASE("a body is framed by its length, or in chunks; that of gRPC always in chunks") {
  const auto head = [](const Fields& more, bool ends) {
    return std::string(BlockOf(With({{":method", "P"}, {":path", "/"}}, more)).RequestHead(ends));
  };
  CHECK(head({}, true) == "P / HTTP/1.1\r\n\r\n");
  CHECK(head({}, false) == "P / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
  CHECK(head({{"content-length", "5"}}, false) == "P / HTTP/1.1\r\ncontent-length: 5\r\n\r\n");
  CHECK(head({{"content-length", "5"}, {"content-type", "application/grpc+proto"}}, false) ==
        "P / HTTP/1.1\r\ncontent-type: application/grpc+proto\r\n"
        "transfer-encoding: chunked\r\n\r\n");
}

TEST_CASE("an answer without a body has an end of its own in HTTP/1.1, too") {
  CHECK(BlockOf({{":status", "200"}, {"grpc-status", "5"}}).AnswerHead(true) ==
        "HTTP/1.1 200 \r\ngrpc-status: 5\r\ncontent-length: 0\r\n\r\n");
  CHECK(BlockOf({{":status", "200"}}).AnswerHead(false) ==
        "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n");
  CHECK(BlockOf({{":status", "204"}}).AnswerHead(true) == "HTTP/1.1 204 \r\n\r\n");
  CHECK(BlockOf({{":status", "103"}}).AnswerHead(false) == "HTTP/1.1 103 \r\n\r\n");
}

TEST_CASE("blanks at the ends of a message of gRPC are kept where fields have none") {
  const auto head = [](const std::string& message) {
    return std::string(BlockOf({{":status", "200"}, {"grpc-message", message}}).AnswerHead(false));
  };
  const std::string rest = "\r\ntransfer-encoding: chunked\r\n\r\n";
  CHECK(head("a b") == "HTTP/1.1 200 \r\ngrpc-message: a b" + rest);
  CHECK(head("") == "HTTP/1.1 200 \r\ngrpc-message: " + rest);
  CHECK(head(" a: ") == "HTTP/1.1 200 \r\ngrpc-message: %20a:%20" + rest);
  CHECK(head("  ") == "HTTP/1.1 200 \r\ngrpc-message: %20%20" + rest);
}

TEST_CASE("pieces of a cookie are put together") {
  CHECK(
      BlockOf(With(kPost, {{"cookie", "a=1"}, {"b", "c"}, {"cookie", "d=2"}})).RequestHead(true) ==
      "POST /a?b HTTP/1.1\r\nhost: h:1\r\nb: c\r\ncookie: a=1; d=2\r\n\r\n");
}

TEST_CASE("where trailers are announced a body comes in chunks, with or without a length") {
  const auto block = BlockOf({{":status", "200"}, {"trailer", "x-sum"}, {"content-length", "5"}});
  CHECK(block.Chunked());
  CHECK(Http2Block(block).AnswerHead(false) ==
        "HTTP/1.1 200 \r\ntrailer: x-sum\r\ntransfer-encoding: chunked\r\n\r\n");
  CHECK(Http2Block(block).AnswerHead(true) ==
        "HTTP/1.1 200 \r\ntrailer: x-sum\r\ncontent-length: 5\r\n\r\n");
  CHECK_FALSE(BlockOf({{":status", "200"}, {"content-length", "5"}}).Chunked());
  CHECK_FALSE(BlockOf({{":status", "304"}, {"trailer", "x"}, {"content-length", "5"}}).Chunked());
}

TEST_CASE("trailers leave out what may not follow a body") {
  Http2Block block({});
  block.Add("x-sum", "7", true);
  block.Add("authorization", "secret", true);
  block.Add("x-understudy-role", "shadow", true);
  CHECK(block.Trailers() == "x-sum: 7\r\n");
}

TEST_CASE("what is beyond the limits is not kept, and far beyond them a flood") {
  Http2Block many({1000, 2});
  for (int i = 0; i < 2; ++i) many.Add("a", "b", false);
  CHECK_FALSE(many.TooLarge());
  many.Add("a", "b", false);
  CHECK(many.TooLarge());
  Http2Block large({100, 10});
  large.Add("a", std::string(67, 'x'), false);
  CHECK_FALSE(large.TooLarge());
  large.Add("b", "", false);
  CHECK(large.TooLarge());
  CHECK_FALSE(large.Flood());
  for (int i = 0; i < 100; ++i) large.Add("c", std::string(1000, 'x'), false);
  CHECK(large.Flood());
  large.Clear();
  CHECK_FALSE(large.TooLarge());
}
