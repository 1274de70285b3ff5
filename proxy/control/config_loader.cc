// The steps of loading, in order.
#include "proxy/control/config_loader.h"

#include <algorithm>
#include <utility>

#include "proxy/base/hash.h"
#include "proxy/base/status.h"
#include "proxy/control/config_plan.h"
#include "proxy/control/config_reader.h"
#include "proxy/control/config_topology.h"

namespace understudy {
namespace {

// A route whose rollouts have no plan of their own gets the built-in one.
void AddBuiltinPlans(Topology& topology, const KnownComparators& known) {
  for (Route& route : topology.routes) {
    const bool needed = std::any_of(route.candidates.begin(), route.candidates.end(),
                                    [](const CandidateArm& arm) { return arm.plan.empty(); });
    const std::string judged = JudgedComparator(route.compare, known);
    if (!needed || !route.plan.empty() || judged.empty()) continue;
    Plan plan = BuiltinPlan(judged);
    route.plan = plan.name;
    if (topology.FindPlan(plan.name) == nullptr) topology.plans.push_back(std::move(plan));
  }
}

enum class NamedFiles { kRead, kLeftAlone };

ConfigResult Load(std::string_view text, const std::string& filename,
                  const KnownComparators& built_in, const ConfigEnvironment& environment,
                  NamedFiles files) {
  ConfigFaults faults(filename);
  YamlNode tree = ParseYaml(text, faults);
  Expand(tree, environment, faults);
  ConfigSource source = ReadConfig(tree, faults);
  auto topology = std::make_shared<Topology>(BuildTopology(source.file));
  KnownComparators with_plugins = built_in;
  CheckPlugins(*topology, source, faults, with_plugins);
  ReadDescriptorSets(*topology, source, faults, with_plugins, environment);
  const KnownComparators known = WithOwnPresets(with_plugins, source, faults);
  ApplyPresets(known, *topology);
  const RuleContext context{*topology, known, source, faults};
  CheckAddresses(context);
  CheckAdmin(context);
  CheckClusters(context);
  CheckTls(context, environment);
  CheckRoutes(context);
  CheckPlans(context);
  CheckLimits(context);
  CheckComparing(context);
  if (files == NamedFiles::kRead) CheckAdminFiles(context);
  if (!faults.empty()) return {nullptr, faults.Sorted()};
  AddBuiltinPlans(*topology, known);
  topology->hash = ConfigHash(text);
  return {std::move(topology), {}};
}

}  // namespace

std::string ConfigHash(std::string_view text) {
  return HexOf(H64("understudy config 1", {text})).Text();
}

ConfigResult LoadConfig(std::string_view text, const std::string& filename,
                        const KnownComparators& built_in, const ConfigEnvironment& environment) {
  return Load(text, filename, built_in, environment, NamedFiles::kLeftAlone);
}

ConfigResult LoadConfigFile(const std::string& path, const KnownComparators& known,
                            const ConfigEnvironment& environment) {
  const absl::StatusOr<std::string> text = ProcessEnvironment().File(path, kMostConfigBytes);
  if (!text.ok()) {
    return {nullptr, {{path, {}, "the file cannot be read: " + Message(text.status())}}};
  }
  return Load(*text, path, known, environment, NamedFiles::kRead);
}

}  // namespace understudy
