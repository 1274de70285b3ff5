// From the text of a configuration file to a topology, or to everything that is wrong with it.
//
// Threads: the functions keep nothing and may run on any thread. Hostile text never crashes them;
// they are bounded in bytes, depth, values and faults.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/control/config_expand.h"
#include "proxy/control/config_fault.h"
#include "proxy/control/config_rules.h"
#include "proxy/model/topology.h"

namespace understudy {

// Either a topology, or at least one fault.
struct ConfigResult {
  std::shared_ptr<const Topology> topology;
  std::vector<ConfigFault> faults;  // in the file's order
};

// `filename` is for messages alone. Files that the text names are not read but for ${file:PATH} and
// what `known` loads.
ConfigResult LoadConfig(std::string_view text, const std::string& filename,
                        const KnownComparators& known, const ConfigEnvironment& environment);

// Reads the file (at most 1 MiB; a regular file) and loads it, with a look at the files of `admin`.
ConfigResult LoadConfigFile(const std::string& path, const KnownComparators& known,
                            const ConfigEnvironment& environment);

// What `Topology::hash` is for this text: 16 hex digits.
std::string ConfigHash(std::string_view text);

}  // namespace understudy
