// understudyctl comparator: the comparators there are, and any of them tried on two answers,
// without a server.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddComparatorCommands(CommandTree& tree);

}  // namespace understudy
