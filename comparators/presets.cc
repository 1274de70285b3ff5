// The presets.
#include "comparators/presets.h"

#include <array>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

const Preset& BytesPreset() {
  static const Preset kBytes{
      .name = "",
      .summary = "any protocol: status and bytes",
      .comparators = {{"status", "status", ""}, {"exact", "exact", ""}},
  };
  return kBytes;
}

}  // namespace

std::span<const Preset> Presets() {
  static const std::array<Preset, 2> kPresets{{
      {
          .name = "oip-v2",
          .summary = "Open Inference Protocol over REST with JSON tensors",
          .ignore = {{"/id", "names the request"}, {"/parameters/headers", "transport"}},
          .unscored = {"/model_name", "/model_version"},
          .comparators = {{"status", "status", ""},
                          {"values", "tensors", ""},
                          {"top1", "top1", ""}},
      },
      {
          .name = "generic-json",
          .summary = "any JSON over HTTP",
          .comparators = {{"status", "status", ""}, {"json", "json", ""}},
      },
  }};
  return kPresets;
}

absl::StatusOr<const Preset*> FindPreset(std::string_view name) {
  if (name.empty()) return &BytesPreset();
  std::vector<std::string_view> names;
  for (const Preset& preset : Presets()) {
    if (preset.name == name) return &preset;
    names.push_back(preset.name);
  }
  return absl::NotFoundError(
      fmt::format("there is no preset \"{}\".{}", ShownText(name, 64), Suggestion(name, names)));
}

}  // namespace understudy
