// What clients get when an incumbent that speaks HTTP/2 goes wrong: an answer in time that says so,
// never a torn one that looks whole; and how fast either side hears that the other has left.
#include "test/integration/faults/servers/http2_faults.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/http2_frames.h"
#include "test/support/running_proxy.h"

using namespace understudy;
using std::chrono::milliseconds;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kImpatient =
    ", protocol: http2, pool: {max_connections: 2}, "
    "timeouts: {connect: 300ms, first_byte: 250ms, idle: 250ms, total: 500ms}";
constexpr auto kLongest = milliseconds(3000);

// The best of some tries: the machine may be busy.
Clock::duration Best(const std::function<Clock::duration()>& once) {
  Clock::duration best = Clock::duration::max();
  for (int i = 0; i < 5; ++i) best = std::min(best, once());
  return best;
}

}  // namespace

TEST_CASE("an incumbent of HTTP/2 that goes wrong gives a failure in time, and costs no more") {
  const Http2ServerFault& wrong = GENERATE(from_range(AllHttp2Faults()));
  INFO("the incumbent " << wrong.fault.name);
  FaultyServer incumbent(wrong.fault);
  RunningProxy proxy(OneModel(incumbent.Address(), kImpatient));
  Http2Client client(proxy.Port());
  for (int i = 0; i < 3; ++i) {
    const auto begin = Clock::now();
    const Http2Answer answer = client.Ask("POST", "/x", {}, "{}");
    CHECK(Clock::now() - begin < kLongest);
    CHECK(answer.closed);
    CHECK_FALSE((answer.status == 200 && answer.Whole()));
  }
  CHECK(client.GoAways().empty());
  if (!wrong.reason.empty()) {
    CHECK(RunningProxy::Eventually([&] {
      return proxy.Metric("understudy_http2_upstream_errors_total",
                          "reason=\"" + wrong.reason + "\"") > 0;
    }));
  }
}

TEST_CASE("an incumbent that dies inside its answer resets the client's stream, and is counted") {
  const bool http2 = GENERATE(false, true);
  FakeHttp2Upstream modern([](const FakeHttp2Upstream::Request&) -> FakeHttp2Upstream::Answer {
    FakeHttp2Upstream::Answer answer{200, {{"content-type", "application/grpc"}}, "half a message"};
    answer.cut = true;
    return answer;
  });
  FakeUpstream old([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    return false;
  });
  RunningProxy proxy(http2 ? OneModel(modern.Address(), ", protocol: http2")
                           : OneModel(old.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/x", {}, "{}");
  CHECK(answer.reset == NGHTTP2_INTERNAL_ERROR);
  CHECK_FALSE(answer.Whole());
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_requests_total", "arm=\"v1\"", "code_class=\"none\"") == 1;
  }));
  CHECK(proxy.Metric("understudy_clients_left_total") == 0);
}

TEST_CASE("a client's reset reaches a server of HTTP/2 within 100 ms") {
  FakeHttp2Upstream model([](const FakeHttp2Upstream::Request&) -> FakeHttp2Upstream::Answer {
    FakeHttp2Upstream::Answer answer;
    answer.held = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), ", protocol: http2"));
  Http2Client client(proxy.Port());
  std::size_t asked = 0;
  CHECK(Best([&] {
          const std::int32_t stream = client.Begin("GET", "/x");
          REQUIRE(model.WaitForRequests(++asked));
          const int before = model.Resets();
          const auto begin = Clock::now();
          client.Reset(stream);
          REQUIRE(RunningProxy::Eventually([&] { return model.Resets() > before; }));
          return Clock::now() - begin;
        }) < milliseconds(100));
  CHECK(model.Connections() == 1);
}

TEST_CASE("a server's reset reaches the client of HTTP/2 within 100 ms") {
  std::atomic<bool> reset{false};
  FakeUpstream model = FakeUpstream::Raw([&reset](FakeUpstream::Connection& c, const HttpText&) {
    using namespace frames;
    c.socket.Send(Frame(kSettings, 0, 0));
    Reader reader(c.socket, kPreface.size());
    while (!c.ending && !reader.Ended()) {
      const Read frame = reader.Next(5);
      if (frame.type != kHeaders) continue;
      c.socket.Send(Frame(kHeaders, kEndHeaders, frame.stream, kOk) +
                    Frame(kData, 0, frame.stream, "abc"));
      while (!reset && !c.ending) LetPass(1);
      reset = false;
      c.socket.Send(Frame(kReset, 0, frame.stream, kCancel));
    }
    return false;
  });
  RunningProxy proxy(OneModel(model.Address(), ", protocol: http2"));
  Http2Client client(proxy.Port());
  CHECK(Best([&] {
          const std::int32_t stream = client.Begin("GET", "/x");
          REQUIRE(client.WaitUntil([&] { return client.Of(stream).body == "abc"; }));
          const auto begin = Clock::now();
          reset = true;
          REQUIRE(client.Wait(stream));
          CHECK(client.Of(stream).reset == NGHTTP2_INTERNAL_ERROR);
          return Clock::now() - begin;
        }) < milliseconds(100));
}
