// Detection through the product's whole path, which divides its bets between a process of the whole
// rollout and fresh ones of each window, and so needs somewhat more pairs than one process alone.
#include <array>
#include <span>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "test/bench/decisions/product.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kMargin = 0.01;
constexpr double kAlpha = 0.05;
constexpr std::uint64_t kRuns = 3000;

// Pairs until the verdict is FAIL; looked at after each pair that differs, as evidence only grows
// then.
Stop FailStop(std::span<const std::uint64_t> events) {
  const Plan plan = MeanAtMost(kMargin, kAlpha);
  const Sample same = Pair(false);
  const Sample different = Pair(true);
  Ledger ledger = StartedLedger();
  std::uint64_t pairs = 0;
  for (const std::uint64_t at : events) {
    for (; pairs + 1 < at; ++pairs) ledger.Add(same);
    ledger.Add(different);
    pairs = at;
    if (Fails(ledger, plan)) return at;
  }
  return std::nullopt;
}

// The same by the formula: the fresh process of the only window bets as the whole rollout does, and
// what is kept for windows to come does not bet.
Stop MixtureStop(std::span<const std::uint64_t> events) {
  constexpr double kHeldBack = (1 - kWholeRolloutShare) / 2;
  return RollbackStop(events, kMargin, 1 / ((1 / kAlpha - kHeldBack) / (1 - kHeldBack)));
}

struct Case {
  double rate;
  double designed;  // median pairs of one process, as the design says
};
constexpr std::array kCases = {Case{0.015, 3475}, Case{0.02, 954}, Case{0.03, 292}, Case{0.05, 86},
                               Case{0.1, 26}};

struct Measured {
  Stops product;
  Stops mixture;
  Stops alone;  // one process
};

Measured Measure(double rate, std::uint64_t horizon) {
  Measured measured{Stops(horizon), Stops(horizon), Stops(horizon)};
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("product {}", rate), run);
    const auto events = RareEvents(random, rate, horizon);
    measured.product.Add(FailStop(events));
    measured.mixture.Add(MixtureStop(events));
    measured.alone.Add(RollbackStop(events, kMargin, kAlpha));
  }
  return measured;
}

Row DetectionRow(const Case& given, std::uint64_t horizon) {
  const Measured measured = Measure(given.rate, horizon);
  Row row = MedianRow(fmt::format("true rate {:g} %, verdict FAIL", 100 * given.rate),
                      measured.product, measured.mixture.Median().value);
  row.beside = {{"one process", measured.alone.Median()},
                {"design, one process", {given.designed}}};
  row.remark = fmt::format("{:+.1f} % over one process on the same pairs",
                           100 * (row.ours.value / measured.alone.Median().value - 1));
  return row;
}

}  // namespace

Rows ProductPath() {
  constexpr std::uint64_t kHorizon = 40'000;
  constexpr std::uint64_t kHealthy = 20'000;
  Rows rows;
  for (const Case& given : kCases) rows.push_back(DetectionRow(given, kHorizon));
  const Measured healthy = Measure(kMargin, kHealthy);
  rows.push_back(ErrorRow("true rate 1 %: wrongly FAIL in 20,000 pairs", healthy.product.Share(),
                          kRuns, kAlpha));
  return rows;
}

}  // namespace understudy::decisions
