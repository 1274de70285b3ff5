// Reading the compiled-in presets, once.
#include "comparators/presets.h"

#include <cstdlib>
#include <vector>

#include "comparators/text.h"
#include "fmt/core.h"
#include "fmt/format.h"

namespace understudy {
namespace {

const Preset& BytesPreset() {
  static const Preset kBytes{
      .name = "",
      .summary = "any protocol: status and bytes",
      .comparators = {{{"status", "status", "", "", false}, {}},
                      {{"exact", "exact", "", "", false}, {}}},
  };
  return kBytes;
}

// A fault in one is a fault of this build, which its tests find.
std::vector<Preset> ReadAll() {
  std::vector<Preset> presets;
  for (const std::string_view text : PresetTexts()) {
    const auto document = Document::Parse(text);
    std::vector<PresetFault> faults;
    if (document.ok()) presets.push_back(ReadPreset((*document)->root(), faults));
    if (document.ok() && faults.empty()) continue;
    fmt::print(stderr, "a preset of this build is broken: {}\n",
               document.ok() ? faults.front().where + ": " + faults.front().message
                             : std::string(document.status().message()));
    std::abort();
  }
  return presets;
}

}  // namespace

std::span<const Preset> Presets() {
  static const std::vector<Preset> kPresets = ReadAll();
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
