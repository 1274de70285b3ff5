// Whatever a candidate that speaks HTTP/2 does, clients get the same bytes in the same time, every
// request is accounted for, memory stays within its budget, and a flood costs the candidate its
// connection.
#include <catch2/catch.hpp>
#include <optional>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/http2_faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/integration/isolation/accounts.h"

using namespace understudy;

namespace {

constexpr int kConnections = 4;
constexpr int kRequests = 25;  // on each
constexpr double kMaxMemory = 1u << 20;
constexpr auto kNoClientWaits = std::chrono::seconds(1);
constexpr int kShadowsEndWithin = 1500;  // ms

std::string Mirrored(const std::string& incumbent, const std::string& candidate) {
  return "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + incumbent +
         "\"], pool: {idle: 50ms}}\n  - {name: v2, endpoints: [\"" + candidate +
         "\"], protocol: http2, pool: {idle: 50ms}, timeouts: {idle: 150ms}}\n"
         "routes:\n  - name: all\n    match: {path_prefix: /}\n    effects: pure\n"
         "    incumbent: v1\n    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 150ms, "
         "max_in_flight: 8, max_body: 256KiB, max_memory: 1MiB, adaptive: false}}]\n"
         "    compare: {preset: generic-json}\n";
}

const std::vector<Conversation>& WithoutShadow() {
  static const auto kConversations = [] {
    FaultyServer incumbent({"well", EchoModel()});
    RunningProxy proxy(OneModel(incumbent.Address()));
    return ConverseAtOnce(proxy.Port(), kConnections, kRequests, 0);
  }();
  return kConversations;
}

}  // namespace

TEST_CASE("no client notices a candidate of HTTP/2 that goes wrong") {
  const Http2ServerFault& wrong = GENERATE(from_range(AllHttp2Faults()));
  INFO("the candidate " << wrong.fault.name);
  FaultyServer incumbent({"well", EchoModel(2)});
  std::optional<FaultyServer> candidate(std::in_place, wrong.fault);
  RunningProxy proxy(Mirrored(incumbent.Address(), candidate->Address()));
  WithoutShadow();
  proxy.Status("/metrics");
  const std::ptrdiff_t descriptors = OpenDescriptors();

  MemoryWatch memory(proxy);
  const auto conversations = ConverseAtOnce(proxy.Port(), kConnections, kRequests);
  CHECK(FirstDifference(conversations, WithoutShadow()) == "");
  CHECK(Slowest(conversations) < kNoClientWaits);

  constexpr int kSent = kConnections * kRequests;
  CHECK(RunningProxy::Eventually([&] { return InFlight(proxy) == 0; }, kShadowsEndWithin));
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_memory_bytes") == 0; }, kShadowsEndWithin));
  CHECK(memory.End() <= kMaxMemory);
  CHECK(proxy.Metric("understudy_mirror_eligible_total") == kSent);
  CHECK(proxy.Metric("understudy_mirror_requests_total") == kSent);
  CHECK(proxy.Metric("understudy_mirror_pairs_total") == Outcomes(proxy, "mirrored"));
  CHECK(Outcomes(proxy, "mirrored") > 0);
  CHECK(Outcomes(proxy, "skipped") == 0);

  const std::string reason = "reason=\"" + wrong.reason + "\"";
  if (!wrong.reason.empty()) {
    CHECK(RunningProxy::Eventually(
        [&] { return proxy.Metric("understudy_http2_upstream_errors_total", reason) > 0; }));
  }
  candidate.reset();  // what lies unread in its sockets keeps them open
  CHECK(RunningProxy::Eventually([&] { return OpenDescriptors() <= descriptors; }, 3000));
}
