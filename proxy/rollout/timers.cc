// Stage time without pauses.
#include "proxy/rollout/timers.h"

#include <algorithm>

namespace understudy {

bool IsPaused(const RolloutState& state) {
  return !state.holds.Empty() || state.weight_lowered_by_operator;
}

Duration StageElapsed(const RolloutState& state, WallTime now) {
  Duration paused = state.stage_held;
  if (state.held_since) paused += std::max(Duration::zero(), Duration(now - *state.held_since));
  return std::max(Duration::zero(), Duration(now - state.stage_since) - paused);
}

void UpdatePause(RolloutState& state, WallTime now) {
  const bool paused = IsPaused(state);
  if (paused && !state.held_since) state.held_since = now;
  if (!paused && state.held_since) {
    state.stage_held += std::max(Duration::zero(), Duration(now - *state.held_since));
    state.held_since.reset();
  }
}

const Stage* CurrentStage(const RolloutState& state) {
  const bool staged = state.phase == Phase::kShadowing || state.phase == Phase::kRamping;
  return staged && state.stage < state.plan.stages.size() ? &state.plan.stages[state.stage]
                                                          : nullptr;
}

}  // namespace understudy
