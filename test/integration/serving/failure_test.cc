// What a client gets when a model server fails: a status, a sentence and a reason, in time.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

std::uint16_t DeadPort() { return TestSocket::Listen().second; }

struct Failing {
  std::string what;
  std::string bytes;
  int status;
  std::string reason;
};

}  // namespace

TEST_CASE("no route is a 404 with its reason") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(
      "workers: 1\nclusters: [{name: v1, endpoints: [\"" + model.Address() +
      "\"]}]\nroutes: [{name: r, match: {path_prefix: /v2/}, effects: pure, incumbent: v1}]\n");
  const HttpText answer = proxy.Ask("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.Status() == 404);
  CHECK(answer.Field("x-understudy-reason") == "no_route");
  CHECK(answer.Field("content-type") == "application/json");
  CHECK(model.Connections() == 0);
}

TEST_CASE("a model server that is not there is a 502, and the connection lives on") {
  RunningProxy proxy(OneModel("127.0.0.1:" + std::to_string(DeadPort())));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    const HttpText answer = reader.Read();
    CHECK(answer.Status() == 502);
    CHECK(answer.Field("x-understudy-reason") == "connect_refused");
    CHECK(answer.body.starts_with("{\"error\": "));
  }
}

TEST_CASE("answers that are not HTTP, or break before their body, are a 502") {
  const auto failing = GENERATE(values<Failing>({
      {"nothing at all", "", 502, "reset"},
      {"garbage", "hello\r\n\r\n", 502, "invalid_answer"},
      {"a partial head", "HTTP/1.1 200 OK\r\nContent-", 502, "reset"},
      {"a status that is no number", "HTTP/1.1 2x0 OK\r\n\r\n", 502, "invalid_answer"},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", 502, "invalid_answer"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 502,
       "invalid_answer"},
      {"length and chunks",
       "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 502,
       "invalid_answer"},
      {"a coding we do not know", "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nab", 502,
       "invalid_answer"},
      {"switching protocols",
       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 502,
       "invalid_answer"},
      {"a NUL in the head", std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 28), 502,
       "invalid_answer"},
      {"endless interim answers",
       [] {
         std::string all;
         for (int i = 0; i < 40; ++i) all += "HTTP/1.1 103 Early Hints\r\n\r\n";
         return all;
       }(),
       502, "invalid_answer"},
  }));
  INFO(failing.what);
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send(failing.bytes);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  HttpText answer = reader.Read();
  while (answer.Status() == 103) answer = reader.Read();
  CHECK(answer.Status() == failing.status);
  CHECK(answer.Field("x-understudy-reason") == failing.reason);
}

TEST_CASE("a model server that says nothing in time is a 504") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(5000);
    return false;
  });
  const std::string timeouts =
      GENERATE(as<std::string>{}, ", timeouts: {first_byte: 60ms}", ", timeouts: {total: 60ms}");
  RunningProxy proxy(OneModel(model.Address(), timeouts));
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == 504);
  CHECK(answer.Field("x-understudy-reason").value_or("").ends_with("timeout"));
}

TEST_CASE("an answer that breaks after its head never looks whole") {
  const std::string bytes =
      GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n|zz\r\n");
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    const std::size_t pause = std::min(bytes.find('|'), bytes.size());
    c.socket.Send(bytes.substr(0, pause));
    c.Pause(20);
    if (pause < bytes.size()) c.socket.Send(bytes.substr(pause + 1));
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 200);
  CHECK_FALSE(answer.whole);
  CHECK((reader.Last() == TestSocket::Got::kReset || reader.Last() == TestSocket::Got::kEnd));
}

TEST_CASE("an answer that stalls in its body is cut at the idle timeout") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    c.Pause(5000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {idle: 60ms}"));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  CHECK_FALSE(reader.Read().whole);
  CHECK(reader.Last() != TestSocket::Got::kNothing);
}

TEST_CASE("a kept connection that the server closed meanwhile costs one retry and no error") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    // Answers the first request of each connection; then closes when the next one arrives.
    return c.requests == 1 && c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  for (int i = 0; i < 6; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(proxy.Metric("understudy_upstream_retries_total") >= 2);
}

TEST_CASE("a POST that may have had an effect is not sent twice") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    return c.requests == 1 && c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy("workers: 1\nclusters: [{name: v1, endpoints: [\"" + model.Address() +
                     "\"]}]\nroutes: [{name: r, match: {path_prefix: /}, effects: mutating, "
                     "incumbent: v1}]\n");
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(proxy.Post("/x", "{}").Status() == 502);
  CHECK(model.Requests().size() == 2);
}

TEST_CASE("a request that no connection is free for in time is a 503 with Retry-After") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(5000);
    return false;
  });
  RunningProxy proxy(
      OneModel(model.Address(), ", pool: {max_connections: 1}, timeouts: {connect: 60ms}"));
  const TestSocket first = proxy.Connect();
  first.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(model.WaitForRequests(1));
  const HttpText answer = proxy.Ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.Status() == 503);
  CHECK(answer.Field("retry-after"));
  CHECK(answer.Field("x-understudy-reason") == "pool_exhausted");
}

TEST_CASE("a client that leaves frees its upstream connection") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    std::string more;
    // Ends when the proxy closes its side.
    while (!c.ending && c.socket.Read(more, 20) == TestSocket::Got::kNothing) {
    }
    return false;
  });
  const bool abrupt = GENERATE(false, true);
  const std::string request =
      GENERATE(as<std::string>{}, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
               "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
               "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\npart");
  RunningProxy proxy(OneModel(model.Address(), ", pool: {max_connections: 1}"));
  TestSocket client = proxy.Connect();
  client.Send(request);
  CHECK(RunningProxy::Eventually([&] { return model.Connections() == 1; }));
  if (abrupt) {
    client.Reset();
  } else {
    client.Close();
  }
  CHECK(RunningProxy::Eventually([&] { return proxy.Metric("understudy_clients_left_total") >= 1; },
                                 2000));
}
