// Divergent pairs as a table and as a diff. Pure.
#pragma once

#include <string>

#include "proxy/cli/paint.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {

// One line per pair.
std::string RenderDivergences(const v1::ListDivergencesResponse& response);

// One pair in full: the incumbent's values after "-", the candidate's after "+".
std::string RenderClusters(const v1::ListDivergencesResponse& response);
std::string RenderDivergence(const v1::Divergence& divergence, const Paint& paint);

}  // namespace understudy
