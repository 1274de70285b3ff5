// understudyctl evidence and verify: the tests on given counts, and on a stored report. No server.
#pragma once

#include "proxy/cli/command.h"

namespace understudy {

void AddEvidenceCommands(CommandTree& tree);

}  // namespace understudy
