// understudyctl rescore: stored pairs compared again by the rules of a file, without a server.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddRescoreCommand(CommandTree& tree);

}  // namespace understudy
