// understudyctl gate: may this candidate be promoted? The answer is the exit code.
#pragma once

#include <string>

#include "proxy/cli/command.h"
#include "understudy/v1/report.pb.h"

namespace understudy {

void AddGateCommand(CommandTree& tree);

// The exit code of an answer to `request`. An answer about another version than the one asked for
// is stale whatever it says, and one this program does not know is inconclusive. Pure.
ExitCode GateExitCode(const v1::GateRequest& request, const v1::GateResponse& response);

// For people: the answer, its reasons, the checks. Pure.
std::string RenderGate(const v1::GateResponse& response, const Paint& paint);

// For CI: one suite per candidate and segment, one case per check (FAIL is a failure, INCONCLUSIVE
// an error), and the gate's own answer as the last case. Pure.
std::string RenderGateJunit(const v1::GateResponse& response, ExitCode code);

}  // namespace understudy
