// Kept answers cut into their parts, read once where two are the same bytes.
#include "proxy/flow/opened_answer.h"

#include <catch2/catch.hpp>
#include <cstring>

namespace understudy {
namespace {

using namespace std::chrono_literals;

SliceList ListOf(std::string_view text) {
  const ChunkRef chunk = ChunkRef::Allocate(text.size());
  std::memcpy(chunk->Data(), text.data(), text.size());
  SliceList list;
  list.Append(chunk, {chunk->Data(), text.size()});
  return list;
}

Exchange Answered(Duration latency) {
  Exchange exchange;
  exchange.result.outcome = ExchangeOutcome::kAnswered;
  exchange.result.latency = latency;
  exchange.result.first_byte = latency / 2;
  exchange.captured = true;
  exchange.head_bytes = ListOf(
      "HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ntransfer-encoding: chunked\r\n\r\n");
  exchange.body = ListOf("3\r\nabc\r\n2\r\nde\r\n0\r\ngrpc-status: 0\r\n\r\n");
  exchange.framing = Framing::kChunked;
  exchange.arrivals.push_back({5, latency});
  return exchange;
}

void CheckParts(const RawAnswer& answer) {
  CHECK(answer.status == 200);
  REQUIRE(answer.headers.size() == 2);
  CHECK(answer.headers[0].name == "content-type");
  CHECK(answer.headers[0].value == "application/grpc");
  CHECK(answer.body == "abcde");
  REQUIRE(answer.trailers.size() == 1);
  CHECK(answer.trailers[0].name == "grpc-status");
  CHECK(answer.trailers[0].value == "0");
}

TEST_CASE("an answer is cut into head, body without transfer coding, trailers and times") {
  const Exchange exchange = Answered(4ms);
  OpenedAnswer opened;
  REQUIRE(opened.Open(exchange, "POST"));
  CheckParts(opened.Answer());
  REQUIRE(opened.Answer().timing != nullptr);
  CHECK(opened.Answer().timing->latency_ms == 4);
}

TEST_CASE("an answer of the same bytes has the same parts, and times of its own") {
  const Exchange one = Answered(4ms), other = Answered(10ms);
  OpenedAnswer first, second;
  REQUIRE(first.Open(one, "POST"));
  second.OpenLike(first, other);
  CheckParts(second.Answer());
  CHECK(second.Answer().body.data() == first.Answer().body.data());
  CHECK(second.Answer().timing->latency_ms == 10);
  REQUIRE(second.Answer().timing->arrivals.size() == 1);
  CHECK(second.Answer().timing->arrivals[0].ms == 10);
  CHECK(first.Answer().timing->latency_ms == 4);
}

TEST_CASE("bytes that are no whole answer are refused") {
  Exchange exchange = Answered(1ms);
  exchange.body = ListOf("3\r\nab");
  OpenedAnswer opened;
  CHECK_FALSE(opened.Open(exchange, "POST"));
  Exchange headless = Answered(1ms);
  headless.head_bytes = ListOf("HTTP/1.1\r\n\r\n");
  CHECK_FALSE(opened.Open(headless, "POST"));
}

}  // namespace
}  // namespace understudy
