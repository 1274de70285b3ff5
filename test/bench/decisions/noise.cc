// A candidate judged against the incumbent's own noise: D = div(incumbent, candidate) -
// div(incumbent, control), null "the mean of D is at most 0".
#include <cmath>
#include <span>
#include <string>

#include "fmt/format.h"
#include "proxy/evidence/e_process.h"
#include "test/bench/decisions/noise_stream.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kAlpha = 0.05;
constexpr std::uint64_t kPairs = 20'000;
constexpr std::uint64_t kRuns = 1000;
constexpr std::uint64_t kClaimedRuns = 100;  // in so many the design saw no alarm
// 10 % of requests are flaky, and the incumbent differs from itself in 3 % of all.
constexpr NoisyModel kFlips = {.odd = OddAnswers::kOne, .flaky = 0.1, .differs = 0.3};
constexpr NoisyModel kDrawn = {.odd = OddAnswers::kMany, .flaky = 0.1, .differs = 0.3};

// Evidence only grows when D is 1, so that looking then is looking after each pair.
Stop DifferenceStop(std::span<const std::int8_t> difference) {
  std::uint64_t plus = 0;
  std::uint64_t minus = 0;
  for (std::uint64_t i = 0; i < difference.size(); ++i) {
    if (difference[i] < 0) ++minus;
    if (difference[i] <= 0) continue;
    ++plus;
    const double log_e = LogMeanExp(DifferenceRollbackBets(Ternary(i + 1, plus, minus), 0));
    if (log_e >= -std::log(kAlpha)) return i + 1;
  }
  return std::nullopt;
}

struct Measured {
  Stops ours{kPairs};
  Peers peers{kPairs};
  std::uint64_t claimed_alarms = 0;  // in the first kClaimedRuns
};

Measured Measure(const NoisyModel& model) {
  Measured measured;
  const std::string name = fmt::format("noise {} {} {} {}", model.odd == OddAnswers::kOne,
                                       model.flaky, model.differs, model.wrong);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(name, run);
    const NoisyStream stream = DrawNoisyStream(random, model, kPairs);
    const Stop stop = DifferenceStop(stream.difference);
    if (stop && run < kClaimedRuns) ++measured.claimed_alarms;
    measured.ours.Add(stop);
    measured.peers.AddAgainstControl(stream.series);
  }
  return measured;
}

void AddEqual(Rows& rows, const std::string& about, const NoisyModel& model) {
  const Measured measured = Measure(model);
  Row row = ErrorRow(about + ", equal candidate", measured.ours.Share(), kRuns, kAlpha, 0);
  row.beside = measured.peers.Shares(kPairs);
  row.remark = fmt::format(
      "looked at after each of 20,000 pairs; alarms in the first {} runs: {}, where "
      "the design saw none",
      kClaimedRuns, measured.claimed_alarms);
  rows.push_back(row);
}

void AddWorse(Rows& rows, const std::string& about, const NoisyModel& model,
              std::optional<double> wanted) {
  const Measured measured = Measure(model);
  Row row = MedianRow(about, measured.ours, wanted);
  row.beside = measured.peers.Medians();
  if (!wanted) {
    row.rule = "found in every run";
    row.ok = measured.ours.Share() == 1;
  }
  rows.push_back(row);
}

void AddMild(Rows& rows, const std::string& about, NoisyModel model, std::optional<double> two,
             std::optional<double> five) {
  AddEqual(rows, about, model);
  model.wrong = 0.02;
  AddWorse(rows, about + ", wrong on 2 % more", model, two);
  model.wrong = 0.05;
  AddWorse(rows, about + ", wrong on 5 % more", model, five);
}

}  // namespace

Rows Noise() {
  Rows rows;
  AddMild(rows, "noise 3 % of flips", kFlips, 1120, 254);
  AddMild(rows, "noise 3 % of drawn text", kDrawn, std::nullopt, std::nullopt);
  for (const double noise : {0.4, 0.66, 0.9}) {
    const std::string about = fmt::format("noise {:g} %", 100 * noise);
    AddEqual(rows, about, {.differs = noise});
    AddWorse(rows, about + ", always wrong", {.differs = noise, .wrong = 1}, std::nullopt);
  }
  return rows;
}

}  // namespace understudy::decisions
