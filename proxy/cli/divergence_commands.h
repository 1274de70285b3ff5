// understudyctl divergence list|show: where the two models disagree.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddDivergenceCommands(CommandTree& tree);

}  // namespace understudy
