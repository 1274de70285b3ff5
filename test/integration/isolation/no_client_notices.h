// What holds whatever a candidate does: clients get the same bytes in the same time, memory stays
// within its budget, nothing is left open, and every request is accounted for.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/integration/isolation/accounts.h"

namespace understudy {

struct Noticing {
  static constexpr int kConnections = 4;
  static constexpr double kMaxMemory = 1u << 20;
  static constexpr auto kNoClientWaits = std::chrono::seconds(1);
  // The timeout of a shadow, some ticks, and what a busy machine takes.
  static constexpr int kShadowsEndWithin = 1500;  // ms
};

// What clients get that each send so many requests, where nobody gets copies.
template <int kRequests>
const std::vector<Conversation>& WithoutShadow() {
  static const auto kConversations = [] {
    FaultyServer incumbent({"well", EchoModel()});
    RunningProxy proxy(OneModel(incumbent.Address()));
    return ConverseAtOnce(proxy.Port(), Noticing::kConnections, kRequests, 0);
  }();
  return kConversations;
}

// `configuration(incumbent, candidate)`: of two addresses. `also(proxy)`: what is to hold besides,
// once no shadow is under way.
template <int kRequests, typename Configuration, typename Also>
void NoClientNotices(const Fault& fault, Configuration configuration, Also also) {
  INFO("the candidate: " << fault.name);
  FaultyServer incumbent({"well", EchoModel(2)});
  std::optional<FaultyServer> candidate(std::in_place, fault);
  RunningProxy proxy(configuration(incumbent.Address(), candidate->Address()));
  WithoutShadow<kRequests>();
  proxy.Status("/metrics");
  const std::ptrdiff_t descriptors = OpenDescriptors();

  MemoryWatch memory(proxy);
  const auto conversations = ConverseAtOnce(proxy.Port(), Noticing::kConnections, kRequests);
  CHECK(FirstDifference(conversations, WithoutShadow<kRequests>()) == "");
  CHECK(Slowest(conversations) < Noticing::kNoClientWaits);

  constexpr int kSent = Noticing::kConnections * kRequests;
  CHECK(
      RunningProxy::Eventually([&] { return InFlight(proxy) == 0; }, Noticing::kShadowsEndWithin));
  CHECK(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_mirror_memory_bytes") == 0; },
                               Noticing::kShadowsEndWithin));
  CHECK(memory.End() <= Noticing::kMaxMemory);
  CHECK(proxy.Metric("understudy_mirror_eligible_total") == kSent);
  CHECK(proxy.Metric("understudy_mirror_requests_total") == kSent);
  CHECK(proxy.Metric("understudy_mirror_pairs_total") == Outcomes(proxy, "mirrored"));
  CHECK(Outcomes(proxy, "mirrored") > 0);
  CHECK(Outcomes(proxy, "skipped") == 0);
  also(proxy);

  candidate.reset();  // what lies unread in its sockets keeps them open
  CHECK(RunningProxy::Eventually([&] { return OpenDescriptors() <= descriptors; }, 3000));
}

}  // namespace understudy
