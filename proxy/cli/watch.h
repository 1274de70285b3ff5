// understudyctl rollout get --watch: follows a rollout to its end.
#pragma once

#include <string>

#include "proxy/cli/command.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

// Returns kYes when the rollout completed, kRegression when it was rolled back or cancelled,
// kTimeout when --timeout passed first, kInterrupted on Ctrl-C; else what the failure means.
ExitCode WatchRollout(Session& session, const v1::RolloutRef& rollout);

// One picture on one line, without a line end. Pure.
std::string WatchLine(const v1::WatchRolloutResponse& picture, const Paint& paint);

}  // namespace understudy
