// Tells the three kinds of files apart, and hands each to the configuration loader.
#include "proxy/offline/plan_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "proxy/base/status.h"
#include "proxy/control/config_loader.h"
#include "proxy/control/config_plan.h"
#include "proxy/control/config_reader.h"
#include "proxy/control/config_topology.h"
#include "proxy/offline/yaml_keys.h"

namespace understudy {
namespace {

constexpr const char* kDefaultName = "default";

// What every file needs beside its plans.
constexpr std::string_view kRestOfFile = R"(
listeners: [{name: any, address: "127.0.0.1:0"}]
clusters: [{name: any, endpoints: ["127.0.0.1:1"]}]
routes: [{name: any, match: {path_prefix: /}, incumbent: any}]
)";

YamlNode Scalar(std::string text, ConfigPlace place) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.place = place;
  node.quoted = true;
  node.text = node.written = std::move(text);
  return node;
}

// The tree of a file with this one plan, every value at its own place.
YamlNode FileOf(YamlNode plan) {
  const ConfigPlace place = plan.place;
  if (!HasAny(plan, {"name"})) {
    plan.entries.push_back({"name", place, Scalar(kDefaultName, place)});
  }
  YamlNode plans;
  plans.kind = YamlNode::Kind::kSequence;
  plans.place = place;
  plans.items.push_back(std::move(plan));
  YamlNode file;
  file.kind = YamlNode::Kind::kMap;
  file.place = place;
  file.entries.push_back({"plans", place, std::move(plans)});
  return file;
}

// Plans and nothing else of interest: their own rules, with a made-up rest of the file.
ConfigResult LoadPlans(YamlNode file, ConfigFaults& faults) {
  YamlNode rest = ParseYaml(kRestOfFile, faults);
  std::move(rest.entries.begin(), rest.entries.end(), std::back_inserter(file.entries));
  ConfigSource source = ReadConfig(file, faults);
  auto topology = std::make_shared<Topology>(BuildTopology(source.file));
  CheckPlans({*topology, KnownComparators{}, source, faults});
  if (!faults.empty()) return {nullptr, faults.Sorted()};
  return {std::move(topology), {}};
}

// The comparators are the server's to know. Here every name that the file uses is taken: which of
// them a route has changes nothing in how its plan decides.
KnownComparators NamedIn(const v1::ConfigFile& file) {
  std::vector<std::string> judged;
  const auto add = [&judged](const auto& checks) {
    for (const v1::CheckConfig& check : checks) judged.push_back(check.comparator());
  };
  for (const v1::PlanConfig& plan : file.plans()) {
    add(plan.checks());
    for (const v1::StageConfig& stage : plan.stages()) add(stage.checks());
  }
  KnownComparators known;
  known.presets.push_back({"", judged, ""});
  for (const v1::RouteConfig& route : file.routes()) {
    known.presets.push_back({route.compare().preset(), judged, ""});
    for (const v1::ComparatorConfig& rule : route.compare().comparators()) {
      known.names.push_back(rule.use());
    }
  }
  return known;
}

ConfigResult LoadWhole(std::string_view text, const std::string& filename, const YamlNode& tree,
                       const ConfigEnvironment& environment) {
  ConfigFaults ignored(filename);  // the loader finds them again
  const ConfigSource source = ReadConfig(tree, ignored);
  return LoadConfig(text, filename, NamedIn(source.file), environment);
}

PlanReading Choose(const std::vector<Plan>& plans, const std::string& filename,
                   const std::string& wanted) {
  const auto named = [&plans](const std::string& name) {
    return std::find_if(plans.begin(), plans.end(),
                        [&name](const Plan& plan) { return plan.name == name; });
  };
  if (plans.empty()) {
    return {std::nullopt,
            {fmt::format("{}: it has no plan; name a built-in one by its comparator, such as "
                         "{}top1",
                         filename, kBuiltinPlanPrefix)}};
  }
  auto chosen = named(wanted.empty() ? kDefaultName : wanted);
  if (wanted.empty() && chosen == plans.end()) chosen = plans.begin();
  if (chosen != plans.end()) return {*chosen, {}};
  std::vector<std::string> names;
  for (const Plan& plan : plans) names.push_back(plan.name);
  return {std::nullopt,
          {fmt::format("{}: it has no plan {}; its plans are {}", filename, Quoted(wanted),
                       fmt::join(names, ", "))}};
}

PlanReading Refused(const std::vector<ConfigFault>& faults) {
  PlanReading reading;
  for (const ConfigFault& fault : faults) reading.faults.push_back(fault.ToString());
  return reading;
}

}  // namespace

PlanReading ReadPlan(std::string_view text, const std::string& filename,
                     const std::string& plan_name, const ConfigEnvironment& environment) {
  ConfigFaults faults(filename);
  YamlNode tree = ParseYaml(text, faults);
  Expand(tree, environment, faults);
  if (!faults.empty()) return Refused(faults.Sorted());
  const bool whole = HasAny(tree, {"listeners", "clusters", "routes"});
  const bool bare = !whole && !HasAny(tree, {"plans"}) && HasAny(tree, {"stages", "checks"});
  if (bare) tree = FileOf(std::move(tree));
  const ConfigResult result = bare || (!whole && HasAny(tree, {"plans"}))
                                  ? LoadPlans(std::move(tree), faults)
                                  : LoadWhole(text, filename, tree, environment);
  if (result.topology == nullptr) return Refused(result.faults);
  // What a route without a plan gets depends on the server's comparators, so it has to be named.
  if (plan_name.starts_with(kBuiltinPlanPrefix) && plan_name != kBuiltinPlanPrefix) {
    return {BuiltinPlan(plan_name.substr(kBuiltinPlanPrefix.size())), {}};
  }
  std::vector<Plan> plans = result.topology->plans;
  std::erase_if(plans, [](const Plan& plan) { return plan.name.starts_with(kBuiltinPlanPrefix); });
  return Choose(plans, filename, plan_name);
}

PlanReading ReadPlanFile(const std::string& path, const std::string& plan_name) {
  const OfflineEnvironment environment;
  const absl::StatusOr<std::string> text = environment.File(path, kMostConfigBytes);
  if (!text.ok()) {
    return {std::nullopt,
            {fmt::format("{}: the file cannot be read: {}", path, Message(text.status()))}};
  }
  return ReadPlan(*text, path, plan_name, environment);
}

}  // namespace understudy
