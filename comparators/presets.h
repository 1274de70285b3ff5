// The presets that come with the product. Threads: constant.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/preset.h"

namespace understudy {

// In the order of their names.
std::span<const Preset> Presets();

// The empty name is the preset of plain bytes: `status` and `exact`. NotFound names the nearest.
absl::StatusOr<const Preset*> FindPreset(std::string_view name);

// The texts they are read from, as they lie in comparators/presets/.
std::span<const std::string_view> PresetTexts();

}  // namespace understudy
