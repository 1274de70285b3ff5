// Rules of the configuration become specs of the comparators.
#include "proxy/server/comparing.h"

#include <fmt/format.h>

#include "comparators/builtin.h"
#include "comparators/presets.h"
#include "comparators/suite.h"
#include "proxy/base/log.h"

namespace understudy {
namespace {

// What is read of the answers beside the comparison: the values, then the decision.
std::vector<std::string> FieldsOf(const Route& route) {
  std::vector<std::string> fields;
  for (const ValueRule& rule : route.values) fields.push_back(rule.pointer);
  if (route.decision) fields.push_back(route.decision->pointer);
  return fields;
}

SuiteSpec SpecOf(const CompareRules& rules) {
  SuiteSpec spec;
  spec.preset = rules.preset;
  for (const IgnoreRule& rule : rules.ignore) spec.ignore.push_back({rule.path, rule.reason});
  for (const ComparatorRule& rule : rules.comparators) {
    spec.comparators.push_back({rule.name, rule.use, rule.options_json});
  }
  return spec;
}

std::string KeyOf(const CompareRules& rules) {
  std::string key = rules.preset;
  for (const IgnoreRule& rule : rules.ignore) key += "\n-" + rule.path + "\t" + rule.reason;
  for (const ComparatorRule& rule : rules.comparators) {
    key += fmt::format("\n+{}\t{}\t{}", rule.name, rule.use, rule.options_json);
  }
  return key;
}

// What the built-in plan looks at: the comparator that answers "is the decision the same".
std::string Judged(const Preset& preset) {
  for (const std::string_view wanted : {"top1", "json", "exact"}) {
    for (const ComparatorSpec& spec : preset.comparators) {
      if (spec.use == wanted) return spec.name;
    }
  }
  return preset.comparators.empty() ? "" : preset.comparators.front().name;
}

KnownPreset Known(const Preset& preset, std::string name) {
  KnownPreset known{std::move(name), {}, Judged(preset)};
  for (const ComparatorSpec& spec : preset.comparators) known.comparators.push_back(spec.name);
  return known;
}

}  // namespace

KnownComparators KnownToConfig() {
  KnownComparators known;
  for (const Builtin& builtin : Builtins()) known.names.emplace_back(builtin.name);
  if (const auto plain = FindPreset(""); plain.ok()) known.presets.push_back(Known(**plain, ""));
  for (const Preset& preset : Presets()) {
    if (!preset.name.empty()) known.presets.push_back(Known(preset, std::string(preset.name)));
  }
  known.find_faults = [](const CompareRules& rules) {
    std::vector<CompareFault> faults;
    for (SuiteFault& fault : FindSuiteFaults(SpecOf(rules))) {
      faults.push_back({std::move(fault.where), std::move(fault.message), fault.unknown_option});
    }
    return faults;
  };
  return known;
}

RouteComparators ComparatorsOf(const Route& route) {
  RouteComparators result;
  const auto suite = BuildSuite(SpecOf(route.compare));
  if (!suite.ok()) return result;
  result.names = (*suite)->ComparatorNames();
  for (const std::string& path : (*suite)->IgnoreRules()) {
    std::string reason = "the preset's own";
    for (const IgnoreRule& rule : route.compare.ignore) {
      if (rule.path == path) reason = rule.reason;
    }
    result.ignore.push_back({path, reason});
  }
  return result;
}

std::shared_ptr<const PairScorer> SuiteCache::Of(const std::shared_ptr<const Topology>&,
                                                 const Route& route) {
  SuiteSpec spec = SpecOf(route.compare);
  spec.fields = FieldsOf(route);
  std::string key = KeyOf(route.compare);
  for (const std::string& field : spec.fields) key += "\n/" + field;
  std::lock_guard lock(mutex_);
  auto& suite = suites_[key];
  if (suite == nullptr) {
    auto built = BuildSuite(spec);
    if (!built.ok()) {
      spdlog::error("route {}: {}", route.name, std::string(built.status().message()));
      return nullptr;
    }
    suite = std::move(*built);
  }
  return suite;
}

}  // namespace understudy
