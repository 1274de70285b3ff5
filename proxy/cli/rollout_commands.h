// understudyctl rollout ...: make, read and drive rollouts.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddRolloutCommands(CommandTree& tree);

}  // namespace understudy
