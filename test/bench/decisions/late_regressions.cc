// A candidate that was good for 100,000 pairs and then becomes bad: the longer the good past, the
// longer one process over everything takes, so that others begin afresh.
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/e_process.h"
#include "test/bench/decisions/product.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"
#include "test/bench/decisions/watched_change.h"

namespace understudy::decisions {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kNewRate = 0.05;
constexpr std::uint64_t kPast = 100'000;  // pairs, in four windows
constexpr std::uint64_t kWindows = 4;
constexpr std::uint64_t kHorizon = 150'000;  // pairs after the change
constexpr std::uint64_t kRuns = 300;

struct Past {
  double margin;
  double rate;  // before the change
  std::optional<double> wanted;
};
constexpr std::array kPasts = {Past{0.01, 0.005, 15'000}, Past{0.01, 0, std::nullopt},
                               Past{0.02, 0, std::nullopt}};

using Events = std::vector<std::uint64_t>;

Stop CumulativeStop(std::uint64_t past_events, const Events& after, double margin) {
  std::uint64_t seen = past_events;
  for (const std::uint64_t at : after) {
    if (LogERollback(kPast + at, ++seen, margin) >= -std::log(kAlpha)) return at;
  }
  return std::nullopt;
}

Ledger PastLedger(const Events& past) {
  Ledger ledger = StartedLedger();
  auto next = past.begin();
  for (std::uint64_t i = 1; i <= kPast; ++i) {
    const std::uint64_t window = 1 + (i - 1) * kWindows / kPast;
    ledger.StartWindow(window, kNow);
    const bool differs = next != past.end() && *next == i;
    if (differs) ++next;
    ledger.Add(Pair(differs, window));
  }
  return ledger;
}

// Through the product's path; `window` is where the pairs after the change belong.
Stop MixtureStop(Ledger ledger, const Events& after, double margin, std::uint64_t window) {
  ledger.StartWindow(window, kNow);
  const Plan plan = MeanAtMost(margin, kAlpha);
  const Sample same = Pair(false, window);
  const Sample different = Pair(true, window);
  std::uint64_t pairs = 0;
  for (const std::uint64_t at : after) {
    for (; pairs + 1 < at; ++pairs) ledger.Add(same);
    ledger.Add(different);
    pairs = at;
    if (Fails(ledger, plan)) return at;
  }
  return std::nullopt;
}

struct Measured {
  Stops cumulative{kHorizon};
  Stops fresh_window{kHorizon};
  Stops same_window{kHorizon};
  std::vector<Stops> detectors = std::vector(kLevels.size(), Stops(kHorizon));  // per level
  std::array<std::uint64_t, kLevels.size()> alarms_before{};
};

Measured Measure(const Past& past) {
  Measured measured;
  std::optional<Ledger> clean_ledger;  // without differences every run has the same past
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("late {} {}", past.margin, past.rate), run);
    const Events before = past.rate > 0 ? RareEvents(random, past.rate, kPast) : Events();
    const Events after = RareEvents(random, kNewRate, kHorizon);
    measured.cumulative.Add(CumulativeStop(before.size(), after, past.margin));
    if (past.rate > 0 || !clean_ledger) clean_ledger = PastLedger(before);
    measured.fresh_window.Add(MixtureStop(*clean_ledger, after, past.margin, kWindows + 1));
    measured.same_window.Add(MixtureStop(*clean_ledger, after, past.margin, kWindows));
    const Alarms alarms = WatchChange(before, kPast, after, kHorizon, past.margin);
    for (std::size_t level = 0; level < kLevels.size(); ++level) {
      measured.detectors[level].Add(alarms.after[level]);
      measured.alarms_before[level] += alarms.before[level] ? 1 : 0;
    }
  }
  return measured;
}

void AddRows(Rows& rows, const Past& past) {
  const Measured measured = Measure(past);
  const std::string about =
      fmt::format("margin {:g} %, past {:g} %: ", 100 * past.margin, 100 * past.rate);
  rows.push_back(MedianRow(about + "one process over all", measured.cumulative, past.wanted));
  rows.push_back(MedianRow(about + "mixture, a new stage begins", measured.fresh_window));
  rows.push_back(MedianRow(about + "mixture, 25,000 pairs into a stage", measured.same_window));
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    rows.push_back(MedianRow(about + fmt::format("detector, c = {:.0f}", kLevels[level]),
                             measured.detectors[level]));
    if (measured.alarms_before[level] == 0) continue;
    rows.back().remark = fmt::format("{} of {} runs alarmed in the good past already",
                                     measured.alarms_before[level], kRuns);
  }
}

}  // namespace

Rows LateRegressions() {
  Rows rows;
  for (const Past& past : kPasts) AddRows(rows, past);
  return rows;
}

}  // namespace understudy::decisions
