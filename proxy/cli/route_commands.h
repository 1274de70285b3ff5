// understudyctl route list|get.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddRouteCommands(CommandTree& tree);

}  // namespace understudy
