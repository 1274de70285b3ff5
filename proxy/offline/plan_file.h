// Reads the plan to look at from a file: a whole configuration file, one that holds only plans, or
// the mapping of a single plan. What is wrong is said in the configuration loader's own words and
// places.
//
// Threads: any; the functions keep nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/control/config_expand.h"
#include "proxy/model/plan.h"

namespace understudy {

// Either a plan, or at least one fault.
struct PlanReading {
  std::optional<Plan> plan;
  std::vector<std::string> faults;  // each a line without its end: "file:line:col: message"
};

// `plan_name` chooses among several plans; empty means the one named "default", or else the first.
// "builtin-" and a comparator's name is the built-in plan of that comparator. A plan that has no
// name in its file is called "default". `filename` is for messages alone.
PlanReading ReadPlan(std::string_view text, const std::string& filename,
                     const std::string& plan_name, const ConfigEnvironment& environment);

// Reads the file (at most 1 MiB; a regular file), with the process's own environment.
PlanReading ReadPlanFile(const std::string& path, const std::string& plan_name);

}  // namespace understudy
