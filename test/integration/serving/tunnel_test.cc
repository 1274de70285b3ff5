// WebSocket: an upgrade is passed to the serving arm, and bytes go both ways until one side ends.
#include <atomic>
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

const std::string kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: abc\r\n\r\n";
const std::string kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n";

// Switches, and then sends everything back with a mark.
bool EchoAll(FakeUpstream::Connection& connection, const HttpText&) {
  connection.socket.Send(kSwitch);
  while (true) {
    const auto bytes = connection.reader.AtLeast(1);
    if (bytes.empty()) return false;
    connection.socket.Send("<" + bytes + ">");
    if (bytes.find("bye") != std::string::npos) return false;
  }
}

double Skipped(const RunningProxy& proxy) {
  return proxy.Metric("understudy_mirror_requests_total", "outcome=\"skipped\"",
                      "reason=\"upgrade\"");
}

}  // namespace

TEST_CASE("an upgrade to WebSocket becomes a tunnel to the serving arm, and no shadow gets it") {
  FakeUpstream incumbent(EchoAll), candidate(EchoAll);
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  TestSocket client = proxy.Connect();
  client.Send(kUpgrade);
  HttpReader reader(client);
  const std::string head = reader.ReadHead().head;
  CHECK(head.starts_with("HTTP/1.1 101 "));
  CHECK(head.find("Upgrade: websocket\r\n") != head.npos);
  CHECK(head.find("Connection: Upgrade\r\n") != head.npos);
  CHECK(head.find("Sec-WebSocket-Accept: abc\r\n") != head.npos);
  CHECK(head.find("chunked") == head.npos);
  client.Send("one");
  CHECK(reader.AtLeast(5) == "<one>");
  client.Send("two");
  CHECK(reader.AtLeast(5) == "<two>");
  client.Send("bye");
  CHECK(reader.AtLeast(5) == "<bye>");
  CHECK(reader.AtEnd());
  const HttpText seen = incumbent.Requests().at(0);
  CHECK(seen.Field("upgrade") == "websocket");
  CHECK(seen.Field("connection") == "Upgrade");
  CHECK(seen.Field("sec-websocket-key") == "k");
  CHECK(RunningProxy::Eventually([&] { return Skipped(proxy) == 1; }));
  CHECK(candidate.Requests().empty());
  CHECK(proxy.Metric("understudy_tunnels_total") == 1);
  CHECK(proxy.Metric("understudy_requests_total", "code_class=\"1xx\"") == 1);
}

TEST_CASE("a client that ends its tunnel ends the server's side, too") {
  std::atomic<bool> ended{false};
  FakeUpstream model([&](FakeUpstream::Connection& connection, const HttpText& request) {
    const bool go_on = EchoAll(connection, request);
    ended = true;
    return go_on;
  });
  RunningProxy proxy(OneModel(model.Address()));
  {
    TestSocket client = proxy.Connect();
    client.Send(kUpgrade);
    HttpReader reader(client);
    reader.ReadHead().head;
    client.Send("x");
    CHECK(reader.AtLeast(3) == "<x>");
  }
  CHECK(RunningProxy::Eventually([&] { return ended.load(); }));
}

TEST_CASE("what a client sends before the switch reaches no server that does not switch") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  TestSocket client = proxy.Connect();
  client.Send(kUpgrade + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpReader reader(client);
  const std::string head = reader.ReadHead().head;
  CHECK(head.starts_with("HTTP/1.1 200 "));
  CHECK(reader.AtLeast(2) == "{}");
  CHECK(reader.AtEnd());
  CHECK(model.Requests().size() == 1);
}

TEST_CASE("an upgrade to anything but WebSocket is not passed on") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer = proxy.Ask(
      "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  CHECK(answer.Status() == 200);
  const HttpText seen = model.Requests().at(0);
  CHECK_FALSE(seen.Field("upgrade"));
  CHECK_FALSE(seen.Field("http2-settings"));
}

TEST_CASE("a tunnel in which nobody speaks ends after the cluster's idle time") {
  FakeUpstream model(EchoAll);
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {idle: 100ms}"));
  TestSocket client = proxy.Connect();
  client.Send(kUpgrade);
  HttpReader reader(client);
  reader.ReadHead().head;
  CHECK(reader.AtEnd());
}

TEST_CASE("extended CONNECT of HTTP/2 becomes an upgrade to a server of HTTP/1.1") {
  FakeUpstream model(EchoAll);
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream =
      client.Begin("CONNECT", "/ws", {{":protocol", "websocket"}, {"origin", "here"}}, false);
  REQUIRE(client.WaitUntil([&] { return client.Of(stream).status != 0; }));
  CHECK(client.Of(stream).status == 200);
  client.Send(stream, "one", false);
  CHECK(client.WaitUntil([&] { return client.Of(stream).body == "<one>"; }));
  client.Send(stream, "bye", false);
  CHECK(client.Wait(stream));
  CHECK(client.Of(stream).body == "<one><bye>");
  const HttpText seen = model.Requests().at(0);
  CHECK(seen.start_line == "GET /ws HTTP/1.1");
  CHECK(seen.Field("upgrade") == "websocket");
  CHECK(seen.Field("origin") == "here");
}
