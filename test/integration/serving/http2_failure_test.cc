// HTTP/2 of clients when something goes wrong: who notices, and what the stream ends with.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

// Answers a head and then as much as the peer takes, until it takes no more or the server ends.
bool Flood(FakeUpstream::Connection& c, std::atomic<std::size_t>& sent) {
  c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string piece(64u << 10, 'x');
  while (!c.ending) {
    const ssize_t took =
        ::send(c.socket.Descriptor(), piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (took < 0 && errno != EAGAIN) return false;
    if (took < 0) {
      LetPass(2);
    } else {
      sent += static_cast<std::size_t>(took);
    }
  }
  return false;
}

// Waits until it stands still.
std::size_t Settled(const std::atomic<std::size_t>& count) {
  std::size_t before = ~std::size_t{0};
  while (count != before) {
    before = count;
    LetPass(150);
  }
  return before;
}

}  // namespace

TEST_CASE("a client that resets a stream takes its request back, and nothing else") {
  std::atomic<bool> cut{false};
  FakeUpstream model([&cut](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("/slow") == std::string::npos) {
      return c.socket.Send(JsonAnswer("{}"));
    }
    std::string none;
    cut = c.socket.Read(none) != TestSocket::Got::kNothing;
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t slow = client.Begin("GET", "/slow");
  REQUIRE(model.WaitForRequests(1));
  client.Reset(slow);
  CHECK(client.Ask("GET", "/quick").status == 200);
  CHECK(RunningProxy::Eventually([&] { return cut.load(); }));
  CHECK(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_clients_left_total") == 1; }));
}

TEST_CASE("a client whose connection ends takes every request on it back") {
  std::atomic<int> cut{0};
  FakeUpstream model([&cut](FakeUpstream::Connection& c, const HttpText&) {
    std::string none;
    if (c.socket.Read(none) != TestSocket::Got::kNothing) ++cut;
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  {
    Http2Client client(proxy.Port());
    for (int i = 0; i < 5; ++i) client.Begin("GET", "/slow");
    REQUIRE(model.WaitForRequests(5));
  }
  CHECK(RunningProxy::Eventually([&] { return cut == 5; }));
  CHECK(RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 0; }));
}

TEST_CASE("an answer that breaks off resets its stream alone") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("/broken") == std::string::npos) {
      return c.socket.Send(JsonAnswer("{}"));
    }
    c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer broken = client.Ask("GET", "/broken");
  CHECK(broken.reset == NGHTTP2_INTERNAL_ERROR);
  CHECK_FALSE(broken.Whole());
  CHECK(client.Ask("GET", "/x").status == 200);
}

TEST_CASE("failures of the model server are answers with their reason") {
  RunningProxy proxy(OneModel("127.0.0.1:1"));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/x", {}, "{}");
  CHECK(answer.status == 502);
  CHECK(answer.Field("x-understudy-reason") == "connect_refused");
  CHECK(answer.Field("content-type") == "application/json");
  CHECK(answer.body.find("\"reason\": \"connect_refused\"") != std::string::npos);
  CHECK(answer.Whole());
}

TEST_CASE("heads that are refused are answered, and the connection goes on") {
  struct Refused {
    const char* what;
    Http2Client::Fields fields;
    int status;
  };
  const auto refused = GENERATE(values<Refused>({
      {"an unknown expectation", {{"expect", "magic"}}, 417},
      {"an authority that names a user", {{":authority", "a@b"}}, 400},
      {"two hosts", {{"host", "other.example"}}, 400},
      {"too large", {{"x-large", std::string(70000, 'x')}}, 431},
      {"a fragment", {{":path", "/x#y"}}, 400},
  }));
  INFO(refused.what);
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("GET", "/x", refused.fields);
  CHECK(answer.status == refused.status);
  CHECK(answer.Field("x-understudy-reason") == "bad_request");
  CHECK(client.Ask("GET", "/fine").status == 200);
  CHECK(model.Requests().size() == 1);
  CHECK(proxy.Metric("understudy_bad_requests_total") == 1);
}

TEST_CASE("a head that HTTP/2 does not allow resets its stream, and is counted") {
  const auto fields = GENERATE(values<Http2Client::Fields>({{{":path", "no path"}},
                                                            {{"connection", "close"}},
                                                            {{"te", "gzip"}},
                                                            {{"x-a", "1\r\nx-b: 2"}},
                                                            {{"content-length", "5"}}}));
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("GET", "/x", fields);
  CHECK(answer.reset == NGHTTP2_PROTOCOL_ERROR);
  CHECK(client.Ask("GET", "/fine").status == 200);
  CHECK(model.Requests().size() == 1);
  CHECK(proxy.Metric("understudy_bad_requests_total") == 1);
}

TEST_CASE("an answer before the request's end is whole, and the rest is not waited for") {
  FakeUpstream model = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos && !c.ending) c.socket.Read(head, 20);
    c.socket.Send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    c.Pause(2000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("POST", "/x", {{"content-length", "1000"}}, false);
  client.Send(stream, "abc", false);
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).status == 413);
  CHECK(client.Of(stream).body == "no");
  CHECK(client.Of(stream).Whole());
  CHECK(client.Of(stream).reset == NGHTTP2_NO_ERROR);
}

TEST_CASE("a body beyond the limit is a 413, and one that stalls a 408") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {body_bytes: 1KiB}\n" + OneModel(model.Address()),
                     "body_idle: 100ms");
  Http2Client client(proxy.Port());
  CHECK(client.Ask("POST", "/x", {}, std::string(5000, 'x')).status == 413);
  const std::int32_t stalled = client.Begin("POST", "/x", {}, false);
  client.Send(stalled, "abc", false);
  REQUIRE(client.Wait(stalled));
  CHECK(client.Of(stalled).status == 408);
}

TEST_CASE(
    "a body that is said to be beyond the limit is refused before it comes, in whatever form") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {body_bytes: 1KiB}\n" + OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::string trailer = GENERATE("x-sum", "");
  Http2Client::Fields fields = {{"content-length", "5000"}};
  if (!trailer.empty()) fields.emplace_back("trailer", trailer);
  const std::int32_t stream = client.Begin("POST", "/x", fields, false);
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).status == 413);
  CHECK(model.Requests().empty());
}

TEST_CASE("one stream that is not read holds its own upstream up, not the others") {
  std::atomic<std::size_t> sent{0};
  FakeUpstream model([&sent](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("/flood") != std::string::npos) return Flood(c, sent);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port(), {65535, false});
  const std::int32_t flood = client.Begin("GET", "/flood");
  REQUIRE(client.WaitUntil([&] { return client.Of(flood).body.size() >= 65535; }));
  // What sockets hold, and what waits for the stream's window.
  CHECK(Settled(sent) < (24u << 20));
  for (int i = 0; i < 10; ++i) CHECK(client.Ask("GET", "/quick").status == 200);
}

TEST_CASE("a client that does not read its stream loses it") {
  std::atomic<std::size_t> sent{0};
  FakeUpstream model([&sent](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("/flood") != std::string::npos) return Flood(c, sent);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()), "body_idle: 200ms");
  Http2Client client(proxy.Port(), {65535, false});
  const std::int32_t flood = client.Begin("GET", "/flood");
  REQUIRE(client.Wait(flood));
  CHECK(client.Of(flood).reset == NGHTTP2_CANCEL);
  CHECK(proxy.Metric("understudy_client_timeouts_total") == 1);
  CHECK(client.Ask("GET", "/quick").status == 200);
}

TEST_CASE("a model server that takes no body holds that body back, not other streams") {
  FakeUpstream model(
      [](FakeUpstream::Connection& c, const HttpText&) { return c.socket.Send(JsonAnswer("{}")); });
  FakeUpstream stuck = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(10000);
    return false;
  });
  RunningProxy proxy(
      "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + model.Address() +
      "\"]}\n  - {name: v2, endpoints: [\"" + stuck.Address() +
      "\"]}\nroutes:\n  - {name: stuck, match: {path_prefix: /stuck}, incumbent: v2}\n"
      "  - {name: all, match: {path_prefix: /}, incumbent: v1}\n");
  Http2Client client(proxy.Port());
  const std::int32_t slow = client.Begin("POST", "/stuck", {}, false);
  client.Send(slow, std::string(32u << 20, 'x'), false);
  for (int i = 0; i < 10; ++i) {
    CHECK(client.Ask("POST", "/quick", {}, std::string(100000, 'y')).status == 200);
  }
  CHECK_FALSE(client.Of(slow).closed);
}
