// Feeds the detector pair by pair, looking after each.
#include "test/bench/decisions/watched_change.h"

#include <algorithm>
#include <cmath>

#include "proxy/evidence/change_detector.h"

namespace understudy::decisions {
namespace {

// Feeds pairs 1..`pairs`, those in `events` being different, until `look`, called after each with
// its number, is false.
template <typename Look>
void Feed(ChangeDetector& detector, std::span<const std::uint64_t> events, std::uint64_t pairs,
          Look look) {
  auto next = events.begin();
  for (std::uint64_t i = 1; i <= pairs; ++i) {
    const bool differs = next != events.end() && *next == i;
    if (differs) ++next;
    detector.Add(differs ? 1 : 0);
    if (!look(i)) return;
  }
}

}  // namespace

Alarms WatchChange(std::span<const std::uint64_t> before, std::uint64_t past,
                   std::span<const std::uint64_t> after, std::uint64_t horizon, double margin) {
  ChangeDetector detector(margin);
  double highest = 0;
  Feed(detector, before, past, [&](std::uint64_t) {
    highest = std::max(highest, detector.LogStatistic());
    return true;
  });
  Alarms alarms;
  Feed(detector, after, horizon, [&](std::uint64_t pair) {
    const double statistic = detector.LogStatistic();
    for (std::size_t level = 0; level < kLevels.size(); ++level) {
      const bool reached = statistic >= std::log(kLevels[level]);
      if (reached && !alarms.after[level]) alarms.after[level] = pair;
    }
    return !alarms.after.back();
  });
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    alarms.before[level] = highest >= std::log(kLevels[level]);
  }
  return alarms;
}

}  // namespace understudy::decisions
