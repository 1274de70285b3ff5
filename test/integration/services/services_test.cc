// A running proxy that compares by a service: scores, a slow one beside other routes, one that goes
// and comes back, reloads.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <optional>
#include <stdexcept>

#include "test/support/admin_client.h"
#include "test/support/fake_comparator_service.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

using Fake = FakeComparatorService;

std::string Service(const std::string& address, std::string_view more = "") {
  return fmt::format("comparator_services:\n  - {{name: mine, address: \"{}\"{}}}\n", address,
                     more);
}

// One route compared by `comparators`.
std::string Compared(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                     std::string_view comparators) {
  return TwoModels(incumbent.Address(), candidate.Address(),
                   fmt::format("    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]\n"
                               "    compare: {{comparators: [{}]}}\n",
                               comparators));
}

Fake::Answers Quarter(const v1::CompareRequest& request) {
  return {Fake::Score(request.id(), 0.25, "a quarter of it")};
}

constexpr std::string_view kMine = "{name: it, use: mine}";

}  // namespace

TEST_CASE("a proxy compares by a service and shows what it said") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  Fake fake({Quarter});
  RunningProxy proxy(Service(fake.Address()) + Compared(incumbent, candidate, kMine));
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  const std::string text = admin.Divergences("all").ShortDebugString();
  INFO(text);
  CHECK(text.find("a quarter of it") != std::string::npos);
  CHECK(Comparisons(proxy, "it", "different") == 1);
}

TEST_CASE("a service that answers nothing holds up no other route") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  Fake fake({[](const v1::CompareRequest&) { return Fake::Answers(); }});
  const std::string slow = Compared(incumbent, candidate, kMine);
  const std::size_t routes = slow.find("routes:\n") + 8;
  std::string quick = slow.substr(routes);
  quick.replace(quick.find("name: all"), 9, "name: quick");
  quick.replace(quick.find("path_prefix: /"), 14, "path_prefix: /quick");
  quick.replace(quick.find(kMine), kMine.size(), "{name: bytes, use: exact}");
  RunningProxy proxy(Service(fake.Address(), ", deadline: 1m") + slow.substr(0, routes) + quick +
                     slow.substr(routes));
  for (int i = 0; i < 20; ++i) CHECK(proxy.Post("/slow", "{}").Status() == 200);
  CHECK(fake.Kept(8).size() >= 8);  // as many as may wait
  CHECK(proxy.Post("/quick", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "bytes", "different") == 1; }));
  CHECK(Comparisons(proxy, "it", "uncomparable") == 0);
  // The end does not wait for the minute, either.
}

TEST_CASE("a service that goes away leaves pairs uncomparable, and is used again when it is back") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  auto fake = std::make_optional<Fake>(Fake::Behaviour{Quarter});
  const int port = fake->Port();
  RunningProxy proxy(Service(fake->Address()) + Compared(incumbent, candidate, kMine));
  proxy.Post("/x", "{}");
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "it", "different") == 1; }));
  fake.reset();
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "comparator_error") == 1; }));
  fake.emplace(Fake::Behaviour{Quarter}, port);
  CHECK(RunningProxy::Eventually([&] {
    proxy.Post("/x", "{}");
    return Comparisons(proxy, "it", "different") > 1;
  }));
}

TEST_CASE("a proxy does not start without its service, and says which one it misses") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  auto fake = std::make_optional<Fake>(Fake::Behaviour{Quarter});
  const std::string address = fake->Address();
  const std::string config = Service(address) + Compared(incumbent, candidate, kMine);
  fake.reset();
  std::string why;
  try {
    RunningProxy proxy(config);
  } catch (const std::runtime_error& error) {
    why = error.what();
  }
  CHECK(why.find("the comparator service \"mine\" at " + address + " did not say who it is") !=
        std::string::npos);
}

TEST_CASE("a reload may bring a service, change it and take it away") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  Fake first({Quarter}), second({[](const v1::CompareRequest&request) {
    return Fake::Answers{Fake::Score(request.id(), 0)};
  }});
  const std::string bytes = Compared(incumbent, candidate, "{name: bytes, use: exact}");
  const std::string mine = Compared(incumbent, candidate, kMine);
  RunningProxy proxy(bytes);
  CHECK_FALSE(proxy.Reload(mine));
  REQUIRE(proxy.Reload(Service(first.Address()) + mine));
  const auto eventually = [&](const std::string& result, double above) {
    return RunningProxy::Eventually([&] {
      proxy.Post("/x", "{}");
      return Comparisons(proxy, "it", result) > above;
    });
  };
  CHECK(eventually("different", 0));
  REQUIRE(proxy.Reload(Service(second.Address(), ", max_in_flight: 4") + mine));
  CHECK(eventually("same", 0));
  REQUIRE(proxy.Reload(bytes));
  CHECK(RunningProxy::Eventually([&] {
    proxy.Post("/x", "{}");
    return Comparisons(proxy, "bytes", "different") > 0;
  }));
}

TEST_CASE("a new version of a service begins new evidence with the next reload") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  std::mutex mutex;
  std::string version = "1";
  Fake fake({Quarter,
             [&](const v1::DescribeComparatorRequest&, v1::DescribeComparatorResponse& response) {
               std::lock_guard lock(mutex);
               response.set_version(version);
             }});
  const std::string config = Service(fake.Address()) + Compared(incumbent, candidate, kMine);
  RunningProxy proxy(config);
  AdminClient admin(proxy.AdminAddress());
  admin.Begin("all");
  proxy.Post("/x", "{}");
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "it", "different") == 1; }));
  const auto begun_anew = [&] {
    return admin.Get("all").ShortDebugString().find("it starts anew") != std::string::npos;
  };
  REQUIRE(proxy.Reload(config));
  proxy.Post("/x", "{}");
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "it", "different") == 2; }));
  CHECK_FALSE(begun_anew());
  {
    std::lock_guard lock(mutex);
    version = "2";
  }
  fake.Break();
  REQUIRE(proxy.Reload(config));
  CHECK(RunningProxy::Eventually(begun_anew));
  CHECK(RunningProxy::Eventually([&] {
    proxy.Post("/x", "{}");
    return Comparisons(proxy, "it", "different") > 2;
  }));
}
