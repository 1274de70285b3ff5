// Requests that are not there whole when something happens: whose failure it is, and what the
// client gets.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

const std::string kBegun = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";

struct Early {
  std::string bytes;
  bool closes;
  int status;
  std::string reason;
};

}  // namespace

TEST_CASE("an upstream that fails while the request is still arriving has failed, not the client") {
  const auto early = GENERATE(values<Early>({{"", true, 502, "reset"},
                                             {"garbage\r\n\r\n", true, 502, "invalid_answer"},
                                             {"", false, 504, "total_timeout"}}));
  FakeUpstream model = FakeUpstream::Raw([&](FakeUpstream::Connection& c, const HttpText&) {
    std::string request;
    while (request.find("abc") == std::string::npos && !c.ending) c.socket.Read(request, 20);
    c.socket.Send(early.bytes);
    if (!early.closes) c.Pause(5000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {total: 200ms}"));
  const TestSocket client = proxy.Connect();
  const bool chunked = GENERATE(false, true);
  client.Send(chunked
                  ? "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                  : kBegun);
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == early.status);
  CHECK(answer.Field("x-understudy-reason") == early.reason);
  CHECK(answer.Field("connection") == "close");
  CHECK(proxy.Metric("understudy_bad_requests_total") == 0);
}

TEST_CASE("a client that pauses inside its body is not the upstream's failure") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {first_byte: 60ms}"));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 2; ++i) {
    client.Send(kBegun);
    LetPass(200);
    client.Send("defghij");
    CHECK(reader.Read().Status() == 200);
  }
  CHECK(proxy.Metric("understudy_requests_total", "code_class=\"none\"") == 0);
}

TEST_CASE("the first byte is waited for from the end of the request, however slowly that came") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(5000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address(), ", timeouts: {first_byte: 60ms}"));
  const TestSocket client = proxy.Connect();
  client.Send(kBegun);
  LetPass(100);
  client.Send("defghij");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 504);
  CHECK(answer.Field("x-understudy-reason") == "first_byte_timeout");
}

TEST_CASE("what a client asked for before it ended its side is answered, also slowly") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(90);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  std::string all;
  for (int i = 0; i < 3; ++i) all += "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  client.Send(all);
  client.EndSending();
  HttpReader reader(client);
  int answers = 0;
  for (HttpText answer = reader.Read(); answer.whole; answer = reader.Read()) {
    answers += answer.Status() == 200 ? 1 : 0;  // 100 Continue asks whether the client is there
  }
  CHECK(answers == 3);
  CHECK(reader.AtEnd());
}

TEST_CASE("a client that resets while the upstream takes nothing frees its connection") {
  FakeUpstream model = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(10000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n");
  std::string piece(1 << 20, 'b');
  // As much as the sockets on the way take.
  for (std::size_t at = 0; ::poll(nullptr, 0, 0) == 0;) {
    pollfd writable{client.Descriptor(), POLLOUT, 0};
    if (::poll(&writable, 1, 300) <= 0) break;
    const ssize_t sent = ::send(client.Descriptor(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (sent > 0) at += static_cast<std::size_t>(sent);
  }
  client.Reset();
  CHECK(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_clients_left_total") >= 1; }));
  CHECK(RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 0; }));
}

TEST_CASE("a client that asks for more and resets at once is not served to the end") {
  FakeUpstream model = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(10000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(RunningProxy::Eventually([&] { return model.Connections() == 1; }));
  client.Reset();
  CHECK(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_clients_left_total") >= 1; }));
  CHECK(RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 0; }));
}

TEST_CASE("a client that writes a large body before it reads still gets the early answer") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {body_bytes: 64KiB}\n" + OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  const std::string body(12 << 20, 'b');
  CHECK(client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body));
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 413);
}

TEST_CASE("a body beyond the limit is refused on a route that rewrites bodies, too") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {body_bytes: 2KiB}\n" +
                     OneModel(model.Address(), ", body: {set: {/model: \"b\"}}"));
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  LetPass(20);
  client.Send("1400\r\n" + std::string(0x1400, 'b') + "\r\n");
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 413);
  CHECK(model.Connections() == 0);
}
