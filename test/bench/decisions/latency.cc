// A candidate that takes 20 % longer, p99 and all: against a frozen threshold, paired with the
// incumbent, and through the product's path.
#include <cmath>
#include <vector>

#include "proxy/evidence/e_process.h"
#include "test/bench/decisions/kayenta_judge.h"
#include "test/bench/decisions/latencies.h"
#include "test/bench/decisions/product.h"
#include "test/bench/decisions/random.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kSlower = 1.2;
constexpr std::uint64_t kRuns = 1000;
constexpr std::uint64_t kHorizon = 20'000;  // requests of the candidate

Stop FrozenStop(Random& random, double threshold, double slower) {
  std::uint64_t above = 0;
  for (std::uint64_t i = 1; i <= kHorizon; ++i) {
    if (DrawLatency(random, slower) <= threshold) continue;
    if (LogERollback(i, ++above, kAboveP99) >= -std::log(kAlpha)) return i;
  }
  return std::nullopt;
}

// `known` answers of the incumbent froze the threshold; 0: it is the true one.
Stops Frozen(double slower, std::size_t known) {
  Stops stops(kHorizon);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(known > 0 ? "latency estimated" : "latency", run);
    const double threshold = known > 0 ? EstimatedP99(random, known) : kTrueP99;
    stops.Add(FrozenStop(random, threshold, slower));
  }
  return stops;
}

// What the product asks besides: "no more often than the incumbent on the same requests", the p99
// known. Evidence only grows when the candidate alone is above it.
Stops PairedKnown(double slower) {
  Stops stops(kHorizon);
  const double threshold = kTrueP99;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random("latency paired", run);
    std::uint64_t plus = 0;
    std::uint64_t minus = 0;
    Stop stop;
    for (std::uint64_t i = 1; i <= kHorizon && !stop; ++i) {
      const bool candidate = DrawLatency(random, slower) > threshold;
      const bool incumbent = DrawLatency(random, 1) > threshold;
      plus += candidate && !incumbent ? 1 : 0;
      minus += incumbent && !candidate ? 1 : 0;
      if (!candidate || incumbent) continue;
      if (LogMeanExp(TernaryBets(i, plus, minus, 0)) >= -std::log(kAlpha)) stop = i;
    }
    stops.Add(stop);
  }
  return stops;
}

Duration AsDuration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

// Through the ledger and the verdict: the window's first 100 answers of the incumbent freeze the
// threshold. Evidence cannot grow on answers below it, so fast ones need no look.
Stop ProductStop(Random& random, double slower) {
  const Plan plan = LatencyAtMost(0.99, 1, kAlpha);
  Ledger ledger = StartedLedger();
  Sample sample = Pair(false);
  for (std::uint64_t i = 1; i <= kHorizon; ++i) {
    const double latency = DrawLatency(random, slower);
    sample.incumbent.latency = AsDuration(DrawLatency(random, 1));
    sample.candidate_result.latency = AsDuration(latency);
    ledger.Add(sample);
    if (latency > kTrueP95 && Fails(ledger, plan)) return i;
  }
  return std::nullopt;
}

Stops Product(double slower) {
  constexpr std::uint64_t kFewerRuns = 200;
  Stops stops(kHorizon);
  for (std::uint64_t run = 0; run < kFewerRuns; ++run) {
    Random random("latency product", run);
    stops.Add(ProductStop(random, slower));
  }
  return stops;
}

// Each point is the p99 of 100 answers of its arm.
Stops MannWhitney(double slower) {
  constexpr std::size_t kAnswers = 100;
  Stops stops(kHorizon);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random("latency points", run);
    std::vector<double> canary;
    std::vector<double> baseline;
    for (std::size_t point = 0; point < kHorizon / kAnswers; ++point) {
      canary.push_back(slower * EstimatedP99(random, kAnswers));
      baseline.push_back(EstimatedP99(random, kAnswers));
    }
    stops.Add(FirstHigh(canary, baseline, kAnswers));
  }
  return stops;
}

}  // namespace

Rows Latency() {
  constexpr std::size_t kWellKnown = 10'000;
  Rows rows = {MedianRow("20 % slower, the p99 known", Frozen(kSlower, 0), 457)};
  rows.back().beside = {{"Mann-Whitney/100", MannWhitney(kSlower).Median()}};
  rows.push_back(
      MedianRow("20 % slower, frozen after 10,000 answers", Frozen(kSlower, kWellKnown)));
  rows.push_back(MedianRow("20 % slower, paired, the p99 known", PairedKnown(kSlower)));
  rows.push_back(MedianRow("20 % slower, the product's path", Product(kSlower)));
  rows.back().remark =
      "the threshold is the largest of the first 100, and the paired test must agree";
  const Stops equal = Frozen(1, 0);
  rows.push_back(ErrorRow("equal, the p99 known: 20,000 answers", equal.Share(), kRuns, kAlpha));
  rows.back().beside = {{"Mann-Whitney/100", {MannWhitney(1).Share()}}};
  const Stops equal_product = Product(1);
  rows.push_back(ErrorRow("equal, the product's path: 20,000 pairs", equal_product.Share(),
                          equal_product.runs(), kAlpha));
  for (Row& row : rows) {
    if (row.figure == "median pairs") row.figure = "median answers";
  }
  return rows;
}

}  // namespace understudy::decisions
