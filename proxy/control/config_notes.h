// What is no fault of a configuration and still worth a word. Pure.
#pragma once

#include <string>
#include <vector>

#include "proxy/model/topology.h"

namespace understudy {

// A sentence for each ignore rule that has expired, in the order of the file; at most kMostNotes,
// the last of which counts the rest.
inline constexpr std::size_t kMostNotes = 100;
std::vector<std::string> ExpiryNotes(const Topology& topology, WallTime now);

}  // namespace understudy
