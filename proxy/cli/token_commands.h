// understudyctl token: what the admin API lets people and programs in by.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddTokenCommands(CommandTree& tree);

}  // namespace understudy
