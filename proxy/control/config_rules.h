// What the keys of a file mean to each other: names that must exist, addresses that must differ,
// routes that must be reachable, mirrors that must be harmless, files that must be usable.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proxy/control/config_expand.h"
#include "proxy/control/config_fault.h"
#include "proxy/control/config_source.h"
#include "proxy/model/topology.h"

namespace understudy {

// What a preset stands for.
struct KnownPreset {
  std::string name;                      // empty: what a route without preset and comparators gets
  std::vector<std::string> comparators;  // the names its checks may use
  std::string judged;                    // the one the built-in plan looks at
  std::string judged_use = {};           // and what that uses
  // By profile, where it has others than these.
  struct Profile {
    std::vector<std::string> comparators;
    std::string judged;
    std::string judged_use = {};
  };
  std::map<std::string, Profile> profiles = {};
  std::vector<MirroredPath> mirrored = {};
  std::vector<std::string> stateful = {};
  std::string text = {};  // of one of the configuration's own
};

// One thing the comparators find wrong with a route's rules.
struct CompareFault {
  std::string where;  // below `compare`: "comparators[0].options.rtol"; empty: `compare` itself
  std::string message;
  bool at_key = false;  // the key there is the fault, not its value
};

using FindCompareFaults = std::function<std::vector<CompareFault>(const CompareRules&)>;
using ReadKnownPreset =
    std::function<KnownPreset(const std::string& json, std::vector<CompareFault>&)>;

// One thing that is wrong with a plug-in or a comparator service.
struct PluginFault {
  std::string path;  // "plugins[0].library"
  std::string message;
};

// What became of a file's plug-ins and comparator services.
struct PluginComparators {
  std::vector<std::string> names;  // what `use` may say in addition
  FindCompareFaults find_faults;   // with them
  ReadKnownPreset read_preset;
  std::vector<PluginFault> faults;
};

// One thing that is wrong with a descriptor set.
struct DescriptorFault {
  std::size_t file = 0;  // its position
  std::string message;
};

// The comparators of this build, handed down by the server: control knows none by itself.
struct KnownComparators {
  std::vector<std::string> names;  // what `use` may say
  std::vector<KnownPreset> presets;
  // What keeps a suite from being built of a route's rules (their options, mostly); may be empty.
  FindCompareFaults find_faults;
  // Reads a preset from its JSON, appending what is wrong with it; may be empty.
  ReadKnownPreset read_preset = {};
  // Loads a file's plug-ins and meets its comparator services; empty where a file is read without
  // running it.
  std::function<PluginComparators(const Topology&)> load_plugins = {};
  // What is wrong with descriptor sets that have been read; may be empty.
  std::function<std::vector<DescriptorFault>(const std::vector<DescriptorFile>&)>
      check_descriptors = {};
  // One of them could not be had: a name that is not known may have been its own.
  bool incomplete = false;
};

// What the rules look at and where they report.
struct RuleContext {
  const Topology& topology;
  const KnownComparators& known;
  ConfigSource& source;
  ConfigFaults& faults;

  void Fault(const std::string& path, std::string message) const {
    source.AddFault(faults, path, std::move(message));
  }
};

// Loads the file's plug-ins, meets its comparator services and adds what they bring to `known`,
// which CheckComparing() looks at.
void CheckPlugins(const Topology& topology, ConfigSource& source, ConfigFaults& faults,
                  KnownComparators& known);

// Reads the files of descriptor sets into the topology, and looks at them.
void ReadDescriptorSets(Topology& topology, ConfigSource& source, ConfigFaults& faults,
                        const KnownComparators& known, const ConfigEnvironment& environment);

void CheckAddresses(const RuleContext& context);  // listeners, admin, endpoints
void CheckAdmin(const RuleContext& context);      // who may reach and use the admin interfaces
void CheckClusters(const RuleContext& context);
void CheckTls(const RuleContext& context, const ConfigEnvironment& environment);
void CheckRoutes(const RuleContext& context);     // all but their comparing
void CheckComparing(const RuleContext& context);  // comparators, ignore rules, segments
void CheckPlans(const RuleContext& context);
void CheckLimits(const RuleContext& context);

// The files that `admin` names: certificates, tokens. Reads them, so it is for files of this
// machine alone, and not for texts that somebody sent.
void CheckAdminFiles(const RuleContext& context);

// The presets `known` has and those of the file, whose faults are reported.
KnownComparators WithOwnPresets(const KnownComparators& known, ConfigSource& source,
                                ConfigFaults& faults);
// What a route's preset says beside the comparators goes into the route.
void ApplyPresets(const KnownComparators& known, Topology& topology);

// The names the checks of a plan may use on this route.
std::vector<std::string> ComparatorNames(const CompareRules& rules, const KnownComparators& known);
// The comparator the built-in plan looks at; empty when the route has none. Of comparators of the
// route's own the preset's, or one that uses the same, or the first.
std::string JudgedComparator(const CompareRules& rules, const KnownComparators& known);

// A fault for every name that is written a second time. `path_of(i)` is the i-th name's path.
void CheckUnique(const RuleContext& context, const std::string& what,
                 const std::vector<std::string>& names,
                 const std::function<std::string(std::size_t)>& path_of);

}  // namespace understudy
