// Active health checks in the whole proxy: who gets requests, and what a reload changes.
#include <atomic>
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

// Answers requests always, and says at /ready whether it wants any.
struct Model {
  explicit Model(std::string name)
      : server([this, name](FakeUpstream::Connection& c, const HttpText& request) {
          if (request.head.starts_with("GET /ready ")) {
            ++asked;
            return c.socket.Send(JsonAnswer("{}", ready ? 200 : 503));
          }
          return c.socket.Send(JsonAnswer("\"" + name + "\""));
        }) {}
  std::atomic<bool> ready{true};
  std::atomic<int> asked{0};
  FakeUpstream server;
};

std::string With(const std::string& endpoints, const std::string& health) {
  return "workers: 1\nclusters:\n  - {name: v1, load_balancing: round_robin, endpoints: [" +
         endpoints + "]" + health + "}\nroutes:\n" +
         "  - {name: all, match: {path_prefix: /}, effects: pure, incumbent: v1}\n";
}

struct TwoEndpoints {
  std::string Both() const {
    return "\"" + first.server.Address() + "\", \"" + second.server.Address() + "\"";
  }
  // Who answers the next requests.
  std::string Answers(const RunningProxy& proxy, int requests) const {
    std::string names;
    for (int i = 0; i < requests; ++i) names += proxy.Post("/x", "{}").body;
    return names;
  }
  bool Becomes(const RunningProxy& proxy, const std::string& answers) const {
    return RunningProxy::Eventually([&] { return Answers(proxy, 4) == answers; });
  }

  Model first{"a"}, second{"b"};
};

constexpr const char* kHealth = ", health: {path: /ready, interval: 20ms}";
constexpr const char* kAllB = R"("b""b""b""b")";

}  // namespace

TEST_CASE("an endpoint that says it is not ready gets no requests until it is") {
  TwoEndpoints models;
  models.first.ready = false;
  RunningProxy proxy(With(models.Both(), kHealth));
  CHECK(models.Becomes(proxy, kAllB));
  models.first.ready = true;
  CHECK(RunningProxy::Eventually(
      [&] { return models.Answers(proxy, 2).find("\"a\"") != std::string::npos; }));
}

TEST_CASE("with no endpoint ready requests are still answered") {
  TwoEndpoints models;
  models.first.ready = models.second.ready = false;
  RunningProxy proxy(With(models.Both(), kHealth));
  REQUIRE(RunningProxy::Eventually(
      [&] { return models.first.asked >= 2 && models.second.asked >= 2; }));
  CHECK(models.Answers(proxy, 4).size() == std::string(kAllB).size());
}

TEST_CASE("a reload starts, keeps and ends the checks") {
  TwoEndpoints models;
  models.first.ready = false;
  RunningProxy proxy(With(models.Both(), ""));
  CHECK(models.Answers(proxy, 4).find("\"a\"") != std::string::npos);
  CHECK(models.first.asked == 0);
  REQUIRE(proxy.Reload(With(models.Both(), kHealth)));
  REQUIRE(models.Becomes(proxy, kAllB));

  // A longer list: what is known of the old endpoints holds from the first request on.
  Model third("b");
  REQUIRE(proxy.Reload(With(models.Both() + ", \"" + third.server.Address() + "\"", kHealth)));
  CHECK(models.Answers(proxy, 4) == kAllB);
  REQUIRE(RunningProxy::Eventually([&] { return third.asked > 0; }));

  REQUIRE(proxy.Reload(With(models.Both(), "")));
  CHECK(RunningProxy::Eventually(
      [&] { return models.Answers(proxy, 2).find("\"a\"") != std::string::npos; }));
  // At most the one that was under way.
  const int asked = models.first.asked;
  models.Answers(proxy, 20);
  CHECK(models.first.asked <= asked + 1);
}
