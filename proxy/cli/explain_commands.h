// understudyctl explain: why a rollout is not advancing, and what becomes of a request.
#pragma once

#include <string>

#include "proxy/cli/command.h"
#include "understudy/v1/report.pb.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {

void AddExplainCommands(CommandTree& tree);

// One paragraph per candidate. Pure.
std::string RenderExplanations(const v1::ExplainRolloutResponse& response, const Paint& paint);

// Route, bucket, arm, and what is mirrored. Pure.
std::string RenderRequest(const v1::ExplainRequestResponse& response);

}  // namespace understudy
