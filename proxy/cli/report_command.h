// understudyctl report: the evidence as a document.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddReportCommand(CommandTree& tree);

}  // namespace understudy
