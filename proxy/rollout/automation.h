// What a rollout does by itself: rolls back, holds, raises when the evidence allows it, completes.
// It never undoes an operator's hold or lowering.
//
// Threads: any; pure functions over a step under construction. None acts on an ended rollout.
#pragma once

#include <string_view>

#include "proxy/rollout/change.h"

namespace understudy {

// Hold FROZEN follows the route's switch.
void FollowFreeze(RolloutChange& change, std::string_view reason);

// The verdict in the facts is applied: FAIL, release of what it settles, time run out, next raise.
void ApplyVerdict(RolloutChange& change);

void TripBreaker(RolloutChange& change, std::string_view reason);
void Restart(RolloutChange& change, WallTime last_alive);
void SupersedeVersions(RolloutChange& change, std::string_view reason);
void ParkWithoutCandidate(RolloutChange& change, std::string_view reason);

}  // namespace understudy
