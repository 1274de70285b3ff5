// Stage timers, which stop while the stage is held.
//
// Threads: any; pure functions.
#pragma once

#include "proxy/model/rollout.h"

namespace understudy {

// Whether something keeps automation from raising: a hold, or a weight that an operator lowered.
bool IsPaused(const RolloutState& state);

// The stage's own time at `now`: since it was entered, without the time it was paused. Not
// negative.
Duration StageElapsed(const RolloutState& state, WallTime now);

// Starts or ends the present pause to match the holds. To be called after they changed.
void UpdatePause(RolloutState& state, WallTime now);

// The stage the rollout is in; nullptr in DRAFT, BAKING and after the end.
const Stage* CurrentStage(const RolloutState& state);

}  // namespace understudy
