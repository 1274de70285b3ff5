// Plans: from their messages, the built-in one, and the hash that verdicts are bound to. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proxy/model/plan.h"
#include "understudy/v1/config.pb.h"

namespace understudy {

// Names that begin so are the built-in plans'.
inline constexpr std::string_view kBuiltinPlanPrefix = "builtin-";

// Values that are missing (they have a fault) stay at the model's defaults. Sets the hash.
Plan BuildPlan(const v1::PlanConfig& config);

// The plan of a route that names none. It judges the mean of `comparator` (at most 2 %) and the
// error rate (at most 1.5 times the incumbent's, 0.5 % always allowed). Its name is
// kBuiltinPlanPrefix + comparator. Sets the hash.
Plan BuiltinPlan(const std::string& comparator);

// 16 hex digits over every field but the hash itself.
std::string PlanHash(const Plan& plan);

}  // namespace understudy
