// Bodies between HTTP/2's frames and HTTP/1.1's form, and what bounds them.
#include <catch2/catch.hpp>

#include "proxy/wire/http2_body.h"
#include "proxy/wire/http2_budget.h"

using namespace understudy;

namespace {

SteadyTime At(int milliseconds) { return SteadyTime() + std::chrono::milliseconds(milliseconds); }

}  // namespace

TEST_CASE("payload that arrives is put into chunks, each as it came, with trailers at the end") {
  InputBuffer buffer;
  Http2Incoming incoming;
  incoming.Begin(true);
  incoming.Data("hello");
  incoming.Data("");
  incoming.Data(std::string(17, 'x'));
  CHECK_FALSE(incoming.Ended());
  incoming.End("a: b\r\n");
  incoming.MoveInto(buffer);
  CHECK(incoming.Ended());
  CHECK(buffer.Bytes() == "5\r\nhello\r\n11\r\n" + std::string(17, 'x') + "\r\n0\r\na: b\r\n\r\n");
}

TEST_CASE("payload of a known length is left as it is") {
  InputBuffer buffer;
  Http2Incoming incoming;
  incoming.Begin(false);
  incoming.Data("hello");
  incoming.End("a: b\r\n");
  incoming.MoveInto(buffer);
  CHECK(buffer.Bytes() == "hello");
}

TEST_CASE("what was looked at stays where it is while more arrives, until more is asked for") {
  InputBuffer buffer;
  Http2Incoming incoming;
  incoming.Begin(false);
  incoming.Data(std::string(10000, 'a'));
  incoming.MoveInto(buffer);
  const std::string_view seen = buffer.Bytes();
  for (int i = 0; i < 100; ++i) incoming.Data(std::string(10000, 'b'));
  CHECK(buffer.Bytes().data() == seen.data());
  CHECK(seen == std::string(10000, 'a'));
  buffer.Consume(4000);
  incoming.MoveInto(buffer);
  CHECK(buffer.Bytes() == std::string(6000, 'a') + std::string(1000000, 'b'));
  buffer.Consume(buffer.Bytes().size());
  incoming.Data("c");
  incoming.MoveInto(buffer);
  CHECK(buffer.Bytes() == "c");
}

TEST_CASE("what goes out loses its chunks, however they are cut") {
  const std::string framed = "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nx-sum: 7\r\n\r\n";
  for (std::size_t cut = 1; cut < framed.size(); ++cut) {
    Http2Outgoing outgoing;
    outgoing.Begin(Framing::kChunked, 0);
    std::string sent;
    for (std::size_t at = 0; at < framed.size(); at += cut) {
      CHECK_FALSE(outgoing.Ended());
      outgoing.Append(std::string_view(framed).substr(at, cut));
      sent += outgoing.Pending();
      outgoing.Sent(outgoing.Pending().size());
    }
    CHECK(sent == "hello world");
    CHECK(outgoing.Done());
    CHECK(outgoing.Trailers() == "x-sum: 7\r\n\r\n");
  }
}

TEST_CASE("what goes out in parts keeps its order, whatever is sent of it at a time") {
  Http2Outgoing outgoing;
  std::string whole;
  for (int i = 0; i < 300000; ++i) whole += static_cast<char>(i * 7 >> 2);
  outgoing.Begin(Framing::kLength, whole.size());
  std::string sent;
  std::size_t given = 0;
  while (!outgoing.Done()) {
    const std::string_view more = std::string_view(whole).substr(given, 50000);
    outgoing.Append(more);
    given += more.size();
    const std::string_view some = outgoing.Pending().substr(0, 16384);
    sent += some;
    outgoing.Sent(some.size());
  }
  CHECK(sent == whole);
  CHECK(outgoing.Trailers().empty());
}

TEST_CASE("a budget holds for ten seconds, and honest use adds to it") {
  Http2Budget budget(3);
  for (int i = 0; i < 3; ++i) CHECK(budget.Charge(At(100)));
  CHECK_FALSE(budget.Charge(At(200)));
  CHECK(budget.Charge(At(10200)));
  budget.Credit(100);  // saved up to as much again
  int times = 0;
  while (budget.Charge(At(10300))) ++times;
  CHECK(times == 6);
}
