// What operators ask of one rollout, and when they are refused.
//
// Threads: any; a pure function over a step under construction.
#pragma once

#include "absl/status/status.h"
#include "proxy/rollout/change.h"

namespace understudy {

// Applies the command. kKill lowers to zero and kFreeze, kUnfreeze follow the facts, which already
// show the switch's new place; kUnkill changes no rollout. Asking for what is already so changes
// nothing and is no error. ABORTED when if_generation does not hold; FAILED_PRECONDITION, with the
// present state, in the wrong phase; INVALID_ARGUMENT for impossible values.
absl::Status ApplyCommand(RolloutChange& change, const Command& command);

}  // namespace understudy
