// The frozen plan of a rollout as a message, field by field and back.
//
// Threads: pure functions.
#pragma once

#include "absl/status/statusor.h"
#include "proxy/model/plan.h"
#include "understudy/v1/storage.pb.h"

namespace understudy {

void StorePlan(const Plan& plan, v1::StoredPlan& out);

// An unknown kind or choice is an error: the file was written by another program.
absl::StatusOr<Plan> ReadPlan(const v1::StoredPlan& stored);

}  // namespace understudy
