// Presets of the file's own, and what presets say of requests.
#include <fmt/format.h>

#include <algorithm>

#include "proxy/control/config_rules.h"
#include "proxy/control/config_suggest.h"

namespace understudy {
namespace {

const KnownPreset* FindByName(const std::vector<KnownPreset>& presets, const std::string& name) {
  const auto found = std::find_if(presets.begin(), presets.end(),
                                  [&](const KnownPreset& preset) { return preset.name == name; });
  return found == presets.end() ? nullptr : &*found;
}

}  // namespace

KnownComparators WithOwnPresets(const KnownComparators& known, ConfigSource& source,
                                ConfigFaults& faults) {
  KnownComparators all = known;
  if (!known.read_preset) return all;
  for (int i = 0; i < source.file.presets_size(); ++i) {
    const std::string path = fmt::format("presets[{}]", i);
    if (source.IsFaultyWithin(path)) continue;
    std::vector<CompareFault> found;
    KnownPreset preset = known.read_preset(source.file.presets(i), found);
    for (const CompareFault& fault : found) {
      const std::string at = path + (fault.where.empty() ? "" : "." + fault.where);
      if (fault.at_key) {
        source.AddFaultAtKey(faults, at, fault.message);
      } else {
        source.AddFault(faults, at, fault.message);
      }
    }
    if (!found.empty()) continue;
    if (FindByName(all.presets, preset.name) != nullptr) {
      source.AddFault(
          faults, path + ".name",
          fmt::format("there is a preset {} already; choose another name", Quoted(preset.name)));
      continue;
    }
    preset.text = source.file.presets(i);
    all.presets.push_back(std::move(preset));
  }
  return all;
}

void ApplyPresets(const KnownComparators& known, Topology& topology) {
  for (Route& route : topology.routes) {
    const KnownPreset* preset = FindByName(known.presets, route.compare.preset);
    if (preset == nullptr) continue;
    route.compare.preset_json = preset->text;
    route.mirrored = preset->mirrored;
    route.stateful = preset->stateful;
  }
}

}  // namespace understudy
