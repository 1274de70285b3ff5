// A candidate that cannot keep up gets fewer copies, chosen by the same hash, and all are counted.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE(
    "a candidate that sheds its copies gets fewer of them, and every request is accounted for") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}", 503, "Retry-After: 1\r\n"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"));
  // Until twenty requests in a row were left out by the lowered rate.
  int answered = 0;
  const auto lowered = [&] {
    return proxy.Metric("understudy_mirror_requests_total", "outcome=\"sampled_out\"",
                        "reason=\"rate_lowered\"");
  };
  CHECK(RunningProxy::Eventually([&] {
    answered += proxy.Post("/x", "{}").Status() == 200 ? 1 : 0;
    return lowered() >= 20;
  }));
  const double eligible = proxy.Metric("understudy_mirror_eligible_total");
  CHECK(eligible == answered);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_requests_total") == eligible; }));
  const double mirrored = proxy.Metric("understudy_mirror_requests_total", "outcome=\"mirrored\"");
  CHECK(mirrored >= 5);
  CHECK(mirrored == eligible - lowered());
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_pairs_total", "outcome=\"uncomparable\"",
                        "reason=\"overloaded\"") == mirrored;
  }));
  CHECK(proxy.Metric("understudy_mirror_rate_ratio", "kind=\"configured\"") == 1);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_rate_ratio", "kind=\"in_force\"") < 0.9; }));
}

TEST_CASE("with adaptive: false the rate stays what it says") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}", 503, "Retry-After: 1\r\n"));
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, adaptive: false}}]\n"));
  for (int i = 0; i < 40; ++i) REQUIRE(proxy.Post("/x", "{}").Status() == 200);
  CHECK(candidate.WaitForRequests(40));
}
