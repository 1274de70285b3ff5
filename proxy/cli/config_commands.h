// understudyctl config get|check|reload.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddConfigCommands(CommandTree& tree);

}  // namespace understudy
