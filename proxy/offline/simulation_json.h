// A simulation's result as a JSON document for scripts. Pure.
#pragma once

#include <string>

#include "proxy/offline/simulate.h"

namespace understudy {

// What was asked and what came out. Shares and rates are 0..1, times simulated seconds, weights
// millionths. A spread that no run gave is null. With a line end.
std::string SimulationJson(const SimulationSpec& spec, const SimulationResult& result);

}  // namespace understudy
