// The next look: by pairs, by the clock and by the stage's timers.
#include "proxy/offline/look_times.h"

#include <algorithm>
#include <array>

#include "proxy/rollout/timers.h"

namespace understudy {
namespace {

constexpr Duration kLongest = std::chrono::hours(24 * 365);  // a rate next to nothing must not
                                                             // overflow the clock

Duration UntilNextTimer(const RolloutState& state, WallTime now) {
  const Duration elapsed = StageElapsed(state, now);
  const Stage* stage = CurrentStage(state);
  std::array timers = {Duration::zero(), Duration::zero()};
  if (state.phase == Phase::kBaking) timers[0] = state.plan.bake_duration;
  if (stage != nullptr) timers = {stage->min_duration, stage->max_duration};
  Duration next = kLongest;
  for (const Duration timer : timers) {
    if (timer > elapsed) next = std::min(next, timer - elapsed);
  }
  return next;
}

}  // namespace

Duration UntilNextLook(const RolloutState& state, std::uint64_t seen, double pairs_per_second,
                       WallTime now) {
  const std::uint64_t pairs = std::max(kPairsPerLook, seen / kLooksPerWindow);
  const double seconds = static_cast<double>(pairs) / pairs_per_second;
  if (!(seconds < Seconds(kLongest))) return kLongest;
  const Duration wanted = std::max(
      kLookSpacing, std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
  // While it is held the timers stand still.
  return IsPaused(state) ? wanted : std::min(wanted, UntilNextTimer(state, now));
}

}  // namespace understudy
