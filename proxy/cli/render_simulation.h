// A simulation's result as tables. Pure.
#pragma once

#include <string>

#include "proxy/offline/simulate.h"

namespace understudy {

std::string RenderSimulation(const SimulationSpec& spec, const SimulationResult& result);

}  // namespace understudy
