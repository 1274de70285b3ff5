// Several arms at once: each fails for itself alone, and each failure is evidence.
#include <catch2/catch.hpp>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE("a candidate whose answers break off is compared, and no client is said to have left") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\npart");
    c.socket.Reset();
    return false;
  });
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  admin.SetWeight("all", 100);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(proxy.Post("/x", "{}").whole);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 5; }));
  CHECK(proxy.Metric("understudy_mirror_requests_total", "reason=\"client_left\"") == 0);
  CHECK(proxy.Metric("understudy_clients_left_total") == 0);
}

TEST_CASE("an incumbent whose answers break off leaves nothing to compare with, by that name") {
  FakeUpstream incumbent([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\npart");
    c.socket.Reset();
    return false;
  });
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  CHECK_FALSE(proxy.Post("/x", "{}").whole);
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_requests_total", "reason=\"serving_failed\"") == 1;
  }));
}

TEST_CASE("a candidate that never answers holds up no other candidate's copies") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream hanging([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(8000);
    return false;
  });
  FakeUpstream healthy(JsonAnswer("{}"));
  RunningProxy proxy(
      "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + incumbent.Address() +
      "\"]}\n  - {name: v2, endpoints: [\"" + hanging.Address() +
      "\"]}\n  - {name: v3, endpoints: [\"" + healthy.Address() +
      "\"]}\nroutes:\n  - name: all\n    match: {path_prefix: /}\n    effects: pure\n"
      "    incumbent: v1\n    candidates:\n"
      "      - {cluster: v2, mirror: {rate: 1.0, max_in_flight: 3, timeout: 5s}}\n"
      "      - {cluster: v3, mirror: {rate: 1.0, max_in_flight: 3, timeout: 5s}}\n");
  for (std::size_t i = 1; i <= 20; ++i) {
    REQUIRE(proxy.Post("/x", "{}").Status() == 200);
    REQUIRE(healthy.WaitForRequests(i));
  }
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_pairs_total", "candidate=\"v3\"",
                        "outcome=\"compared\"") == 20;
  }));
  CHECK(proxy.Metric("understudy_mirror_requests_total", "candidate=\"v2\"",
                     "reason=\"in_flight_limit\"") == 17);
}

TEST_CASE("an endless copy is given up once it is too large to compare") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "1000\r\n" + std::string(0x1000, 'e') + "\r\n";
    while (!c.ending && c.socket.Send(chunk)) {
    }
    return false;
  });
  RunningProxy proxy(TwoModels(
      incumbent.Address(), candidate.Address(),
      "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_body: 64KiB, timeout: 1h}}]\n"));
  for (int i = 0; i < 3; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "reason=\"too_large\"") == 3; }));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_memory_bytes") == 0; }));
}
