// A faulty shadow leaves its clients' p99 where it is without a shadow.
#include <atomic>
#include <catch2/catch.hpp>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/isolation/latency/paired_latency.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

constexpr int kRounds = 21;
constexpr const char* kMirrored =
    "    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 200ms, max_in_flight: 16, "
    "max_body: 256KiB, adaptive: false}}]\n";

void LeavesLatencyAlone(const std::vector<std::string>& faults) {
  const Fault fault = GENERATE_COPY(from_range(FaultsNamed(faults)));
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate(fault);
  RunningProxy without(OneModel(incumbent.Address()));
  RunningProxy with(TwoModels(incumbent.Address(), candidate.Address(), kMirrored));
  const PairedLatency latency = CompareLatency(without.Port(), with.Port(), kRounds);
  INFO("the candidate: " << fault.name << "; " << latency.ToString());
  CHECK(latency.Same());
  WARN(fault.name << ": " << latency.ToString());
}

}  // namespace

TEST_CASE("p99 stays where it is while the shadow is silent") {
  LeavesLatencyAlone({"black hole", "never accepts", "ten times slower"});
}

TEST_CASE("p99 stays where it is while the shadow breaks connections") {
  LeavesLatencyAlone({"refuses", "accepts and closes", "resets inside the body"});
}

TEST_CASE("p99 stays where it is while the shadow floods interim answers") {
  LeavesLatencyAlone({"floods interim answers"});
}

TEST_CASE("p99 stays where it is while the shadow answers too much") {
  LeavesLatencyAlone({"endless chunks", "answers at length"});
}

// What the machine's noise alone amounts to: where this fails, the others say nothing.
TEST_CASE("two proxies without a shadow have the same p99") {
  FaultyServer incumbent({"well", EchoModel()});
  RunningProxy one(OneModel(incumbent.Address()));
  RunningProxy other(OneModel(incumbent.Address()));
  const PairedLatency latency = CompareLatency(one.Port(), other.Port(), kRounds);
  INFO(latency.ToString());
  CHECK(latency.Same());
  WARN("no shadow: " << latency.ToString());
}

// What makes the others honest: clients that wait longer are noticed.
TEST_CASE("a delay of each request, and one of a few requests, are told from none") {
  struct Delay {
    int milliseconds, every;
  };
  const auto delay = GENERATE(values<Delay>({{5, 1}, {40, 25}}));
  FaultyServer incumbent({"well", EchoModel()});
  std::atomic<int> requests{0};
  FaultyServer delayed({"late", [&](FakeUpstream::Connection& c, const HttpText&) {
                          while (!c.ending) {
                            if (!c.reader.HasBytes() && !c.socket.WaitReadable(10)) continue;
                            const HttpText request = c.reader.Read();
                            if (!request.whole) break;
                            if (++requests % delay.every == 0) LetPass(delay.milliseconds);
                            if (!c.socket.Send(EchoAnswer(request))) break;
                          }
                          return false;
                        }});
  RunningProxy without(OneModel(incumbent.Address()));
  RunningProxy with(OneModel(delayed.Address()));
  const PairedLatency latency = CompareLatency(without.Port(), with.Port(), 7);
  INFO(delay.milliseconds << " ms, every " << delay.every << "th: " << latency.ToString());
  CHECK_FALSE(latency.Same());
}
