// A new configuration under traffic: what changes, and what a faulty one leaves alone.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE("a reload moves the next request, on connections that are open, too") {
  FakeUpstream first(JsonAnswer("1"));
  FakeUpstream second(JsonAnswer("2"));
  RunningProxy proxy(OneModel(first.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(reader.Read().body == "1");
  REQUIRE(proxy.Reload(OneModel(second.Address())));
  CHECK(RunningProxy::Eventually([&] {
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    return reader.Read().body == "2";
  }));
  CHECK(proxy.Metric("understudy_config_reloads_total", "result=\"ok\"") == 1);
}

TEST_CASE("a faulty configuration is refused, counted, and what was in force stays") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()));
  CHECK_FALSE(proxy.Reload("clusters: [{name: v1}]\nroutes: []\n"));
  CHECK(proxy.Post("/x", "{}").body == "1");
  CHECK(proxy.Metric("understudy_config_reloads_total", "result=\"failed\"") == 1);
}

TEST_CASE("requests under way when the configuration changes end as they began") {
  FakeUpstream slow([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(150);
    return c.socket.Send(JsonAnswer("1"));
  });
  FakeUpstream other(JsonAnswer("2"));
  RunningProxy proxy(OneModel(slow.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(slow.WaitForRequests(1));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(proxy.Reload(OneModel(other.Address())));
    proxy.Post("/x", "{}");
    REQUIRE(proxy.Reload(OneModel(slow.Address())));
  }
  CHECK(reader.Read().body == "1");
}

TEST_CASE("the pages of the admin address say live and ready") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()));
  CHECK(proxy.Status("/livez").Status() == 200);
  CHECK(proxy.Status("/readyz").Status() == 200);
  CHECK(proxy.Status("/other").Status() == 404);
  const HttpText page = proxy.Status("/metrics");
  CHECK(page.Status() == 200);
  CHECK(page.Field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(page.body.find("understudy_build_info{") != std::string::npos);
}
