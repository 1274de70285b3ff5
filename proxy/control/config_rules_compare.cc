// Rules about comparing: comparators that exist, ignore rules that leave something, segments.
#include <fmt/format.h>

#include <algorithm>

#include "proxy/control/config_rules.h"
#include "proxy/control/config_suggest.h"

namespace understudy {
namespace {

const KnownPreset* FindPreset(const KnownComparators& known, const std::string& name) {
  for (const KnownPreset& preset : known.presets) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

KnownPreset::Profile ProfileOf(const KnownPreset& preset, const CompareRules& rules) {
  const auto profile = preset.profiles.find(rules.profile);
  if (profile != preset.profiles.end()) return profile->second;
  return {preset.comparators, preset.judged, preset.judged_use};
}

// Whether the pattern takes in the whole document: the root, or nothing but wildcards.
bool CoversRoot(std::string_view pattern) {
  std::size_t at = 0;
  while (at < pattern.size()) {
    if (pattern[at] == '/') ++at;
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    const std::string_view segment = pattern.substr(at, end - at);
    if (segment != "*" && segment != "**" && !segment.empty()) return false;
    at = end;
  }
  return true;
}

void CheckIgnore(const RuleContext& context, const CompareRules& rules, const std::string& path) {
  for (std::size_t i = 0; i < rules.ignore.size(); ++i) {
    const std::string at = fmt::format("{}.ignore[{}].path", path, i);
    if (!context.source.Has(at) || !CoversRoot(rules.ignore[i].path)) continue;
    context.Fault(at, fmt::format("the ignore rule {} covers the whole answer, so nothing would be "
                                  "compared; name the parts that may differ",
                                  Quoted(rules.ignore[i].path)));
  }
}

void CheckComparators(const RuleContext& context, const CompareRules& rules,
                      const std::string& path) {
  std::vector<std::string> presets;
  for (const KnownPreset& preset : context.known.presets) {
    if (!preset.name.empty()) presets.push_back(preset.name);
  }
  if (!rules.preset.empty() && FindPreset(context.known, rules.preset) == nullptr) {
    context.Fault(path + ".preset",
                  fmt::format("there is no preset {}{}", Quoted(rules.preset),
                              SuggestKey(rules.preset, presets, "the presets are")));
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rules.comparators.size(); ++i) {
    const ComparatorRule& rule = rules.comparators[i];
    names.push_back(rule.name);
    const auto& uses = context.known.names;
    if (rule.use.empty() || std::find(uses.begin(), uses.end(), rule.use) != uses.end()) continue;
    const std::string at = fmt::format("{}.comparators[{}].use", path, i);
    if (context.known.incomplete) {
      context.source.MarkFaulty(at);  // its fault has been told
      continue;
    }
    context.Fault(at, fmt::format("there is no comparator {}{}", Quoted(rule.use),
                                  SuggestKey(rule.use, uses, "the comparators are")));
  }
  CheckUnique(context, "comparator", names,
              [&](std::size_t i) { return fmt::format("{}.comparators[{}].name", path, i); });
}

void CheckSegments(const RuleContext& context, const Route& route, const std::string& path) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    names.push_back(route.segments[i].name);
    const std::vector<std::string>& values = route.segments[i].values;
    for (std::size_t v = 0; v < values.size(); ++v) {
      if (values[v] != "other" && values[v] != "unknown") continue;
      context.Fault(fmt::format("{}.segments[{}].values[{}]", path, i, v),
                    fmt::format("{} stands for {} and cannot be listed", Quoted(values[v]),
                                values[v] == "other" ? "every value that is not listed"
                                                     : "requests without the header"));
    }
  }
  CheckUnique(context, "segment", names,
              [&](std::size_t i) { return fmt::format("{}.segments[{}].name", path, i); });
}

}  // namespace

std::vector<std::string> ComparatorNames(const CompareRules& rules, const KnownComparators& known) {
  std::vector<std::string> names;
  for (const ComparatorRule& rule : rules.comparators) names.push_back(rule.name);
  const KnownPreset* preset = FindPreset(known, rules.preset);
  if (names.empty() && preset != nullptr) names = ProfileOf(*preset, rules).comparators;
  return names;
}

std::string JudgedComparator(const CompareRules& rules, const KnownComparators& known) {
  const KnownPreset* preset = FindPreset(known, rules.preset);
  if (rules.comparators.empty()) return preset == nullptr ? "" : ProfileOf(*preset, rules).judged;
  if (preset != nullptr) {
    const KnownPreset::Profile profile = ProfileOf(*preset, rules);
    for (const ComparatorRule& rule : rules.comparators) {
      if (rule.name == profile.judged && rule.use == profile.judged_use) return rule.name;
    }
    for (const ComparatorRule& rule : rules.comparators) {
      if (rule.use == profile.judged_use) return rule.name;
    }
  }
  return rules.comparators.front().name;
}

void CheckComparing(const RuleContext& context) {
  for (std::size_t i = 0; i < context.topology.routes.size(); ++i) {
    const Route& route = context.topology.routes[i];
    const std::string path = fmt::format("routes[{}]", i);
    CheckComparators(context, route.compare, path + ".compare");
    CheckIgnore(context, route.compare, path + ".compare");
    CheckSegments(context, route, path);
    // The comparators' own word; what has a fault already is not judged again.
    if (!context.known.find_faults) continue;
    for (const CompareFault& fault : context.known.find_faults(route.compare)) {
      const std::string at = path + ".compare" + (fault.where.empty() ? "" : "." + fault.where);
      if (fault.at_key) {
        context.source.AddFaultAtKey(context.faults, at, fault.message);
      } else {
        context.Fault(at, fault.message);
      }
    }
  }
}

}  // namespace understudy
