// A rollout as a tree: route, arms, evidence, stages, checks, and what blocks. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/cli/paint.h"
#include "understudy/v1/types.pb.h"

namespace understudy {

// One moment of a candidate. Borrows the messages.
struct Picture {
  const v1::CandidateStatus& status;
  const v1::RouteStatus& route;
  const v1::Explanation& explanation;
  std::int64_t now = 0;  // seconds since 1970, by the server's clock; 0: unknown
};

// The whole tree, each line ended by '\n'.
std::string RenderTree(const Picture& picture, const Paint& paint);

// The time a stage has run: since it was entered, without the time it was held. Seconds.
double StageSeconds(const v1::Rollout& rollout, std::int64_t now);

}  // namespace understudy
