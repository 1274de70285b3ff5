// The incumbent asked twice: what differs beyond its own noise decides, through the whole proxy.
#include <catch2/catch.hpp>
#include <future>

#include "proxy/base/hash.h"
#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

// Answers 1 in a share of the requests and 0 in the others, as it pleases at each.
FakeUpstream::Script Undecided(double share, std::uint64_t seed) {
  auto count = std::make_shared<std::atomic<std::uint64_t>>(0);
  return [=](FakeUpstream::Connection& connection, const HttpText&) {
    const std::uint64_t hash = H64("answer", {std::to_string(seed + count->fetch_add(1))});
    const bool one = UnitInterval(hash) < share;
    return connection.socket.Send(JsonAnswer(one ? "{\"label\": 1}" : "{\"label\": 0}"));
  };
}

// Two such answers differ in 2 s (1 - s) = 40 % of the requests.
constexpr double kShare = 0.2764;

std::string Noisy(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                  std::string_view route = {}) {
  return TwoModels(incumbent.Address(), candidate.Address(),
                   "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_in_flight: 256}}]\n"
                   "    control: {cluster: v1, rate: 1.0}\n"
                   "    compare: {preset: generic-json}\n    plan: short\n" +
                       std::string(route)) +
         "plans:\n  - name: short\n    stages: [{weight: 0, min_samples: 300}]\n"
         "    bake_duration: 1h\n    checks: [{name: same, comparator: json, at_most: 8%}]\n";
}

void Send(const RunningProxy& proxy, int requests, std::string_view fields = {}) {
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "Content-Length: 2\r\n\r\n{}";
  for (int i = 0; i < requests; ++i) {
    client.Send(text);
    REQUIRE(reader.Read().Status() == 200);
  }
}

v1::CandidateStatus Shown(AdminClient& admin) { return admin.Get("all").status(); }

// What is shown of one comparator.
template <typename Shown>
const Shown& Named(const google::protobuf::RepeatedPtrField<Shown>& all,
                   const std::string& comparator) {
  for (const Shown& one : all) {
    if (one.comparator() == comparator) return one;
  }
  throw std::runtime_error("nothing is shown of " + comparator);
}

// Sends until the rollout is in one of the phases.
v1::Rollout::Phase SendUntil(RunningProxy& proxy, AdminClient& admin,
                             const std::vector<v1::Rollout::Phase>& phases, int most) {
  for (int sent = 0; sent < most; sent += 50) {
    Send(proxy, 50);
    const v1::Rollout::Phase phase = Shown(admin).rollout().phase();
    if (std::find(phases.begin(), phases.end(), phase) != phases.end()) return phase;
  }
  return Shown(admin).rollout().phase();
}

}  // namespace

TEST_CASE("an incumbent that differs from itself in 40 % is not rolled back against its equal") {
  FakeUpstream incumbent(Undecided(kShare, 1));
  FakeUpstream candidate(Undecided(kShare, 1'000'000));
  RunningProxy proxy(Noisy(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  const auto phase =
      SendUntil(proxy, admin, {v1::Rollout::BAKING, v1::Rollout::ROLLED_BACK}, 12'000);
  CHECK(phase == v1::Rollout::BAKING);
  const v1::CandidateStatus status = Shown(admin);
  const v1::NoiseStatus& noise = Named(status.noise(), "json");
  CHECK(noise.incumbent() == Approx(0.4).margin(0.1));
  CHECK(noise.excess() == Approx(0).margin(0.08));
  CHECK(proxy.Metric("understudy_control_requests_total", "outcome=\"answered\"") > 300);
}

TEST_CASE("an always-wrong candidate is found against an incumbent that differs in 40 %") {
  FakeUpstream incumbent(Undecided(kShare, 1));
  FakeUpstream candidate(JsonAnswer("{\"label\": 7}"));
  RunningProxy proxy(Noisy(incumbent, candidate));
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  CHECK(SendUntil(proxy, admin, {v1::Rollout::ROLLED_BACK}, 3000) == v1::Rollout::ROLLED_BACK);
}

TEST_CASE("the control gets the role that names it, no credentials, and its own pair id") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(Noisy(incumbent, candidate));
  proxy.Post("/x", "{\"a\": 1}", "Authorization: secret\r\n");
  REQUIRE(incumbent.WaitForRequests(2));
  const HttpText control = incumbent.Requests().at(1);
  CHECK(control.Field("x-understudy-role") == "control");
  CHECK_FALSE(control.Field("authorization"));
  CHECK(control.body == "{\"a\": 1}");
  REQUIRE(candidate.WaitForRequests(1));
  CHECK(candidate.Requests().at(0).Field("x-understudy-pair") ==
        control.Field("x-understudy-pair"));
}

TEST_CASE("a control that fails differs wholly, one that sheds load says nothing") {
  const bool sheds = GENERATE(false, true);
  FakeUpstream incumbent([sheds](FakeUpstream::Connection& connection, const HttpText& request) {
    if (request.Field("x-understudy-role") != "control") {
      return connection.socket.Send(JsonAnswer("{}"));
    }
    return sheds && connection.socket.Send(JsonAnswer("{}", 429));
  });
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy(Noisy(incumbent, candidate));
  Send(proxy, 20);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"") == 20; }));
  const std::string outcome = sheds ? "outcome=\"answered\"" : "outcome=\"failed\"";
  CHECK(proxy.Metric("understudy_control_requests_total", outcome) == 20);
  AdminClient admin(proxy.AdminAddress());
  const auto seen = [&] { return Named(Shown(admin).noise(), "json"); };
  if (sheds) {
    CHECK(seen().control_pairs() == 0);
    return;
  }
  CHECK(RunningProxy::Eventually([&] { return seen().control_pairs() == 20; }));
  CHECK(seen().incumbent() == 1);
  CHECK(seen().excess() == -1);
}

TEST_CASE("a place in which the incumbent differs from itself is suggested, and not ignored") {
  std::atomic<int> count{0};
  const FakeUpstream::Script counting = [&](FakeUpstream::Connection& connection, const HttpText&) {
    return connection.socket.Send(
        JsonAnswer("{\"label\": 1, \"ids\": [" + std::to_string(++count) + "]}"));
  };
  FakeUpstream incumbent(counting);
  FakeUpstream candidate(counting);
  RunningProxy proxy(Noisy(incumbent, candidate));
  Send(proxy, 30);
  AdminClient admin(proxy.AdminAddress());
  CHECK(RunningProxy::Eventually([&] {
    return admin.Report("all").find("\"path\": \"/ids/*\",\n          \"share\": 1") !=
           std::string::npos;
  }));
  const v1::CandidateStatus status = Shown(admin);
  REQUIRE(status.suggestions_size() == 1);
  CHECK(status.suggestions(0).path() == "/ids/*");
  CHECK(status.suggestions(0).pairs() >= 20);
  CHECK(admin.Divergences("all").divergences_size() > 0);
}

TEST_CASE("a segment that is 6 % worse stops a rollout whose average is fine, and is named") {
  FakeUpstream incumbent(JsonAnswer("{\"label\": 1}"));
  std::atomic<int> german{0};
  FakeUpstream candidate([&](FakeUpstream::Connection& connection, const HttpText& request) {
    const bool wrong = request.Field("x-lang") == "de" && ++german % 16 == 0;
    return connection.socket.Send(JsonAnswer(wrong ? "{\"label\": 2}" : "{\"label\": 1}"));
  });
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_in_flight: 256}}]\n"
                "    compare: {preset: generic-json}\n    plan: short\n"
                "    segments: [{name: language, header: X-Lang, values: [en, de]}]\n") +
      "plans:\n  - name: short\n    alpha: {rollback: 5%, promotion: 5%}\n"
      "    stages: [{weight: 0, min_samples: 300}, {weight: 10%, min_samples: 100000}]\n"
      "    checks: [{name: same, comparator: json, at_most: 2%}]\n");
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  v1::Rollout::Phase phase = v1::Rollout::SHADOWING;
  for (int i = 0; i < 80 && phase == v1::Rollout::SHADOWING; ++i) {
    Send(proxy, 80, "X-Lang: en\r\n");
    Send(proxy, 20, "X-Lang: de\r\n");
    phase = Shown(admin).rollout().phase();
  }
  CHECK(phase == v1::Rollout::ROLLED_BACK);
  const v1::CandidateStatus status = Shown(admin);
  CHECK(status.rollout().ended_reason().find("language=de") != std::string::npos);
  CHECK(Named(status.spreads(), "json").worst() == "language=de");
}
