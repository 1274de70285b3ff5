// Promise: every eligible request is accounted for, whatever goes wrong.
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

// A server that goes wrong in some way for a share of its requests, the same for the same seed.
class Faulty {
 public:
  Faulty(unsigned seed, int percent) : random_(seed), percent_(percent) {}

  bool operator()(FakeUpstream::Connection& c, const HttpText& request) {
    switch (Draw()) {
      case 0:
        return false;
      case 1:
        c.socket.Reset();
        return false;
      case 2:
        c.Pause(150);
        return false;
      case 3:
        c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\npart");
        return false;
      case 4:
        c.socket.Send("nonsense\r\n\r\n");
        return false;
      case 5:
        return c.socket.Send(JsonAnswer("{\"error\": 1}", 500));
      case 6:
        return c.socket.Send(JsonAnswer("{}", 503, "Retry-After: 1\r\n"));
      case 7:
        return c.socket.Send(JsonAnswer("not json"));
      case 8:
        return c.socket.Send(JsonAnswer("\"" + std::string(5000, 'x') + "\""));
      case 9:
        return c.socket.Send(JsonAnswer("{}", 429));
      default:
        return c.socket.Send(JsonAnswer("{\"n\": " + std::to_string(request.body.size()) + "}"));
    }
  }

 private:
  int Draw() {
    std::lock_guard lock(mutex_);
    const auto value = static_cast<int>(random_() % 1000);
    return value < percent_ * 10 ? value % 10 : 10;
  }
  std::mutex mutex_;
  std::mt19937 random_;
  const int percent_;
};

void SendSome(const RunningProxy& proxy, unsigned seed, int requests) {
  std::mt19937 random(seed);
  TestSocket client = proxy.Connect();
  auto reader = std::make_unique<HttpReader>(client);
  for (int i = 0; i < requests; ++i) {
    const std::string body(random() % 3 == 0 ? 3000 : random() % 200, 'b');
    client.Send("POST /x HTTP/1.1\r\nHost: a\r\nx-user: " + std::to_string(random() % 50) +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const bool leave = random() % 20 == 0;
    if (leave || !reader->Read().whole) {
      if (random() % 2 == 0) {
        client.Reset();
      }
      client = proxy.Connect();
      reader = std::make_unique<HttpReader>(client);
    }
  }
}

}  // namespace

TEST_CASE("after random faults every eligible request is in exactly one sum") {
  auto good = std::make_shared<Faulty>(1, 5);
  auto bad = std::make_shared<Faulty>(2, 40);
  FakeUpstream incumbent(
      [good](FakeUpstream::Connection& c, const HttpText& r) { return (*good)(c, r); });
  FakeUpstream candidate(
      [bad](FakeUpstream::Connection& c, const HttpText& r) { return (*bad)(c, r); });
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 0.9, timeout: 60ms, "
                               "max_in_flight: 6, max_body: 2KiB}}]\n    sticky: [{header: "
                               "x-user}]\n    compare: {preset: generic-json}\n    plan: slow\n",
                               ", timeouts: {first_byte: 100ms}") +
                     "plans:\n  - name: slow\n    stages: [{weight: 0, min_samples: 1000000, "
                     "min_duration: 1h}, {weight: 50%, min_samples: 100000, min_duration: 1h}]\n   "
                     " bake_duration: 1h\n    checks: [{name: same, "
                     "comparator: json, at_most: 99%}]\n");
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < 6; ++i) {
    clients.emplace_back([&proxy, i] { SendSome(proxy, i, 60); });
  }
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_eligible_total") > 60; }));
  // The rollout may have been rolled back by its breaker meanwhile; then its weight stays.
  try {
    admin.SetWeight("all", 40);
  } catch (const std::runtime_error&) {
  }
  for (std::thread& thread : clients) thread.join();

  const auto eligible = [&] { return proxy.Metric("understudy_mirror_eligible_total"); };
  const auto outcomes = [&] { return proxy.Metric("understudy_mirror_requests_total"); };
  const auto pairs = [&] { return proxy.Metric("understudy_mirror_pairs_total"); };
  const auto mirrored = [&] {
    return proxy.Metric("understudy_mirror_requests_total", "outcome=\"mirrored\"");
  };
  CHECK(RunningProxy::Eventually([&] { return pairs() == mirrored(); }));
  CHECK(outcomes() == eligible());
  CHECK(eligible() > 200);
  CHECK(mirrored() > 20);
  CHECK(proxy.Metric("understudy_mirror_requests_total", "outcome=\"sampled_out\"") > 0);
  CHECK(proxy.Metric("understudy_mirror_requests_total", "outcome=\"skipped\"") > 0);
  CHECK(proxy.Metric("understudy_mirror_memory_bytes") == 0);
}
