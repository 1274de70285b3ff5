// One target with all that is known of it, for Get and Watch.
//
// Threads: pure functions.
#pragma once

#include "proxy/control/admin_target.h"
#include "proxy/model/control_view.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

v1::GetRolloutResponse PictureOf(const ControlView& view, const AdminTarget& target, WallTime now);

// What a watcher is told of as a change: phase, stage, weight, holds, generation, verdict, kill,
// freeze. Numbers that move with every request are left out.
std::string ChangeKey(const v1::GetRolloutResponse& picture);

}  // namespace understudy
