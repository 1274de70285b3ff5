// Connections to model servers that speak HTTP/2: how many, how used, and when they are given up.
#include <catch2/catch.hpp>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/http2_frames.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;

double GivenUp(const RunningProxy& proxy, const std::string& reason) {
  return proxy.Metric("understudy_http2_upstream_errors_total", "reason=\"" + reason + "\"");
}

}  // namespace

TEST_CASE("a connection to a server carries as many requests as the cluster allows") {
  FakeHttp2Upstream model([](const Request&) -> Answer {
    Answer answer{200, {}, "ok"};
    answer.held = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), ", protocol: http2, http2: {streams: 5}"));
  Http2Client client(proxy.Port());
  std::vector<std::int32_t> streams;
  for (int i = 0; i < 15; ++i) streams.push_back(client.Begin("GET", "/x"));
  REQUIRE(model.WaitForRequests(15));
  CHECK(model.Connections() == 3);
  model.Release();
  for (const std::int32_t stream : streams) {
    REQUIRE(client.Wait(stream));
    CHECK(client.Of(stream).status == 200);
  }
}

TEST_CASE("a quiet connection gets a PING where that is wanted, and stays when it is answered") {
  const bool wanted = GENERATE(false, true);
  FakeHttp2Upstream model([](const Request&) -> Answer {
    Answer answer{200, {}, "ok"};
    answer.held = true;
    return answer;
  });
  RunningProxy proxy(
      OneModel(model.Address(), std::string(", protocol: http2, timeouts: {idle: 100ms}") +
                                    (wanted ? ", http2: {ping_interval: 50ms}" : "")));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("GET", "/x");
  REQUIRE(model.WaitForRequests(1));
  if (wanted) {
    CHECK(RunningProxy::Eventually([&] { return model.Pings() >= 3; }));
  } else {
    LetPass(200);
    CHECK(model.Pings() == 0);
  }
  model.Release();
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).status == 200);
  CHECK(GivenUp(proxy, "ping") == 0);
}

TEST_CASE("a connection whose PING nobody answers is given up, and its requests fail") {
  FakeUpstream dead = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send(frames::Frame(frames::kSettings, 0, 0));
    std::string ignored;
    while (!c.ending && c.socket.Read(ignored, 20) != TestSocket::Got::kEnd) ignored.clear();
    return false;
  });
  RunningProxy proxy(OneModel(
      dead.Address(), ", protocol: http2, timeouts: {idle: 100ms}, http2: {ping_interval: 50ms}"));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/x", {}, "{}");
  CHECK(answer.status == 502);
  CHECK(answer.Field("x-understudy-reason") == "reset");
  CHECK(GivenUp(proxy, "ping") >= 1);
}
