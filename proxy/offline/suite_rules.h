// The rules of a configuration's `compare` block as the spec of a suite of comparators. Pure.
#pragma once

#include "comparators/scorer.h"
#include "proxy/model/topology.h"

namespace understudy {

// Without fields that are read beside the comparison; those are a route's.
SuiteSpec SuiteSpecOf(const CompareRules& rules);

}  // namespace understudy
