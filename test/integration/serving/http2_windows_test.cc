// Bodies of HTTP/2 that nobody takes, and how fast one goes that is taken.
#include <catch2/catch.hpp>
#include <chrono>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

// Takes nothing of what is sent to it.
FakeUpstream Stuck() {
  return FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    const int bytes = 4096;
    ::setsockopt(c.socket.Descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    c.Pause(60000);
    return false;
  });
}

std::string TwoRoutes(const std::string& quick, const std::string& stuck) {
  return "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + quick +
         "\"]}\n  - {name: v2, endpoints: [\"" + stuck +
         "\"]}\nroutes:\n  - {name: stuck, match: {path_prefix: /stuck}, incumbent: v2}\n"
         "  - {name: all, match: {path_prefix: /}, incumbent: v1}\n";
}

}  // namespace

TEST_CASE("60 large bodies that nobody takes hold up no other request of their connection") {
  FakeUpstream model(JsonAnswer("{}"));
  FakeUpstream stuck = Stuck();
  RunningProxy proxy(TwoRoutes(model.Address(), stuck.Address()));
  Http2Client client(proxy.Port());
  REQUIRE(client.WaitUntil(
      [&] { return client.PeerSetting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) == 100; }));
  const std::string body(2u << 20, 'x');
  std::vector<std::int32_t> slow;
  for (int i = 0; i < 60; ++i) {
    slow.push_back(client.Begin("POST", "/stuck", {}, false));
    client.Send(slow.back(), body, true);
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(client.Ask("POST", "/quick", {}, std::string(100'000, 'y')).status == 200);
  }
  for (const std::int32_t stream : slow) CHECK_FALSE(client.Of(stream).closed);
}

TEST_CASE("bodies that were taken fast and then no more hold up no other request, either") {
  // Their windows have grown when the model server stops.
  std::atomic<bool> stops{false};
  FakeUpstream model(JsonAnswer("{}"));
  FakeUpstream tired = FakeUpstream::Raw([&stops](FakeUpstream::Connection& c, const HttpText&) {
    std::string taken;
    std::size_t bytes = 0;
    while (!c.ending && bytes < (4u << 20)) {
      if (c.socket.Read(taken, 20) == TestSocket::Got::kEnd) return false;
      bytes += taken.size();
      taken.clear();
    }
    stops = true;
    c.Pause(60000);
    return false;
  });
  RunningProxy proxy(TwoRoutes(model.Address(), tired.Address()));
  Http2Client client(proxy.Port());
  const std::string body(32u << 20, 'x');
  std::vector<std::int32_t> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(client.Begin("POST", "/stuck", {}, false));
    client.Send(slow.back(), body, true);
    stops = false;
    REQUIRE(client.WaitUntil([&] { return stops.load(); }));
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(client.Ask("POST", "/quick", {}, std::string(100'000, 'y')).status == 200);
  }
  for (const std::int32_t stream : slow) CHECK_FALSE(client.Of(stream).closed);
}
