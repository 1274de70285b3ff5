// Steps 8 and 9: the arms that have not answered are asked, and each pair goes to a compare thread.
// Runs on the worker that served the request, after the client has its answer.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "proxy/flow/services.h"

namespace understudy {

// One candidate the request is mirrored for, with what it holds of that candidate's budget.
struct ShadowTarget {
  std::uint16_t candidate = 0;  // index into route->candidates
  ShadowBudget* budget = nullptr;
  MemoryHold memory;
  MemoryLimits limits;
  std::int64_t expected_answer = 0;  // bytes of `memory` that are kept for the answer to come
};

// `control`: what asking the incumbent a second time holds; its `candidate` is the one whose policy
// bounds it.
void StartShadow(Services& services, std::shared_ptr<MirroredRequest> request,
                 std::vector<ShadowTarget> targets, std::optional<ShadowTarget> control);

}  // namespace understudy
