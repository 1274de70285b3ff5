// Rollouts as tables and sentences. Pure: messages in, text out.
#pragma once

#include <string>

#include "understudy/v1/rollout.pb.h"

namespace understudy {

// What a change did: the server's sentence, then the rollout after it.
std::string RenderCommandResponse(const v1::RolloutCommandResponse& response);

// One line per rollout, and the versions in quarantine below.
std::string RenderRollouts(const v1::ListRolloutsResponse& response);

}  // namespace understudy
