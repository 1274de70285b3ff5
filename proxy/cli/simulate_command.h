// understudyctl simulate: how often and how fast a plan would promote or roll back. Asks no server.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddSimulateCommand(CommandTree& tree);

}  // namespace understudy
