// While a candidate serves: reverse shadows, the fallback, the kill switch.
#include <catch2/catch.hpp>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

constexpr const char* kPlan =
    "plans:\n  - name: slow\n    stages: [{weight: 0, min_samples: 100000, min_duration: 1h}, "
    "{weight: 100%, min_samples: 100000, min_duration: 1h}]\n"
    "    bake_duration: 1h\n    checks: [{name: same, comparator: json, at_most: 50%}]\n";

std::string Canary(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                   std::string_view route = {}, std::string_view cluster = {}) {
  return TwoModels(incumbent.Address(), candidate.Address(),
                   "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n    expose_arm: true\n"
                   "    sticky: [{header: x-user}]\n    compare: {preset: generic-json}\n"
                   "    plan: slow\n" +
                       std::string(route),
                   cluster) +
         kPlan;
}

}  // namespace

TEST_CASE("at full weight the candidate serves and the incumbent gets the shadow") {
  FakeUpstream incumbent(JsonAnswer("{\"by\": \"v1\"}"));
  FakeUpstream candidate(JsonAnswer("{\"by\": \"v2\"}"));
  RunningProxy proxy(Canary(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  admin.SetWeight("all", 100);
  const HttpText answer = proxy.Post("/x", "{}", "Authorization: secret\r\n");
  CHECK(answer.body == "{\"by\": \"v2\"}");
  CHECK(answer.Field("x-understudy-arm") == "candidate");
  REQUIRE(incumbent.WaitForRequests(1));
  CHECK(incumbent.Requests().at(0).Field("x-understudy-role") == "shadow");
  CHECK_FALSE(incumbent.Requests().at(0).Field("authorization"));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 1; }));
}

TEST_CASE("users stay with their arm, and who is in at a small weight stays in at a larger one") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(Canary(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  const auto arms = [&] {
    std::vector<std::string> result;
    for (int user = 0; user < 60; ++user) {
      const HttpText answer = proxy.Post("/x", "{}", "x-user: u" + std::to_string(user) + "\r\n");
      result.push_back(answer.Field("x-understudy-arm").value_or("none"));
    }
    return result;
  };
  admin.SetWeight("all", 20);
  const auto few = arms();
  CHECK(arms() == few);
  admin.SetWeight("all", 60);
  const auto many = arms();
  const auto served = [](const std::vector<std::string>& all) {
    return std::count(all.begin(), all.end(), "candidate");
  };
  CHECK(served(few) > 3);
  CHECK(served(few) < 25);
  CHECK(served(many) > served(few));
  for (std::size_t user = 0; user < few.size(); ++user) {
    if (few[user] == "candidate") CHECK(many[user] == "candidate");
  }
}

TEST_CASE("a candidate that fails before its first byte is replaced by the incumbent") {
  FakeUpstream incumbent(JsonAnswer("{\"by\": \"v1\"}"));
  const bool large = GENERATE(false, true);
  FakeUpstream candidate([](FakeUpstream::Connection&, const HttpText&) { return false; });
  RunningProxy proxy(Canary(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  admin.SetWeight("all", 100);
  std::string body(large ? 300000 : 0, ' ');
  body += "{}";
  const HttpText answer = proxy.Post("/x", body);
  CHECK(answer.Status() == 200);
  CHECK(answer.body == "{\"by\": \"v1\"}");
  CHECK(incumbent.Requests().at(0).body == body);
  CHECK_FALSE(incumbent.Requests().at(0).Field("x-understudy-role"));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 1; }));
}

TEST_CASE("a serving candidate's 5xx reaches the client unless the route falls back on it") {
  FakeUpstream incumbent(JsonAnswer("{\"by\": \"v1\"}"));
  FakeUpstream candidate(JsonAnswer("{\"error\": \"broken\"}", 500));
  const bool configured = GENERATE(false, true);
  RunningProxy proxy(Canary(incumbent, candidate, configured ? "    fallback_on_5xx: true\n" : ""));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  admin.SetWeight("all", 100);
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == (configured ? 200 : 500));
  // Either way the pair is evidence.
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 1; }));
}

TEST_CASE("the kill switch sends the next request to the incumbent") {
  FakeUpstream incumbent(JsonAnswer("{\"by\": \"v1\"}"));
  FakeUpstream candidate(JsonAnswer("{\"by\": \"v2\"}"));
  RunningProxy proxy(Canary(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  admin.SetWeight("all", 100);
  CHECK(proxy.Post("/x", "{}").body == "{\"by\": \"v2\"}");
  admin.Kill("all");
  CHECK(proxy.Post("/x", "{}").body == "{\"by\": \"v1\"}");
}

TEST_CASE("a restart comes back at the same phase and weight, and holds") {
  FakeUpstream incumbent(JsonAnswer("{\"by\": \"v1\"}"));
  FakeUpstream candidate(JsonAnswer("{\"by\": \"v2\"}"));
  RunningProxy proxy(Canary(incumbent, candidate));
  v1::Rollout before;
  {
    AdminClient admin(proxy.AdminAddress());
    admin.Begin("all");
    admin.SetWeight("all", 100);
    before = admin.Get("all").status().rollout();
  }
  proxy.Restart();
  AdminClient admin(proxy.AdminAddress());
  const v1::Rollout after = admin.Get("all").status().rollout();
  CHECK(after.id() == before.id());
  CHECK(after.phase() == before.phase());
  CHECK(after.weight_percent() == before.weight_percent());
  CHECK(after.ShortDebugString().find("RESTARTED") != std::string::npos);
  CHECK(proxy.Post("/x", "{}").body == "{\"by\": \"v2\"}");
}
