// HTTP/2 of clients: requests, bodies and trailers, and how a stream ends.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE("a request over HTTP/2 reaches an HTTP/1.1 server, and its answer comes back") {
  FakeUpstream model(JsonAnswer("{\"ok\": 1}", 200, "X-Model: v1\r\nConnection: keep-alive\r\n"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/v2/m?x=1",
                                        {{"content-type", "application/json"},
                                         {"content-length", "2"},
                                         {"x-team", "risk"},
                                         {"cookie", "a=1"},
                                         {"cookie", "b=2"},
                                         {"te", "trailers"}},
                                        "{}");
  CHECK(answer.status == 200);
  CHECK(answer.Whole());
  CHECK(answer.body == "{\"ok\": 1}");
  CHECK(answer.Field("x-model") == "v1");
  CHECK(answer.Field("date"));
  CHECK_FALSE(answer.Field("connection"));
  const HttpText seen = model.Requests().at(0);
  CHECK(seen.start_line == "POST /v2/m?x=1 HTTP/1.1");
  CHECK(seen.Field("host") == "models.example");
  CHECK(seen.Field("x-team") == "risk");
  CHECK(seen.Field("cookie") == "a=1; b=2");
  CHECK(seen.Field("content-length") == "2");
  CHECK_FALSE(seen.Field("te"));
  CHECK(seen.Field("x-forwarded-for") == "127.0.0.1");
  CHECK(seen.body == "{}");
  CHECK(proxy.Metric("understudy_client_requests_total", "HTTP/2") == 1);
}

TEST_CASE("HTTP/1.1 and HTTP/2 share a port") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  CHECK(client.Ask("GET", "/a").status == 200);
  CHECK(proxy.Post("/b", "{}").Status() == 200);
  CHECK(client.Ask("GET", "/c").status == 200);
}

TEST_CASE("a preface that comes in pieces is one") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  for (const char byte : preface + settings) client.Send({&byte, 1});
  std::string got;
  while (got.size() < 9 && client.Read(got) == TestSocket::Got::kBytes) {
  }
  REQUIRE(got.size() >= 9);
  CHECK(got[3] == 4);  // SETTINGS
}

TEST_CASE("the preface is a bad request where HTTP/2 is off, and behind a request of HTTP/1.1") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy off(OneModel(model.Address()), {}, "http2: {enabled: false}");
  CHECK(off.Ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").Status() == 505);
  RunningProxy on(OneModel(model.Address()));
  const TestSocket client = on.Connect();
  client.Send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 200);
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  CHECK(reader.Read().Status() == 505);
}

TEST_CASE("a body without a length is sent in chunks, and trailers pass both ways") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    return c.socket.Send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
        "5\r\nhello\r\n6\r\n world\r\n0\r\nx-sum: 7\r\nx-more: a b\r\n\r\n");
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("POST", "/x", {}, false);
  client.Send(stream, "abc", false);
  client.Send(stream, "defg", true, {{"x-check", "1"}, {"authorization", "no"}});
  REQUIRE(client.Wait(stream));
  const Http2Answer& answer = client.Of(stream);
  CHECK(answer.body == "hello world");
  CHECK(answer.Trailer("x-sum") == "7");
  CHECK(answer.Trailer("x-more") == "a b");
  const HttpText seen = model.Requests().at(0);
  CHECK(seen.chunked);
  CHECK(seen.body == "abcdefg");
  CHECK(seen.trailers == "x-check: 1\r\n");
}

TEST_CASE("answers without a body end with their head") {
  const auto status = GENERATE(204, 304);
  FakeUpstream model([status](FakeUpstream::Connection& c, const HttpText&) {
    return c.socket.Send("HTTP/1.1 " + std::to_string(status) + " X\r\n\r\n");
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("GET", "/x");
  CHECK(answer.status == status);
  CHECK(answer.Whole());
  CHECK(answer.body.empty());
}

TEST_CASE("HEAD gets the length of a body and no body") {
  FakeUpstream model("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("HEAD", "/x");
  CHECK(answer.status == 200);
  CHECK(answer.Field("content-length") == "1234");
  CHECK(answer.Whole());
  CHECK(answer.body.empty());
}

TEST_CASE("an answer that ends where its connection does ends its stream") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\n\r\nall of it");
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("GET", "/x");
  CHECK(answer.body == "all of it");
  CHECK(answer.Whole());
}

TEST_CASE("streams are served side by side: one that waits holds up no other") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("/slow") != std::string::npos) c.Pause(400);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t slow = client.Begin("GET", "/slow");
  std::vector<std::int32_t> quick;
  for (int i = 0; i < 20; ++i) quick.push_back(client.Begin("GET", "/quick"));
  for (const std::int32_t stream : quick) {
    REQUIRE(client.Wait(stream));
    CHECK(client.Of(stream).status == 200);
  }
  CHECK_FALSE(client.Of(slow).closed);
  REQUIRE(client.Wait(slow));
  CHECK(client.Of(slow).status == 200);
}

TEST_CASE("20 MB go up and come down whole") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: " +
                         std::to_string(request.body.size()) + "\r\n\r\n" + request.body);
  });
  RunningProxy proxy(OneModel(model.Address()));
  std::string tensor(20u << 20, ' ');
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = static_cast<char>(i * 31 >> 3);
  Http2Client client(proxy.Port());
  const bool told = GENERATE(false, true);
  Http2Client::Fields fields;
  if (told) fields.emplace_back("content-length", std::to_string(tensor.size()));
  const Http2Answer answer = client.Ask("POST", "/x", fields, tensor);
  CHECK(answer.status == 200);
  CHECK(answer.Whole());
  CHECK(answer.body == tensor);
}

TEST_CASE("an interim answer is passed on, and a client that expects 100 gets it") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    return c.socket.Send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + JsonAnswer("{}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream =
      client.Begin("POST", "/x", {{"expect", "100-continue"}, {"content-length", "3"}}, false);
  REQUIRE(client.WaitUntil([&] { return !client.Of(stream).interim.empty(); }));
  CHECK(client.Of(stream).interim.at(0) == 100);
  client.Send(stream, "abc", true);
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).interim == std::vector<int>{100, 103});
  CHECK(client.Of(stream).status == 200);
}

TEST_CASE("a request over HTTP/2 is mirrored and compared as any other") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 1}"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  Http2Client client(proxy.Port());
  const bool told = GENERATE(false, true);
  Http2Client::Fields fields = {{"authorization", "secret"}, {"x-team", "risk"}};
  if (told) fields.emplace_back("content-length", "9");
  CHECK(client.Ask("POST", "/v2/m?x=1", fields, "{\"in\": 1}").status == 200);
  REQUIRE(candidate.WaitForRequests(1));
  const HttpText shadow = candidate.Requests().at(0);
  CHECK(shadow.start_line == "POST /v2/m?x=1 HTTP/1.1");
  CHECK(shadow.body == "{\"in\": 1}");
  CHECK(shadow.Field("x-team") == "risk");
  CHECK(shadow.Field("x-understudy-role") == "shadow");
  CHECK_FALSE(shadow.Field("authorization"));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 1; }));
}

TEST_CASE("a client that got all of a large answer has not left, and its request is mirrored") {
  const std::string tensor(300000, 't');
  FakeUpstream incumbent(JsonAnswer(tensor));
  FakeUpstream candidate(JsonAnswer(tensor));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  Http2Client client(proxy.Port(), {.window = 4u << 20});
  for (int i = 0; i < 5; ++i) CHECK(client.Ask("POST", "/v2/m", {}, "{}").body == tensor);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 5; }));
  CHECK(proxy.Metric("understudy_clients_left_total") == 0);
}
