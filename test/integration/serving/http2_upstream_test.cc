// Model servers that speak HTTP/2: many requests to a connection, and what becomes of those that a
// server has not looked at.
#include <catch2/catch.hpp>
#include <future>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;

const std::string kHttp2 = ", protocol: http2";

// Every request goes to `incumbent`, whose cluster has `more` keys, and to a candidate of HTTP/2.
std::string Mirrored(const std::string& incumbent, const std::string& more,
                     const std::string& candidate) {
  return "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + incumbent + "\"]" + more +
         "}\n  - {name: v2, endpoints: [\"" + candidate + "\"]" + kHttp2 +
         "}\nroutes:\n  - name: all\n    match: {path_prefix: /}\n    effects: pure\n"
         "    incumbent: v1\n    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
         "    compare: {preset: generic-json}\n";
}

Answer Json(const Request&) { return {200, {{"content-type", "application/json"}}, "{\"a\": 1}"}; }

}  // namespace

TEST_CASE("a client of HTTP/1.1 reaches a server of HTTP/2, and its answer comes back") {
  FakeHttp2Upstream model([](const Request&) -> Answer {
    return {200, {{"x-model", "v1"}, {"content-length", "8"}}, "{\"a\": 1}"};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  const bool chunked = GENERATE(false, true);
  const HttpText answer =
      chunked ? proxy.Ask(
                    "POST /v2/m?x=1 HTTP/1.1\r\nHost: models.example\r\nX-Team: risk\r\n"
                    "Connection: x-gone\r\nX-Gone: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "1\r\n{\r\n1\r\n}\r\n0\r\nx-sum: 7\r\n\r\n")
              : proxy.Post("/v2/m?x=1", "{}", "X-Team: risk\r\n");
  CHECK(answer.Status() == 200);
  CHECK(answer.whole);
  CHECK(answer.body == "{\"a\": 1}");
  CHECK(answer.Field("x-model") == "v1");
  const Request seen = model.Requests().at(0);
  CHECK(seen.Field(":method") == "POST");
  CHECK(seen.Field(":scheme") == "http");
  CHECK(seen.Field(":path") == "/v2/m?x=1");
  CHECK(seen.Field(":authority") == "models.example");
  CHECK(seen.Field("x-team") == "risk");
  CHECK(seen.Field("x-forwarded-for") == "127.0.0.1");
  CHECK_FALSE(seen.Field("x-gone"));
  CHECK_FALSE(seen.Field("transfer-encoding"));
  CHECK(seen.body == "{}");
  if (chunked) CHECK(seen.trailers == FakeHttp2Upstream::Fields{{"x-sum", "7"}});
}

TEST_CASE("an answer of HTTP/2 without a length is chunked for HTTP/1.1, with its trailers") {
  FakeHttp2Upstream model([](const Request&) -> Answer {
    return {200, {}, "hello", {{"x-sum", "7"}}};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.chunked);
  CHECK(answer.whole);
  CHECK(answer.body == "hello");
  CHECK(answer.trailers == "x-sum: 7\r\n");
}

TEST_CASE("a call of gRPC passes whole: its messages, its trailers, and a status without a body") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    const FakeHttp2Upstream::Fields grpc = {{"content-type", "application/grpc"}};
    if (request.Field(":path") == "/s/Missing") {
      auto fields = grpc;
      fields.emplace_back("grpc-status", "12");
      return {200, fields};
    }
    return {200, grpc, request.body, {{"grpc-status", "0"}, {"grpc-message", "fine"}}};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const std::string message("\0\0\0\0\3abc", 8);
  const Http2Client::Fields fields = {{"content-type", "application/grpc"}, {"te", "trailers"}};
  const Http2Answer answer = client.Ask("POST", "/s/Infer", fields, message);
  CHECK(answer.body == message);
  CHECK(answer.Trailer("grpc-status") == "0");
  CHECK(answer.Trailer("grpc-message") == "fine");
  CHECK(model.Requests().at(0).Field("te") == "trailers");
  const Http2Answer missing = client.Ask("POST", "/s/Missing", fields, message);
  CHECK(missing.status == 200);
  CHECK(missing.Field("grpc-status") == "12");
  CHECK(missing.Whole());
}

TEST_CASE("trailers that are announced pass behind bodies with a length, both ways") {
  FakeHttp2Upstream model([](const Request&) -> Answer {
    return {200, {{"trailer", "x-sum"}, {"content-length", "5"}}, "hello", {{"x-sum", "7"}}};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const std::int32_t stream =
      client.Begin("POST", "/x", {{"trailer", "x-check"}, {"content-length", "2"}}, false);
  client.Send(stream, "{}", true, {{"x-check", "1"}});
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).body == "hello");
  CHECK(client.Of(stream).Trailer("x-sum") == "7");
  const Request seen = model.Requests().at(0);
  CHECK(seen.body == "{}");
  CHECK(seen.trailers == FakeHttp2Upstream::Fields{{"x-check", "1"}});
  const HttpText one = proxy.Post("/x", "{}");
  CHECK(one.whole);
  CHECK(one.body == "hello");
  CHECK(one.trailers == "x-sum: 7\r\n");
}

TEST_CASE("many requests go over one connection, and more open when its streams are taken") {
  FakeHttp2Upstream model(
      [](const Request&) -> Answer {
        Answer answer{200, {}, "ok"};
        answer.held = true;
        return answer;
      },
      10);
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  std::vector<std::int32_t> streams;
  const auto ask = [&](std::size_t count, std::size_t in_all) {
    for (std::size_t i = 0; i < count; ++i) streams.push_back(client.Begin("GET", "/x"));
    REQUIRE(model.WaitForRequests(in_all));
  };
  ask(1, 1);
  ask(9, 10);
  CHECK(model.Connections() == 1);
  ask(15, 25);
  CHECK(model.Connections() == 3);
  model.Release();
  for (const std::int32_t stream : streams) {
    REQUIRE(client.Wait(stream));
    CHECK(client.Of(stream).status == 200);
  }
  for (int i = 0; i < 20; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(model.Connections() == 3);
}

TEST_CASE("a request that the server has not looked at is sent again, whatever it does") {
  const bool goes_away = GENERATE(false, true);
  FakeHttp2Upstream model([goes_away](const Request& request) -> Answer {
    if (request.connection > 1 || request.number != 2) return Json(request);
    Answer answer;
    answer.goes_away = goes_away;
    answer.reset = NGHTTP2_REFUSED_STREAM;
    return answer;
  });
  RunningProxy proxy("workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + model.Address() +
                     "\"], protocol: http2}\nroutes:\n  - {name: all, match: {path_prefix: /}, "
                     "effects: mutating, incumbent: v1}\n");
  CHECK(proxy.Post("/x", "{\"n\": 1}").Status() == 200);
  CHECK(proxy.Post("/x", "{\"n\": 2}").Status() == 200);
  CHECK(model.Requests().size() == 3);
  CHECK(model.Requests().back().body == "{\"n\": 2}");
  CHECK(proxy.Metric("understudy_upstream_retries_total") == 1);
  CHECK(model.Connections() == (goes_away ? 2 : 1));
}

TEST_CASE("a request that the server may have looked at is not sent again where it matters") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    if (request.number == 1) return Json(request);
    Answer answer;
    answer.reset = NGHTTP2_INTERNAL_ERROR;
    return answer;
  });
  RunningProxy proxy("workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + model.Address() +
                     "\"], protocol: http2}\nroutes:\n  - {name: all, match: {path_prefix: /}, "
                     "effects: mutating, incumbent: v1}\n");
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == 502);
  CHECK(answer.Field("x-understudy-reason") == "reset");
  CHECK(model.Requests().size() == 2);
}

TEST_CASE("an answer that HTTP/2 breaks off is broken off for the client") {
  FakeHttp2Upstream model([](const Request&) -> Answer {
    Answer answer{200, {}, "abc"};
    answer.cut = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  CHECK_FALSE(proxy.Post("/x", "{}").whole);
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("GET", "/x");
  CHECK_FALSE(answer.Whole());
  CHECK(answer.reset == NGHTTP2_INTERNAL_ERROR);
}

TEST_CASE("a client that leaves takes its stream back, and the connection stays for others") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    Answer answer = Json(request);
    answer.held = request.Field(":path") == "/slow";
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  {
    const TestSocket client = proxy.Connect();
    client.Send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(model.WaitForRequests(1));
  }
  CHECK(RunningProxy::Eventually([&] { return model.Resets() == 1; }));
  CHECK(proxy.Post("/quick", "{}").Status() == 200);
  CHECK(model.Connections() == 1);
}

TEST_CASE("20 MB go to a server of HTTP/2 and come back whole") {
  FakeHttp2Upstream model([](const Request& request) -> Answer { return {200, {}, request.body}; });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  std::string tensor(20u << 20, ' ');
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = static_cast<char>(i * 31 >> 3);
  const bool http2 = GENERATE(false, true);
  if (http2) {
    Http2Client client(proxy.Port());
    const Http2Answer answer = client.Ask("POST", "/x", {}, tensor);
    CHECK(answer.status == 200);
    CHECK(answer.body == tensor);
  } else {
    const HttpText answer = proxy.Post("/x", tensor);
    CHECK(answer.whole);
    CHECK(answer.body == tensor);
  }
}

TEST_CASE("answers that their clients do not take hold up no other answer of their connection") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    if (request.Field(":path") == "/quick") return Json(request);
    return {200, {}, std::string(2u << 20, 'x')};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client slow(proxy.Port(), {65535, false});
  std::vector<std::int32_t> streams;
  for (int i = 0; i < 60; ++i) streams.push_back(slow.Begin("GET", "/large"));
  REQUIRE(model.WaitForRequests(60));
  for (const std::int32_t stream : streams) {
    REQUIRE(slow.WaitUntil([&] { return slow.Of(stream).body.size() >= 65535; }));
  }
  Http2Client client(proxy.Port());
  for (int i = 0; i < 5; ++i) CHECK(client.Ask("GET", "/quick").status == 200);
  CHECK(model.Connections() <= 2);
}

TEST_CASE("a candidate of HTTP/2 is compared with an incumbent of HTTP/1.1") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeHttp2Upstream candidate(Json);
  RunningProxy proxy(Mirrored(incumbent.Address(), "", candidate.Address()));
  Http2Client client(proxy.Port());
  CHECK(client.Ask("POST", "/x", {{"authorization", "secret"}}, "{}").status == 200);
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  REQUIRE(candidate.WaitForRequests(2));
  CHECK(candidate.Requests().at(0).Field("x-understudy-role") == "shadow");
  CHECK_FALSE(candidate.Requests().at(0).Field("authorization"));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 2; }));
  CHECK(proxy.Metric("understudy_comparisons_total", "result=\"same\"") >= 2);
  CHECK(proxy.Metric("understudy_comparisons_total", "result=\"different\"") == 0);
}

TEST_CASE("values of one request alone do not push those that come again out of HPACK's table") {
  FakeHttp2Upstream incumbent(Json), candidate(Json);
  RunningProxy proxy(Mirrored(incumbent.Address(), kHttp2, candidate.Address()));
  CHECK(proxy
            .Post("/x", "{}",
                  "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                  "x-request-id: 17\r\nx-team: risk\r\n")
            .Status() == 200);
  REQUIRE(incumbent.WaitForRequests(1));
  REQUIRE(candidate.WaitForRequests(1));
  using Names = std::vector<std::string>;
  CHECK(incumbent.Requests().at(0).never_indexed == Names{"traceparent", "x-request-id"});
  CHECK(candidate.Requests().at(0).never_indexed ==
        Names{"traceparent", "x-request-id", "x-understudy-pair"});
}

TEST_CASE("servers of HTTP/2 are asked over HTTP/2 whether they are healthy") {
  const auto model = [](int status) {
    return [status](const Request& request) -> Answer {
      if (request.Field(":path") == "/ready") return {status};
      return Json(request);
    };
  };
  FakeHttp2Upstream ill(model(503)), well(model(200));
  RunningProxy proxy(OneModel(ill.Address() + "\", \"" + well.Address(),
                              kHttp2 + ", health: {path: /ready, interval: 20ms}"));
  REQUIRE(ill.WaitForRequests(3));
  REQUIRE(well.WaitForRequests(3));
  for (int i = 0; i < 6; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  for (const Request& request : ill.Requests()) CHECK(request.Field(":path") == "/ready");
}

TEST_CASE("a server of HTTP/1.1 behind `protocol: http2` is a failure that says so") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address(), kHttp2 + ", timeouts: {first_byte: 300ms}"));
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() >= 502);
}
