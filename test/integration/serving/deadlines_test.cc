// Deadlines hold whatever the other side does meanwhile.
#include <catch2/catch.hpp>
#include <chrono>

#include "test/support/fake_upstream.h"
#include "test/support/full_backlog.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

int MillisecondsSince(std::chrono::steady_clock::time_point begin) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::steady_clock::now() - begin)
                              .count());
}

const std::string kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

// An endless answer, as fast as it is taken.
bool Flood(FakeUpstream::Connection& c, const HttpText&) {
  c.socket.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'e') + "\r\n";
  while (!c.ending && c.socket.Send(chunk)) {
  }
  return false;
}

}  // namespace

TEST_CASE("an endless answer is cut at the total deadline, however fast it comes") {
  FakeUpstream model(Flood);
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {total: 150ms}"));
  const auto begin = std::chrono::steady_clock::now();
  const TestSocket client = proxy.Connect();
  client.Send(kGet);
  std::string taken;
  TestSocket::Got got = TestSocket::Got::kBytes;
  while (got == TestSocket::Got::kBytes) {
    taken.clear();
    got = client.Read(taken);
  }
  CHECK((got == TestSocket::Got::kReset || got == TestSocket::Got::kEnd));
  CHECK(MillisecondsSince(begin) < 3000);
}

TEST_CASE("the total deadline cuts an answer that waits for a slow client, too") {
  const std::string large(30 << 20, 'b');
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    return c.socket.Send(JsonAnswer(large));
  });
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {total: 150ms}"));
  const TestSocket client = proxy.Connect();
  client.Send(kGet);
  LetPass(1000);
  HttpReader reader(client);
  CHECK_FALSE(reader.Read().whole);
}

TEST_CASE("the total deadline covers connecting") {
  const FullBacklog silent;
  RunningProxy proxy(OneModel(silent.Address(), ", timeouts: {connect: 4s, total: 100ms}"));
  const auto begin = std::chrono::steady_clock::now();
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == 504);
  CHECK(answer.Field("x-understudy-reason") == "total_timeout");
  CHECK(MillisecondsSince(begin) < 2000);
}

TEST_CASE("a client that leaves while its request waits for a connection is never sent on") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(300);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address(), ", pool: {max_connections: 1}"));
  const TestSocket first = proxy.Connect();
  first.Send(kGet);
  REQUIRE(model.WaitForRequests(1));
  TestSocket second = proxy.Connect();
  second.Send(kGet);
  LetPass(30);
  second.Reset();
  HttpReader reader(first);
  CHECK(reader.Read().Status() == 200);
  CHECK(proxy.Ask(kGet).Status() == 200);
  CHECK(model.Requests().size() == 2);
}

TEST_CASE("an answer's trailers are the client's to judge, whatever their names") {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
      "Cache-Control: no-cache\r\nx-api-key: no\r\n\r\n";
  FakeUpstream model(bytes);
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer = proxy.Ask(kGet);
  CHECK(answer.Status() == 200);
  CHECK(answer.body == "hello");
  CHECK(answer.whole);
}

TEST_CASE("an empty line between requests is no beginning of one") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "header: 60ms");
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  client.Send(kGet);
  CHECK(reader.Read().Status() == 200);
  client.Send("\r\n");
  CHECK(reader.Rest(200).empty());
  CHECK(reader.Last() == TestSocket::Got::kNothing);
  client.Send(kGet);
  CHECK(reader.Read().Status() == 200);
}

TEST_CASE("a refused HEAD has no body") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("HEAD / HTTP/1.1\r\n\r\n");
  HttpReader reader(client);
  CHECK(reader.Read(true).Status() == 400);
  CHECK(reader.AtEnd());
}

TEST_CASE("OPTIONS * goes to whoever serves the root, as it came") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address(), ", path_prefix: /beta"));
  const std::string target = GENERATE(as<std::string>{}, "*", "http://a");
  CHECK(proxy.Ask("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").Status() == 200);
  CHECK(model.Requests().at(0).start_line == "OPTIONS * HTTP/1.1");
}
