// Reads the rules to compare by from a file: a whole configuration file, one that has only a
// `compare` block (with `plugins` and `presets` beside it where it needs them), or the block's own
// mapping; YAML or JSON. What is wrong is said in the configuration loader's words and places.
//
// Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/control/config_expand.h"

namespace understudy {

// Either a scorer, or at least one fault.
struct CompareReading {
  std::shared_ptr<const PairScorer> scorer;
  std::vector<std::string> faults;  // each a line without its end: "file:line:col: message"
};

// `route` chooses among the routes of a whole configuration; empty: its only one. `libraries` are
// loaded, and so are the file's own plug-ins. `filename` is for messages alone.
CompareReading ReadCompare(std::string_view text, const std::string& filename,
                           const std::string& route, const std::vector<std::string>& libraries,
                           const ConfigEnvironment& environment);

// Reads the file (at most 1 MiB; a regular file), with the process's own environment.
CompareReading ReadCompareFile(const std::string& path, const std::string& route,
                               const std::vector<std::string>& libraries);

}  // namespace understudy
