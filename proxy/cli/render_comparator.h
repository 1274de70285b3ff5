// Comparators, their options and a trial's scores as people read them. Pure.
#pragma once

#include <string>
#include <vector>

#include "proxy/cli/paint.h"
#include "proxy/offline/comparator_info.h"
#include "proxy/offline/comparator_trial.h"

namespace understudy {

std::string RenderComparators(const std::vector<ComparatorInfo>& comparators);
std::string RenderComparator(const ComparatorInfo& comparator, const Paint& paint);
std::string RenderTrial(const TrialResult& result, const Paint& paint);

}  // namespace understudy
