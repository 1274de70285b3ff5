// How long the change detector runs until it is wrong about a candidate exactly at its margin, and
// what it makes of traffic without any difference.
#include <algorithm>
#include <array>
#include <cmath>

#include "fmt/format.h"
#include "proxy/evidence/change_detector.h"
#include "test/bench/decisions/random.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kMargin = 0.01;

struct Level {
  double threshold;
  std::uint64_t runs;
};
constexpr std::array kLevels = {Level{20, 1000}, Level{1'000, 1000}, Level{10'000, 200},
                                Level{100'000, 60}};
constexpr std::uint64_t kHorizonLevels = 20;  // runs end at so many times the threshold

Stop FirstAlarm(Random& random, double threshold, std::uint64_t horizon) {
  ChangeDetector detector(kMargin);
  for (std::uint64_t i = 1; i <= horizon; ++i) {
    detector.Add(random.Chance(kMargin) ? 1 : 0);
    if (detector.LogStatistic() >= std::log(threshold)) return i;
  }
  return std::nullopt;
}

// The largest value of the statistic on traffic without a difference; it settles.
double HighestOnCleanTraffic() {
  constexpr std::uint64_t kSettled = 100'000;
  ChangeDetector detector(kMargin);
  double highest = 0;
  for (std::uint64_t i = 0; i < kSettled; ++i) {
    detector.Add(0);
    highest = std::max(highest, detector.LogStatistic());
  }
  return std::exp(highest);
}

}  // namespace

Rows ChangeAlarms() {
  Rows rows;
  for (const Level& level : kLevels) {
    const auto horizon = static_cast<std::uint64_t>(level.threshold) * kHorizonLevels;
    Stops stops(horizon);
    for (std::uint64_t run = 0; run < level.runs; ++run) {
      Random random(fmt::format("alarms {}", level.threshold), run);
      stops.Add(FirstAlarm(random, level.threshold, horizon));
    }
    rows.push_back(AtLeastRow(fmt::format("true rate 1 %, c = {:.0f}", level.threshold),
                              "mean pairs to an alarm", stops.MeanUpToHorizon(), level.runs,
                              level.threshold));
    if (stops.Share() == 1) continue;
    rows.back().remark =
        fmt::format("runs end after {} c; {:.1f} % came to their end without an alarm",
                    kHorizonLevels, 100 * (1 - stops.Share()));
  }
  rows.push_back(
      ReportedRow("no differences at all", "highest statistic", {HighestOnCleanTraffic()}, 1));
  rows.back().remark = "a level c below this alarms on perfect traffic";
  return rows;
}

}  // namespace understudy::decisions
