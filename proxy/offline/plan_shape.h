// The shape of the samples that the checks of a plan look at. Pure.
#pragma once

#include "proxy/evidence/ledger.h"
#include "proxy/model/plan.h"

namespace understudy {

// Every comparator and value that a check of the plan or of a stage names, in that order and once.
// `control`: the incumbent is asked twice.
LedgerShape ShapeOfPlan(const Plan& plan, bool control);

}  // namespace understudy
