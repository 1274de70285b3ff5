// Simulated pairs: chance that repeats itself, shares that come out, and sums that add up.
#include "proxy/offline/simulated_traffic.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "proxy/offline/plan_shape.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime kStart{seconds(1'000'000'000)};

LedgerShape Shape() { return {.comparators = {"top1"}, .control = true}; }

Ledger Fed(const TrafficModel& model, Duration until, std::uint32_t weight_ppm,
           LedgerShape shape = Shape()) {
  Ledger ledger(std::move(shape));
  ledger.StartWindow(1, kStart);
  SimulatedTraffic traffic(model, ledger.shape(), 1, 0, kStart);
  traffic.FeedUntil(kStart + until, weight_ppm, ledger);
  return ledger;
}

TEST_CASE("a seed's bits are the same on every machine") {
  RandomBits bits(1, 0);
  CHECK(bits.Next() == 0x6082e9993631e7d5u);
  CHECK(bits.Next() == 0xe9acc0d447272233u);
  CHECK(bits.Next() == 0x05fef1147bb626b9u);
}

TEST_CASE("streams of a seed differ, and so do seeds") {
  CHECK(RandomBits(1, 0).Next() != RandomBits(1, 1).Next());
  CHECK(RandomBits(1, 0).Next() != RandomBits(2, 0).Next());
  CHECK(RandomBits(1, 1).Next() != RandomBits(2, 0).Next());
}

TEST_CASE("coins fall with the share that is asked for") {
  RandomBits bits(7, 0);
  for (const double share : {0.001, 0.02, 0.5, 0.9}) {
    int ones = 0;
    for (int i = 0; i < 20'000; ++i) ones += std::popcount(bits.Coins(share));
    const double tosses = 20'000 * 64;
    const double spread = std::sqrt(share * (1 - share) / tosses);
    CHECK(ones / tosses == Approx(share).margin(5 * spread));
  }
  CHECK(bits.Coins(0) == 0);
  CHECK(bits.Coins(-1) == 0);
  CHECK(bits.Coins(1) == ~std::uint64_t{0});
}

TEST_CASE("pairs come at their rate, each compared and covered") {
  const Ledger ledger = Fed({.pairs_per_second = 70}, milliseconds(2500), 0);
  const WindowSums& window = *ledger.Current();
  CHECK(window.compared == 175);
  CHECK(window.coverage.eligible == 175);
  CHECK(window.coverage.Ratio() == 1);
  CHECK(window.newest_sample == kStart + milliseconds(2500));
  CHECK(window.scores[0].zeros == 175);
}

TEST_CASE("the newest pair is new, however many come at once") {
  Ledger ledger(Shape());
  ledger.StartWindow(1, kStart);
  SimulatedTraffic traffic({.pairs_per_second = 10'240}, ledger.shape(), 1, 0, kStart);
  for (int second = 1; second <= 3; ++second) {
    traffic.FeedUntil(kStart + seconds(second), 0, ledger);
    CHECK(ledger.Current()->newest_sample == kStart + seconds(second));
    CHECK(ledger.Current()->compared == 10'240u * static_cast<unsigned>(second));
  }
}

TEST_CASE("differences, errors, noise and serving have their shares") {
  const TrafficModel model{.true_rate = 0.1,
                           .noise = 0.2,
                           .error_rate = 0.05,
                           .control_rate = 0.5,
                           .pairs_per_second = 100'000};
  const Ledger ledger = Fed(model, seconds(10), 250'000);
  const WindowSums& window = *ledger.Current();
  const double pairs = 1'000'000;
  CHECK(window.compared == 1'000'000);
  CHECK(window.scores[0].Mean() == Approx(1 - 0.9 * 0.8 * 0.95).margin(0.003));
  CHECK(window.errors.candidate / pairs == Approx(0.05).margin(0.002));
  CHECK(window.errors.incumbent == 0);
  CHECK(window.noise[0].control.n() / pairs == Approx(0.5).margin(0.003));
  CHECK(window.noise[0].control.Mean() == Approx(0.2).margin(0.003));
  REQUIRE(window.serving.size() == 1);
  CHECK(window.serving[0].share_ppm == 250'000);
  CHECK(window.serving[0].candidate_requests / pairs == Approx(0.25).margin(0.003));
  CHECK(window.serving[0].candidate_requests + window.serving[0].incumbent_requests == 1'000'000);
  CHECK(window.serving[0].candidate_errors / pairs == Approx(0.25 * 0.05).margin(0.001));
}

TEST_CASE("many equal samples at once are the same evidence as one after the other") {
  Sample sample;
  sample.window = 3;
  sample.at = kStart + seconds(1);
  sample.incumbent = {.outcome = ExchangeOutcome::kAnswered, .status = 200};
  sample.candidate_result = sample.incumbent;
  sample.scores = {{.comparator = 0, .divergence = 1}};
  sample.control = {{.comparator = 0, .divergence = 0}};
  Ledger singly(Shape());
  singly.StartWindow(3, kStart);
  Ledger at_once = singly;
  SampleBlocks blocks;
  for (const std::uint64_t count : {5u, 1'023u, 1'024u, 1'025u, 7'777u}) {
    blocks.Add(2, sample, count, at_once);
    for (std::uint64_t i = 0; i < count; ++i) singly.Add(sample);
  }
  const WindowSums& expected = *singly.Current();
  const WindowSums& merged = *at_once.Current();
  CHECK(merged.compared == expected.compared);
  CHECK(merged.scores == expected.scores);
  CHECK(merged.noise == expected.noise);
  CHECK(merged.errors == expected.errors);
  CHECK(merged.newest_sample == expected.newest_sample);
  CHECK(merged.latency.candidate == expected.latency.candidate);
  CHECK(merged.latency.baseline == expected.latency.baseline);
}

TEST_CASE("pairs of a window's warm-up are seen and not counted") {
  LedgerShape shape = Shape();
  shape.warm_up = seconds(2);
  Ledger ledger(shape);
  ledger.StartWindow(1, kStart);
  SimulatedTraffic traffic({.pairs_per_second = 5000}, shape, 1, 0, kStart);
  for (int second = 1; second <= 4; ++second) {
    traffic.FeedUntil(kStart + seconds(second), 0, ledger);
  }
  CHECK(traffic.pairs() == 20'000);
  CHECK(ledger.Current()->warming_up == 5'000);
  CHECK(ledger.Current()->compared == 15'000);
}

TEST_CASE("the shape holds what the checks of the plan and its stages name, once each") {
  Plan plan;
  plan.checks = {{.name = "a", .comparator = "top1"},
                 {.name = "b", .kind = CheckKind::kErrorRate},
                 {.name = "c", .kind = CheckKind::kValue, .value = "tokens"}};
  Stage stage;
  stage.checks = {{.name = "d", .comparator = "values"}, {.name = "e", .comparator = "top1"}};
  plan.stages = {stage};
  const LedgerShape shape = ShapeOfPlan(plan, true);
  CHECK(shape.comparators == std::vector<std::string>{"top1", "values"});
  CHECK(shape.values == std::vector<std::string>{"tokens"});
  CHECK(shape.control);
}

}  // namespace
}  // namespace understudy
