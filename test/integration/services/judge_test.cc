// A running proxy whose pairs are judged outside: over HTTP, beside other routes, and to the end.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "test/support/admin_client.h"
#include "test/support/fake_comparator_service.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

std::string Judged(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                   std::string_view options) {
  return TwoModels(
      incumbent.Address(), candidate.Address(),
      fmt::format("    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]\n"
                  "    compare: {{comparators: [{{name: it, use: judge, options: {{{}}}}}]}}\n",
                  options));
}

std::string Url(const FakeUpstream& judge, std::string_view more = "") {
  return fmt::format("url: \"http://{}/judge\"{}", judge.Address(), more);
}

}  // namespace

TEST_CASE("a proxy asks a judge over HTTP and shows what it said") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  FakeUpstream judge(JsonAnswer(R"({"divergence": 0.25, "reason": "a little colder"})"));
  RunningProxy proxy(Judged(incumbent, candidate, Url(judge)));
  CHECK(proxy.Post("/x", "{\"ask\": 1}").Status() == 200);
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  const std::string text = admin.Divergences("all").ShortDebugString();
  INFO(text);
  CHECK(text.find("a little colder") != std::string::npos);
  CHECK(Comparisons(proxy, "it", "different") == 1);
  CHECK(judge.Requests().at(0).body.find(R"("request":"{\"ask\": 1}")") != std::string::npos);
}

TEST_CASE("a judge that fails leaves pairs uncomparable, and answers of the same bytes need none") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  FakeUpstream judge(JsonAnswer("no", 500));
  RunningProxy proxy(Judged(incumbent, candidate, Url(judge)));
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "comparator_error") == 1; }));
  candidate.SetScript([](FakeUpstream::Connection& connection, const HttpText&) {
    return connection.socket.Send(JsonAnswer("{\"a\": 1}"));
  });
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "it", "same") == 1; }));
  CHECK(judge.Requests().size() == 1);
}

TEST_CASE(
    "a judge that does not answer takes its threads and no others, and the end does not wait") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  FakeUpstream judge([](FakeUpstream::Connection& connection, const HttpText&) {
    connection.Pause(30'000);
    return false;
  });
  FakeComparatorService service({[](const v1::CompareRequest& request) {
    return FakeComparatorService::Answers{FakeComparatorService::Score(request.id(), 0.5, "half")};
  }});
  const std::string slow = Judged(incumbent, candidate, Url(judge, ", timeout: 1m, in_flight: 4"));
  const std::size_t routes = slow.find("routes:\n") + 8;
  std::string quick = slow.substr(routes);
  quick.replace(quick.find("name: all"), 9, "name: quick");
  quick.replace(quick.find("path_prefix: /"), 14, "path_prefix: /quick");
  const std::size_t use = quick.find("{name: it");
  quick.replace(use, quick.find("}]", use) + 1 - use, "{name: half, use: mine}");
  RunningProxy proxy(
      fmt::format("comparator_services: [{{name: mine, address: \"{}\"}}]\n", service.Address()) +
      slow.substr(0, routes) + quick + slow.substr(routes));
  for (int i = 0; i < 20; ++i) {
    CHECK(proxy.Post("/slow", std::to_string(i)).Status() == 200);
  }
  CHECK(judge.WaitForRequests(4));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "compare_queue_full") == 16; }));
  CHECK(proxy.Post("/quick", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "half", "different") == 1; }));
  CHECK(judge.Requests().size() == 4);
}

TEST_CASE("a judge may be a comparator service, and a reload may bring it") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  FakeComparatorService service({[](const v1::CompareRequest& request) {
    return FakeComparatorService::Answers{
        FakeComparatorService::Score(request.id(), 0.5, "half of it")};
  }});
  FakeUpstream judge(JsonAnswer(R"({"divergence": 0.25})"));
  RunningProxy proxy(Judged(incumbent, candidate, Url(judge)));
  CHECK_FALSE(proxy.Reload(Judged(incumbent, candidate, "service: mine")));
  REQUIRE(proxy.Reload(
      fmt::format("comparator_services: [{{name: mine, address: \"{}\"}}]\n", service.Address()) +
      Judged(incumbent, candidate, "service: mine")));
  AdminClient admin(proxy.AdminAddress());
  CHECK(RunningProxy::Eventually([&] {
    proxy.Post("/x", "{}");
    return admin.Divergences("all").ShortDebugString().find("half of it (first: the ") !=
           std::string::npos;
  }));
}
