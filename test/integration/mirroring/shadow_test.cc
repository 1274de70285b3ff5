// Shadows: what a candidate gets, and that a client never notices what becomes of it.
#include <catch2/catch.hpp>
#include <chrono>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

double Outcome(const RunningProxy& proxy, std::string_view outcome, std::string_view reason = {}) {
  return proxy.Metric("understudy_mirror_requests_total",
                      "outcome=\"" + std::string(outcome) + "\"",
                      reason.empty() ? "" : "reason=\"" + std::string(reason) + "\"");
}
double Pairs(const RunningProxy& proxy, std::string_view outcome, std::string_view reason = {}) {
  return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"" + std::string(outcome) + "\"",
                      reason.empty() ? "" : "reason=\"" + std::string(reason) + "\"");
}

}  // namespace

TEST_CASE("a candidate gets the same request, marked as a shadow and without credentials") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 1}"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  const HttpText answer =
      proxy.Post("/v2/m?x=1", "{\"in\": 1}",
                 "Authorization: Bearer secret\r\nCookie: s=1\r\nX-Api-Key: k\r\nX-Team: risk\r\n"
                 "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
  CHECK(answer.Status() == 200);
  REQUIRE(candidate.WaitForRequests(1));
  const HttpText shadow = candidate.Requests().at(0);
  CHECK(shadow.start_line == "POST /v2/m?x=1 HTTP/1.1");
  CHECK(shadow.body == "{\"in\": 1}");
  CHECK(shadow.Field("x-team") == "risk");
  CHECK(shadow.Field("x-understudy-role") == "shadow");
  CHECK_FALSE(shadow.Field("authorization"));
  CHECK_FALSE(shadow.Field("cookie"));
  CHECK_FALSE(shadow.Field("x-api-key"));
  const std::string trace = shadow.Field("traceparent").value_or("");
  CHECK(trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
  CHECK(trace.find("b7ad6b7169203331") == std::string::npos);
  CHECK(incumbent.Requests().at(0).Field("authorization") == "Bearer secret");
  CHECK_FALSE(incumbent.Requests().at(0).Field("x-understudy-role"));
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, "compared") == 1; }));
}

TEST_CASE("the difference of two answers is a record with its path and without the values") {
  FakeUpstream incumbent(JsonAnswer("{\"label\": \"cat\", \"n\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"label\": \"dog\", \"n\": 1}"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: generic-json}\n"));
  proxy.Post("/x?secret=1", "{}");
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  const std::string text = admin.Divergences("all").ShortDebugString();
  CHECK(text.find("/label") != std::string::npos);
  CHECK(text.find("dog") == std::string::npos);
  CHECK(text.find("secret") == std::string::npos);
}

TEST_CASE("a request that goes on from what one server knows is not mirrored") {
  const std::string one = R"({"outputs":[{"name":"y","datatype":"INT64","shape":[1],"data":[1]}]})";
  FakeUpstream incumbent(JsonAnswer(one)), candidate(JsonAnswer(one));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: oip-v2}\n"));
  const auto ask = [&](const std::string& parameters) {
    proxy.Post("/v2/models/m/infer", "{\"parameters\": {" + parameters + "}}");
  };
  for (const char* going_on : {"7", "\"a\""}) {
    ask("\"sequence_id\": " + std::string(going_on));
  }
  // Chunks that end inside the name.
  proxy.Ask(
      "POST /v2/models/m/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "14\r\n{\"parameters\":{\"sequ\r\nc\r\nence_id\":7}}\r\n0\r\n\r\n");
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "skipped", "stateful") == 3; }));
  for (const char* without : {"0", "\"\"", "null", "false"}) {
    ask("\"sequence_id\": " + std::string(without));
  }
  ask("\"sequence_start\": true");
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, "compared") == 5; }));
  CHECK(Outcome(proxy, "skipped", "stateful") == 3);
}

TEST_CASE("a candidate that is dead, mute, slow or wrong costs the client nothing") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  const int kind = GENERATE(range(0, 4));
  FakeUpstream candidate([kind](FakeUpstream::Connection& c, const HttpText&) {
    if (kind == 0) c.Pause(3000);
    if (kind == 1) c.socket.Send("garbage\r\n\r\n");
    if (kind == 2) c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    if (kind == 3) c.socket.Reset();
    return false;
  });
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 80ms}}]\n"));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(reader.Read().Status() == 200);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
  CHECK(RunningProxy::Eventually(
      [&] { return Pairs(proxy, "compared") + Pairs(proxy, "uncomparable") == 20; }));
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "mirrored") == 20; }));
}

TEST_CASE("more shadows than may be in flight are dropped and counted") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(400);
    return c.socket.Send(JsonAnswer("{}"));
  });
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_in_flight: 3}}]\n"));
  for (int i = 0; i < 10; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "mirrored") == 3; }));
  CHECK(
      RunningProxy::Eventually([&] { return Outcome(proxy, "dropped", "in_flight_limit") == 7; }));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_eligible_total") == 10; }));
}

TEST_CASE("what must not be mirrored is skipped, by reason") {
  FakeUpstream incumbent([](FakeUpstream::Connection& c, const HttpText& request) {
    const bool reject = request.start_line.find("/reject") != std::string::npos;
    if (request.start_line.find("/fail") != std::string::npos) return false;
    return c.socket.Send(JsonAnswer("{}", reject ? 429 : 200));
  });
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_body: 1KiB}}]\n"));
  proxy.Post("/reject", "{}");
  CHECK(
      RunningProxy::Eventually([&] { return Outcome(proxy, "skipped", "serving_rejected") == 1; }));
  proxy.Post("/fail", "{}");
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "skipped", "serving_failed") == 1; }));
  proxy.Post("/x", std::string(2000, 'x'));
  CHECK(RunningProxy::Eventually(
      [&] { return Outcome(proxy, "skipped", "request_too_large") == 1; }));
  proxy.Post("/x", "{}", "x-understudy-role: shadow\r\n");
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "skipped", "loop_guard") == 1; }));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_eligible_total") == 4; }));
  CHECK(candidate.Requests().empty());
}

TEST_CASE("a route whose effects allow no second request mirrors nothing") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  CHECK_THROWS_WITH(
      RunningProxy("clusters: [{name: v1, endpoints: [\"127.0.0.1:1\"]}, {name: v2, endpoints: "
                   "[\"127.0.0.1:2\"]}]\nroutes: [{name: r, match: {path_prefix: /}, incumbent: "
                   "v1, candidates: [{cluster: v2, mirror: {rate: 1.0}}]}]\n"),
      Catch::Contains("effects"));
}

TEST_CASE("the kill switch ends mirroring at once") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  AdminClient admin(proxy.AdminAddress());
  proxy.Post("/x", "{}");
  REQUIRE(candidate.WaitForRequests(1));
  admin.Kill("all");
  for (int i = 0; i < 5; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Outcome(proxy, "skipped", "mirroring_off") == 5; }));
  CHECK(candidate.Requests().size() == 1);
}

TEST_CASE("a shadow of a shadow is never sent") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy inner(TwoModels(incumbent.Address(), candidate.Address()));
  RunningProxy outer(TwoModels(incumbent.Address(), "127.0.0.1:" + std::to_string(inner.Port())));
  CHECK(outer.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Outcome(inner, "skipped", "loop_guard") == 1; }));
  CHECK(candidate.Requests().empty());
}
