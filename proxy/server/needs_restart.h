// What a running process cannot change.
//
// Threads: a pure function.
#pragma once

#include <string>

#include "proxy/model/topology.h"

namespace understudy {

// The keys in which `next` differs from what is in force and which a reload cannot change:
// "listeners, workers". Empty: none.
std::string NeedsRestart(const Topology& in_force, const Topology& next);

}  // namespace understudy
