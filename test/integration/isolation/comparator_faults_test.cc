// A comparator that does its worst: pairs are counted as uncomparable, and nothing waits for it.
#include <atomic>
#include <catch2/catch.hpp>
#include <limits>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/integration/isolation/scripted_comparing.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

constexpr auto kNoClientWaits = std::chrono::milliseconds(500);
constexpr int kConnections = 3;
constexpr int kRequests = 60;  // on each
constexpr std::uint64_t kSent = kConnections * kRequests;

std::uint64_t Uncomparable(const Coverage& counted, UncomparableReason reason) {
  return counted.uncomparable[static_cast<std::size_t>(reason)];
}

struct Misbehaving {
  std::string how;
  ScriptedComparing::Compare compare;
};

Comparison Divergence(double value) {
  Comparison comparison;
  comparison.divergence = value;
  return comparison;
}

}  // namespace

TEST_CASE("while a comparator blocks, clients are served and pairs beyond the ring are counted") {
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  std::atomic<bool> released{false};
  std::atomic<int> asked{0};
  ScriptedComparing proxy(incumbent.Port(), candidate.Port(), [&](const Pair&) {
    ++asked;
    while (!released) LetPass(1);
    return Divergence(0);
  });
  const auto conversations = ConverseAtOnce(proxy.Port(), kConnections, kRequests);
  CHECK(Slowest(conversations) < kNoClientWaits);
  for (const auto& one : conversations) {
    for (const std::string& answer : one.answers) CHECK(answer.starts_with("HTTP/1.1 200 "));
  }
  // One pair is with the comparator and the ring is full: all others were let go at once.
  constexpr std::uint64_t kHeld = ScriptedComparing::kRing + 1;
  CHECK(RunningProxy::Eventually([&] { return proxy.Counted().InFlight() == kHeld; }));
  CHECK(asked == 1);
  Coverage counted = proxy.Counted();
  CHECK(counted.eligible == kSent);
  CHECK(Uncomparable(counted, UncomparableReason::kCompareQueueFull) == counted.mirrored - kHeld);
  CHECK(counted.mirrored + counted.Dropped() == kSent);
  CHECK(counted.mirrored > kHeld);
  // What was lost is known by segment too: no request named its language.
  constexpr std::size_t kUnknown = 2;
  CHECK(counted.loss.lost_by_slot[kUnknown] == kSent - kHeld);

  released = true;
  CHECK(RunningProxy::Eventually([&] { return proxy.Counted().InFlight() == 0; }));
  counted = proxy.Counted();
  CHECK(counted.compared == kHeld);
  CHECK(RunningProxy::Eventually([&] { return proxy.MirrorMemory() == 0; }));
}

TEST_CASE("a comparator that throws or returns what is no divergence leaves pairs uncomparable") {
  const auto misbehaving = GENERATE(values<Misbehaving>({
      {"throws",
       [](const Pair&) -> absl::StatusOr<Comparison> {
         throw std::runtime_error("out of cheese");
       }},
      {"throws what is no exception", [](const Pair&) -> absl::StatusOr<Comparison> { throw 42; }},
      {"NaN", [](const Pair&) { return Divergence(std::numeric_limits<double>::quiet_NaN()); }},
      {"2.0", [](const Pair&) { return Divergence(2.0); }},
      {"infinity", [](const Pair&) { return Divergence(std::numeric_limits<double>::infinity()); }},
      {"below 0", [](const Pair&) { return Divergence(-0.1); }},
  }));
  INFO("the comparator: " << misbehaving.how);
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  ScriptedComparing proxy(incumbent.Port(), candidate.Port(), misbehaving.compare);
  const auto conversations = ConverseAtOnce(proxy.Port(), kConnections, kRequests);
  CHECK(Slowest(conversations) < kNoClientWaits);
  CHECK(RunningProxy::Eventually([&] {
    const Coverage counted = proxy.Counted();
    return counted.eligible == kSent && counted.InFlight() == 0;
  }));
  const Coverage counted = proxy.Counted();
  CHECK(counted.compared == 0);
  CHECK(counted.mirrored > 0);
  CHECK(counted.mirrored + counted.Dropped() == kSent);
  CHECK(Uncomparable(counted, UncomparableReason::kComparatorError) +
            Uncomparable(counted, UncomparableReason::kCompareQueueFull) ==
        counted.mirrored);
}
