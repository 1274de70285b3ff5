// Whatever the candidate does, clients get the same bytes in the same time, memory stays within its
// budget, nothing is left open, and every request is accounted for.
#include <catch2/catch.hpp>
#include <optional>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/integration/isolation/accounts.h"

using namespace understudy;

namespace {

constexpr int kConnections = 4;
constexpr int kRequests = 50;  // on each
constexpr double kMaxMemory = 1u << 20;
constexpr auto kNoClientWaits = std::chrono::seconds(1);
// The timeout of a shadow, some ticks, and what a busy machine takes.
constexpr int kShadowsEndWithin = 1500;  // ms

constexpr const char* kMirrored =
    "    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 150ms, max_in_flight: 8, "
    "max_body: 256KiB, max_memory: 1MiB, adaptive: false}}]\n"
    "    compare: {preset: generic-json}\n";
constexpr const char* kShortIdle = ", pool: {idle: 50ms}";

const std::vector<Conversation>& WithoutShadow() {
  static const auto kConversations = [] {
    FaultyServer incumbent({"well", EchoModel()});
    RunningProxy proxy(OneModel(incumbent.Address()));
    return ConverseAtOnce(proxy.Port(), kConnections, kRequests, 0);
  }();
  return kConversations;
}

void NoClientNotices(const Fault& fault) {
  INFO("the candidate: " << fault.name);
  FaultyServer incumbent({"well", EchoModel(2)});
  std::optional<FaultyServer> candidate(std::in_place, fault);
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate->Address(), kMirrored, kShortIdle));
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

  candidate.reset();  // what lies unread in its sockets keeps them open
  CHECK(RunningProxy::Eventually([&] { return OpenDescriptors() <= descriptors; }, 3000));
}

}  // namespace

TEST_CASE("no client notices a candidate that cannot be reached") {
  NoClientNotices(GENERATE(
      from_range(FaultsNamed({"refuses", "accepts and closes", "never accepts", "black hole"}))));
}

TEST_CASE("no client notices a candidate that takes its time") {
  NoClientNotices(GENERATE(from_range(FaultsNamed(
      {"never reads", "reads a byte a second", "answers a byte a second", "ten times slower"}))));
}

TEST_CASE("no client notices a candidate that answers wrongly") {
  NoClientNotices(GENERATE(from_range(
      FaultsNamed({"resets inside the body", "answers before the request's end", "garbage"}))));
}

TEST_CASE("no client notices a candidate that answers too much") {
  NoClientNotices(GENERATE(from_range(FaultsNamed(
      {"endless chunks", "endless until close", "floods interim answers", "answers at length"}))));
}
