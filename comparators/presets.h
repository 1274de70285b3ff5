// What is compared when a configuration names a protocol only. A preset is data: rules and
// comparators as a user would write them.
//
// Threads: constant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/scorer.h"

namespace understudy {

struct Preset {
  std::string_view name;
  std::string_view summary;
  std::vector<IgnoreSpec> ignore;
  std::vector<std::string> unscored;  // paths whose differences are shown and do not count
  std::vector<ComparatorSpec> comparators;
};

std::span<const Preset> Presets();

// The empty name is the preset of plain bytes: `status` and `exact`. NotFound names the nearest.
absl::StatusOr<const Preset*> FindPreset(std::string_view name);

}  // namespace understudy
