// understudyctl kill|unkill|freeze|unfreeze: the switches of one route or of all.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddSwitchCommands(CommandTree& tree);

}  // namespace understudy
