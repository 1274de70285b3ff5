// HTTP/2 of clients that flood, and connections that end.
#include <catch2/catch.hpp>
#include <thread>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/http2_frames.h"
#include "test/support/running_proxy.h"

using namespace understudy;
using namespace understudy::frames;

namespace {

double Errors(const RunningProxy& proxy, const std::string& reason) {
  return proxy.Metric("understudy_http2_connection_errors_total", "reason=\"" + reason + "\"");
}

}  // namespace

TEST_CASE("a client that floods is told to calm down, loses its connection and is counted") {
  struct Flood {
    const char* what;
    std::string bytes;
    const char* reason;
  };
  std::string resets, continuations = Frame(1, 1, 1, kGet);
  for (std::uint32_t stream = 1; stream < 2000; stream += 2) {
    resets += Frame(1, 5, stream, kGet) + Frame(3, 0, stream, std::string("\0\0\0\x08", 4));
  }
  for (int i = 0; i < 100; ++i) continuations += Frame(9, 0, 1, kField);
  const auto flood = GENERATE_COPY(values<Flood>({
      {"pings", Many(3000, Frame(6, 0, 0, "12345678")), "control_frames"},
      {"settings", Many(3000, Frame(4, 0, 0)), "control_frames"},
      {"priorities", Many(3000, Frame(2, 0, 1, std::string("\0\0\0\0\1", 5))), "control_frames"},
      {"windows", Many(3000, Frame(8, 0, 0, std::string("\0\0\0\1", 4))), "control_frames"},
      {"resets", resets, "resets"},
      {"empty data", Frame(1, 4, 1, kGet) + Many(3000, Frame(0, 0, 1)), "control_frames"},
      {"pieces of a head", continuations, "headers"},
      {"streams that break the protocol",
       [] {
         std::string all;
         for (std::uint32_t stream = 1; stream < 2000; stream += 2) {
           all += Frame(1, 5, stream, kGet + "\x82");  // a pseudo-field twice
         }
         return all;
       }(),
       "resets"},
  }));
  INFO(flood.what);
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  client.SendRaw(flood.bytes);
  CHECK(client.AtEnd());
  REQUIRE_FALSE(client.GoAways().empty());
  CHECK(client.GoAways().back().code == NGHTTP2_ENHANCE_YOUR_CALM);
  CHECK(RunningProxy::Eventually([&] { return Errors(proxy, flood.reason) == 1; }));
  Http2Client other(proxy.Port());
  CHECK(other.Ask("GET", "/x").status == 200);
}

TEST_CASE("a client that breaks the protocol loses its connection and is counted") {
  const auto bytes = GENERATE(as<std::string>{}, Frame(0, 0, 0, "data without a stream"),
                              Frame(6, 0, 0, "a PING of another size"), Frame(1, 5, 2, kGet),
                              Frame(2, 0, 0, "12345"), Frame(1, 5, 1, "\xff\xff\xff\xff\xff\xff"));
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  client.SendRaw(bytes);
  CHECK(client.AtEnd());
  CHECK(RunningProxy::Eventually([&] { return Errors(proxy, "protocol") == 1; }));
}

TEST_CASE("fields that unfold into far more than they took end the connection") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  client.SendRaw(Frame(1, 5, 1, Bomb(kGet)));
  CHECK(client.AtEnd());
  CHECK(RunningProxy::Eventually([&] { return Errors(proxy, "headers") == 1; }));
}

TEST_CASE("honest use is no flood: many requests, each with its window updates and pings") {
  FakeUpstream model(JsonAnswer("{\"text\": \"" + std::string(30000, 'x') + "\"}"));
  RunningProxy proxy(OneModel(model.Address()), {}, "http2: {control_frames: 100, resets: 10}");
  Http2Client client(proxy.Port());
  for (int i = 0; i < 200; ++i) {
    client.Ping();
    REQUIRE(client.Ask("GET", "/x").status == 200);
    if (i % 2 == 0) client.Reset(client.Begin("GET", "/x"));
  }
  CHECK(client.GoAways().empty());
  CHECK(client.Pongs() == 200);
}

TEST_CASE("a client that waits for its answers and gives them up, as deadlines do, is no flood") {
  FakeHttp2Upstream model(
      [](const FakeHttp2Upstream::Request&) { return FakeHttp2Upstream::Answer{.held = true}; });
  RunningProxy proxy(OneModel(model.Address(), ", protocol: http2"), {}, "http2: {resets: 10}");
  Http2Client client(proxy.Port());
  for (std::size_t round = 1; round <= 5; ++round) {
    std::vector<std::int32_t> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(client.Begin("GET", "/x"));
    REQUIRE(model.WaitForRequests(20 * round));
    // The deadline of all of them.
    CHECK_FALSE(client.WaitUntil([&] { return client.Of(waiting[0]).closed; }, 60));
    for (const std::int32_t stream : waiting) client.Reset(stream);
  }
  client.Ping();
  REQUIRE(client.WaitUntil([&] { return client.Pongs() == 1; }));
  CHECK(client.GoAways().empty());
  CHECK(Errors(proxy, "resets") == 0);
  model.Release();
}

TEST_CASE("a connection has so many streams at a time, and goes on with the next") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(200);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()), {}, "http2: {streams: 2}");
  Http2Client client(proxy.Port());
  REQUIRE(client.WaitUntil(
      [&] { return client.PeerSetting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) == 2; }));
  // nghttp2's client would wait for a place of its own accord.
  std::vector<std::int32_t> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(client.Begin("GET", "/x"));
  for (const std::int32_t stream : streams) {
    REQUIRE(client.Wait(stream));
    CHECK(client.Of(stream).status == 200);
  }
}

TEST_CASE("a connection that asks for nothing is closed, with a GOAWAY") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "idle: 100ms");
  Http2Client client(proxy.Port());
  CHECK(client.Ask("GET", "/x").status == 200);
  // A PING asks for nothing.
  CHECK(client.WaitUntil(
      [&] {
        LetPass(5);
        client.Ping();
        return !client.GoAways().empty();
      },
      2000));
  CHECK(client.AtEnd());
  REQUIRE(client.GoAways().size() == 1);
  CHECK(client.GoAways()[0].code == NGHTTP2_NO_ERROR);
}

TEST_CASE("a block of fields that does not end in time ends the connection") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "header: 100ms");
  const TestSocket client = proxy.Connect();
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0) + Frame(1, 1, 1, kGet));
  std::string got;
  while (client.Read(got) == TestSocket::Got::kBytes) {
  }
  CHECK(got.find(std::string("\x07\0\0\0\0\0", 6)) != std::string::npos);  // GOAWAY
  CHECK(proxy.Metric("understudy_client_timeouts_total") == 1);
}

TEST_CASE("a process that ends says so twice, and finishes what was begun") {
  std::atomic<bool> go{false};
  FakeUpstream model([&go](FakeUpstream::Connection& c, const HttpText&) {
    while (!go && !c.ending) LetPass(2);
    return c.socket.Send(JsonAnswer("{\"late\": 1}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("GET", "/x");
  REQUIRE(model.WaitForRequests(1));
  std::thread drain([&] { proxy.Own().Drain(); });
  CHECK(client.WaitUntil([&] { return client.GoAways().size() == 2; }));
  go = true;
  CHECK(client.Wait(stream));
  CHECK(client.AtEnd());
  drain.join();
  REQUIRE(client.GoAways().size() == 2);
  CHECK(client.GoAways()[0].last_stream == 0x7fffffff);
  CHECK(client.GoAways()[0].code == NGHTTP2_NO_ERROR);
  CHECK(client.GoAways()[1].last_stream == stream);
  CHECK(client.Of(stream).body == "{\"late\": 1}");
}

TEST_CASE("what still runs at the end of the drain is cut") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(20000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("GET", "/x");
  REQUIRE(model.WaitForRequests(1));
  std::thread drain([&] { proxy.Own().Drain(); });
  CHECK(client.Wait(stream));
  CHECK_FALSE(client.Of(stream).Whole());
  drain.join();
}
