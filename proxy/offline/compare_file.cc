// Makes every kind of file a configuration with routes, and builds the scorer of one.
#include "proxy/offline/compare_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "comparators/presets.h"
#include "comparators/suite.h"
#include "proxy/base/status.h"
#include "proxy/control/config_reader.h"
#include "proxy/control/config_rules.h"
#include "proxy/control/config_topology.h"
#include "proxy/offline/registry_with.h"
#include "proxy/offline/suite_rules.h"
#include "proxy/offline/yaml_keys.h"

namespace understudy {
namespace {

// What every file needs beside its comparing.
constexpr std::string_view kRestOfFile = R"(
listeners: [{name: any, address: "127.0.0.1:0"}]
clusters: [{name: any, endpoints: ["127.0.0.1:1"]}]
routes: [{name: any, match: {path_prefix: /}, incumbent: any}]
)";

// A file of one route that compares by the block in `tree`: its `compare`, or all of it.
YamlNode FileOf(YamlNode tree, ConfigFaults& faults) {
  YamlNode file = ParseYaml(kRestOfFile, faults);
  YamlNode& route = file.entries.back().value.items.front();
  if (!HasAny(tree, {"compare"})) {
    const ConfigPlace place = tree.place;
    route.entries.push_back({"compare", place, std::move(tree)});
    return file;
  }
  for (YamlEntry& entry : tree.entries) {
    (entry.key == "compare" ? route : file).entries.push_back(std::move(entry));
  }
  return file;
}

KnownPreset ReadOwnPreset(const std::string& text, std::vector<CompareFault>& faults) {
  const auto document = Document::Parse(text);
  if (!document.ok()) {
    faults.push_back({"", Message(document.status())});
    return {};
  }
  std::vector<PresetFault> found;
  const Preset preset = ReadPreset((*document)->root(), found);
  for (PresetFault& fault : found) faults.push_back({fault.where, std::move(fault.message)});
  return {.name = preset.name};
}

// The presets there are; names are all that this needs of the built-in ones.
KnownComparators PresetsAlone() {
  KnownComparators known;
  for (const Preset& preset : Presets()) known.presets.push_back({.name = preset.name});
  known.read_preset = ReadOwnPreset;
  return known;
}

std::optional<std::size_t> Choose(const Topology& topology, const std::string& wanted,
                                  ConfigFaults& faults) {
  const std::vector<Route>& routes = topology.routes;
  if (wanted.empty() && routes.size() == 1) return 0;
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const Route& route) { return route.name == wanted; });
  if (found != routes.end()) return found - routes.begin();
  if (wanted.empty()) {
    faults.Add({}, fmt::format("it has {} routes; say by which of them to compare with --route",
                               routes.size()));
  } else {
    faults.Add({}, fmt::format("it has no route {}", Quoted(wanted)));
  }
  return std::nullopt;
}

CompareReading Refused(const ConfigFaults& faults) {
  CompareReading reading;
  for (const ConfigFault& fault : faults.Sorted()) reading.faults.push_back(fault.ToString());
  return reading;
}

}  // namespace

CompareReading ReadCompare(std::string_view text, const std::string& filename,
                           const std::string& route, const std::vector<std::string>& libraries,
                           const ConfigEnvironment& environment) {
  ConfigFaults faults(filename);
  YamlNode tree = ParseYaml(text, faults);
  Expand(tree, environment, faults);
  const bool whole = HasAny(tree, {"routes"});
  if (faults.empty() && !whole) tree = FileOf(std::move(tree), faults);
  ConfigSource source = ReadConfig(tree, faults);
  Topology topology = BuildTopology(source.file);
  ApplyPresets(WithOwnPresets(PresetsAlone(), source, faults), topology);
  const auto chosen = Choose(topology, whole ? route : "", faults);
  if (!faults.empty() || !chosen) return Refused(faults);
  std::vector<std::string> all = libraries;
  for (const PluginRule& plugin : topology.plugins) all.push_back(plugin.library);
  const auto registry = RegistryWith(all);
  if (!registry.ok()) return {nullptr, {filename + ": " + Message(registry.status())}};
  const SuiteSpec spec = SuiteSpecOf(topology.routes[*chosen].compare);
  for (const SuiteFault& fault : FindSuiteFaults(spec, **registry)) {
    const std::string at =
        fmt::format("routes[{}].compare{}{}", *chosen, fault.where.empty() ? "" : ".", fault.where);
    fault.unknown_option ? source.AddFaultAtKey(faults, at, fault.message)
                         : source.AddFault(faults, at, fault.message);
  }
  if (!faults.empty()) return Refused(faults);
  absl::StatusOr<std::unique_ptr<PairScorer>> scorer = BuildSuite(spec, **registry);
  if (!scorer.ok()) return {nullptr, {filename + ": " + Message(scorer.status())}};
  return {*std::move(scorer), {}};
}

CompareReading ReadCompareFile(const std::string& path, const std::string& route,
                               const std::vector<std::string>& libraries) {
  const OfflineEnvironment environment;
  const absl::StatusOr<std::string> text = environment.File(path, kMostConfigBytes);
  if (!text.ok()) {
    return {nullptr,
            {fmt::format("{}: the file cannot be read: {}", path, Message(text.status()))}};
  }
  return ReadCompare(*text, path, route, libraries, environment);
}

}  // namespace understudy
