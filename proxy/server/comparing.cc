// Rules of the configuration become specs of the comparators.
#include "proxy/server/comparing.h"

#include <fmt/format.h>

#include <algorithm>

#include "comparators/grpc/descriptor_sets.h"
#include "comparators/presets.h"
#include "comparators/suite.h"
#include "proxy/async/tls_files.h"
#include "proxy/base/hash.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/offline/suite_rules.h"

namespace understudy {
namespace {

// What is read of the answers beside the comparison: the values, then the decision.
std::vector<std::string> FieldsOf(const Route& route) {
  std::vector<std::string> fields;
  for (const ValueRule& rule : route.values) {
    if (rule.measure.empty()) fields.push_back(rule.pointer);
  }
  if (route.decision) fields.push_back(route.decision->pointer);
  return fields;
}

ServiceRule RuleOf(const ComparatorServiceRule& service) {
  return {service.name, service.address, service.deadline,
          static_cast<std::size_t>(service.max_in_flight)};
}

// The services a suite may use, in the versions that were met.
std::string KeyOf(const Topology& topology, const ComparatorRegistry& registry) {
  std::string key;
  for (const ComparatorServiceRule& service : topology.comparator_services) {
    const auto kind = registry.Find(service.name);
    key += fmt::format("\n@{}\t{}\t{}\t{}\t{}", service.name, service.address,
                       service.deadline.count(), service.max_in_flight,
                       kind.ok() ? (*kind)->Describe().version : 0);
  }
  return key;
}

std::string KeyOf(const CompareRules& rules) {
  std::string key = rules.preset + "\t" + rules.profile + "\t" + rules.preset_json;
  for (const IgnoreRule& rule : rules.ignore) key += "\n-" + rule.path + "\t" + rule.reason;
  for (const ComparatorRule& rule : rules.comparators) {
    key += fmt::format("\n+{}\t{}\t{}\t{}\t{}", rule.name, rule.use, rule.when, rule.optional,
                       rule.options_json);
  }
  return key;
}

// What the built-in plan looks at: what the preset says, or the comparator that answers "is the
// decision the same". Null where there is none.
const ComparatorSpec* Judged(const Preset& preset, const std::vector<ComparatorSpec>& comparators) {
  for (const ComparatorSpec& spec : comparators) {
    if (spec.name == preset.judged) return &spec;
  }
  for (const std::string_view wanted : {"top1", "json", "exact"}) {
    for (const ComparatorSpec& spec : comparators) {
      if (spec.use == wanted) return &spec;
    }
  }
  return comparators.empty() ? nullptr : &comparators.front();
}

KnownPreset::Profile Known(const Preset& preset, std::string_view profile) {
  const std::vector<ComparatorSpec> comparators = preset.ComparatorsOf(profile);
  KnownPreset::Profile known;
  if (const ComparatorSpec* const judged = Judged(preset, comparators)) {
    known.judged = judged->name;
    known.judged_use = judged->use;
  }
  for (const ComparatorSpec& spec : comparators) known.comparators.push_back(spec.name);
  return known;
}

KnownPreset Known(const Preset& preset) {
  const KnownPreset::Profile usual = Known(preset, "");
  KnownPreset known{preset.name, usual.comparators, usual.judged, usual.judged_use};
  for (const std::string_view profile : kProfiles) {
    known.profiles[std::string(profile)] = Known(preset, profile);
  }
  for (const PresetPath& rule : preset.mirror) known.mirrored.push_back({rule.methods, rule.path});
  known.stateful = preset.stateful;
  return known;
}

// Reads one, and tries whether a suite can be built of it in each profile.
KnownPreset ReadKnown(const ComparatorRegistry& registry, const std::string& text,
                      std::vector<CompareFault>& faults) {
  const auto document = Document::Parse(text);
  if (!document.ok()) {
    faults.push_back({"", std::string(document.status().message())});
    return {};
  }
  std::vector<PresetFault> found;
  const Preset preset = ReadPreset((*document)->root(), found);
  for (PresetFault& fault : found) faults.push_back({fault.where, std::move(fault.message)});
  if (!found.empty()) return {};
  for (const std::string_view profile : kProfiles) {
    SuiteSpec spec;
    spec.preset_json = text;
    spec.profile = std::string(profile);
    for (SuiteFault& fault : FindSuiteFaults(spec, registry)) {
      faults.push_back({std::move(fault.where), std::move(fault.message), fault.unknown_option});
    }
    if (!faults.empty()) return {};
  }
  return Known(preset);
}

FindCompareFaults FaultsWith(std::shared_ptr<const ComparatorRegistry> registry) {
  return [registry = std::move(registry)](const CompareRules& rules) {
    std::vector<CompareFault> faults;
    for (SuiteFault& fault : FindSuiteFaults(SuiteSpecOf(rules), *registry)) {
      faults.push_back({std::move(fault.where), std::move(fault.message), fault.unknown_option});
    }
    return faults;
  };
}

ReadKnownPreset ReaderWith(std::shared_ptr<const ComparatorRegistry> registry) {
  return
      [registry = std::move(registry)](const std::string& text, std::vector<CompareFault>& faults) {
        return ReadKnown(*registry, text, faults);
      };
}

// Who says what messages a route's incumbent has; nobody where it does not speak HTTP/2, or is not
// to be asked.
std::optional<ReflectionTarget> TargetOf(const Topology& topology, const Route& route) {
  const Cluster* cluster = topology.FindCluster(route.incumbent);
  const bool asked = route.compare.reflection && cluster != nullptr &&
                     cluster->protocol != UpstreamProtocol::kHttp1;
  if (!asked) return std::nullopt;
  ReflectionTarget target;
  for (const SocketAddress& endpoint : cluster->endpoints) {
    target.addresses.push_back(endpoint.text);
  }
  if (cluster->tls) {
    target.tls = true;
    target.authorities = cluster->tls->ca.empty() ? SystemAuthorities() : cluster->tls->ca;
    target.server_name = cluster->tls->server_name;
    target.certificate = cluster->tls->own.certificate;
    target.private_key = cluster->tls->own.private_key;
  }
  return target;
}

std::vector<DescriptorSetFile> SetFilesOf(const std::vector<DescriptorFile>& files) {
  std::vector<DescriptorSetFile> sets;
  for (const DescriptorFile& file : files) sets.push_back({file.path, file.bytes});
  return sets;
}

}  // namespace

ComparatorCatalog::ComparatorCatalog()
    : services_([](const std::string& news) { spdlog::warn("{}", news); }) {}

std::shared_ptr<ComparatorRegistry> ComparatorCatalog::RegistryWith(
    std::shared_ptr<const JudgeKind::Services> services, Loading loading) const {
  auto registry = std::make_shared<ComparatorRegistry>();
  const absl::Status added = registry->Add(
      std::make_shared<JudgeKind>(judges_, std::move(services), loading == Loading::kAllowed));
  if (!added.ok()) spdlog::error("judge: {}", Message(added));
  return registry;
}

KnownComparators ComparatorCatalog::KnownToConfig(Loading loading) {
  const std::shared_ptr<const ComparatorRegistry> registry =
      RegistryWith(std::make_shared<JudgeKind::Services>(), loading);
  KnownComparators known;
  for (const auto& kind : registry->Kinds()) known.names.emplace_back(kind->Describe().name);
  if (const auto plain = FindPreset(""); plain.ok()) known.presets.push_back(Known(**plain));
  for (const Preset& preset : Presets()) known.presets.push_back(Known(preset));
  known.find_faults = FaultsWith(registry);
  known.read_preset = ReaderWith(registry);
  known.check_descriptors = [](const std::vector<DescriptorFile>& files) {
    std::vector<DescriptorSetFault> found;
    DescriptorSets::Build(SetFilesOf(files), found);
    std::vector<DescriptorFault> faults;
    for (DescriptorSetFault& fault : found)
      faults.push_back({fault.file, std::move(fault.message)});
    return faults;
  };
  known.load_plugins = [this, loading](const Topology& topology) {
    return LoadPlugins(topology, loading);
  };
  return known;
}

PluginComparators ComparatorCatalog::LoadPlugins(const Topology& topology, Loading loading) {
  PluginComparators result;
  const auto services = std::make_shared<JudgeKind::Services>();
  const auto registry = RegistryWith(services, loading);
  const bool allowed = loading == Loading::kAllowed;
  const auto add = [&](const absl::StatusOr<std::shared_ptr<const ComparatorKind>>& kind,
                       const std::string& path, const std::string& what) {
    if (!kind.ok()) {
      result.faults.push_back({path, Message(kind.status())});
      if (allowed) return;
      result.faults.back().message +=
          ", and a text that is only looked at loads and asks none; run understudy check --config "
          "FILE";
      return;
    }
    if (const absl::Status added = registry->Add(*kind); !added.ok()) {
      result.faults.push_back({path, fmt::format("{} cannot be used: {}", what, Message(added))});
      return;
    }
    result.names.emplace_back((*kind)->Describe().name);
  };
  for (std::size_t i = 0; i < topology.plugins.size(); ++i) {
    const std::string& library = topology.plugins[i].library;
    add(allowed ? libraries_.Load(library) : libraries_.Find(library),
        fmt::format("plugins[{}].library", i), fmt::format("the library \"{}\"", library));
  }
  for (std::size_t i = 0; i < topology.comparator_services.size(); ++i) {
    const ServiceRule rule = RuleOf(topology.comparator_services[i]);
    const auto kind = allowed ? services_.Meet(rule) : services_.Find(rule);
    add(kind, fmt::format("comparator_services[{}].{}", i, kind.ok() ? "name" : "address"),
        fmt::format("the comparator service \"{}\"", rule.name));
    if (kind.ok()) services->push_back(*kind);
  }
  result.find_faults = FaultsWith(registry);
  result.read_preset = ReaderWith(registry);
  return result;
}

ComparatorRegistry ComparatorCatalog::RegistryOf(const Topology& topology) const {
  const auto services = std::make_shared<JudgeKind::Services>();
  ComparatorRegistry registry = *RegistryWith(services, Loading::kForbidden);
  for (const PluginRule& plugin : topology.plugins) {
    const auto kind = libraries_.Find(plugin.library);
    const absl::Status added = kind.ok() ? registry.Add(*kind) : kind.status();
    if (!added.ok()) spdlog::error("plugins: {}", Message(added));
  }
  for (const ComparatorServiceRule& service : topology.comparator_services) {
    const auto kind = services_.Find(RuleOf(service));
    const absl::Status added = kind.ok() ? registry.Add(*kind) : kind.status();
    if (!added.ok()) spdlog::error("comparator_services: {}", Message(added));
    if (kind.ok()) services->push_back(*kind);
  }
  return registry;
}

std::shared_ptr<const GrpcMethods> ComparatorCatalog::MethodsOf(const Topology& topology) const {
  if (topology.descriptor_sets.empty()) return SharedBundledMethods();
  std::string key;
  for (const DescriptorFile& file : topology.descriptor_sets) {
    key += HexOf(H64("descriptor set", {file.bytes})).Text() + " ";
  }
  std::lock_guard lock(mutex_);
  if (auto methods = methods_[key].lock()) return methods;
  std::erase_if(methods_, [](const auto& known) { return known.second.expired(); });
  std::vector<DescriptorSetFault> faults;
  const auto sets = DescriptorSets::Build(SetFilesOf(topology.descriptor_sets), faults);
  for (const DescriptorSetFault& fault : faults) spdlog::error("{}", fault.message);
  const auto methods = std::make_shared<MethodChain>(
      std::vector<std::shared_ptr<const GrpcMethods>>{sets, SharedBundledMethods()});
  methods_[key] = methods;
  newest_methods_ = methods;
  return methods;
}

std::shared_ptr<const GrpcMethods> ComparatorCatalog::MethodsOf(const Topology& topology,
                                                                const Route& route) const {
  const std::shared_ptr<const GrpcMethods> known = MethodsOf(topology);
  const std::optional<ReflectionTarget> target = TargetOf(topology, route);
  if (!target) return known;
  std::lock_guard lock(mutex_);
  std::erase_if(reflected_, [](const auto& one) { return one.second.expired(); });
  std::shared_ptr<const GrpcMethods> reflected = reflected_[target->Text()].lock();
  if (reflected == nullptr) {
    reflected = std::make_shared<ReflectedMethods>(
        *target, [cluster = route.incumbent](const std::string& news) {
          spdlog::info("cluster {}: {}", cluster, news);
        });
    reflected_[target->Text()] = reflected;
  }
  return std::make_shared<MethodChain>(
      std::vector<std::shared_ptr<const GrpcMethods>>{known, std::move(reflected)});
}

void ComparatorCatalog::LeaveOthers(const Topology& in_force) {
  std::vector<ServiceRule> rules;
  for (const ComparatorServiceRule& service : in_force.comparator_services) {
    rules.push_back(RuleOf(service));
  }
  services_.KeepOnly(rules);
}

RouteComparators ComparatorsOf(const Route& route, const ComparatorRegistry& registry,
                               std::shared_ptr<const GrpcMethods> methods) {
  RouteComparators result;
  SuiteSpec spec = SuiteSpecOf(route.compare);
  spec.methods = std::move(methods);
  const auto suite = BuildSuite(spec, registry);
  if (!suite.ok()) return result;
  result.names = (*suite)->ComparatorNames();
  result.partial = (*suite)->Traits().partial;
  result.fingerprint = (*suite)->Fingerprint();
  for (const std::string& path : (*suite)->IgnoreRules()) {
    IgnoreRule known{path, "the preset's own"};
    for (const IgnoreRule& rule : route.compare.ignore) {
      if (rule.path == path) known = rule;
    }
    result.ignore.push_back(std::move(known));
  }
  return result;
}

std::shared_ptr<const PairScorer> SuiteCache::Of(const std::shared_ptr<const Topology>& topology,
                                                 const Route& route) {
  SuiteSpec spec = SuiteSpecOf(route.compare);
  spec.fields = FieldsOf(route);
  spec.measures = std::any_of(route.values.begin(), route.values.end(),
                              [](const ValueRule& rule) { return !rule.measure.empty(); });
  std::string key = KeyOf(route.compare) + (spec.measures ? "\nmeasures" : "");
  for (const std::string& field : spec.fields) key += "\n/" + field;
  const ComparatorRegistry registry = catalog_.RegistryOf(*topology);
  key += KeyOf(*topology, registry);
  spec.methods = catalog_.MethodsOf(*topology, route);
  key += fmt::format("\n{:x}", spec.methods->Fingerprint());
  if (const auto target = TargetOf(*topology, route)) key += "\n" + target->Text();
  std::lock_guard lock(mutex_);
  if (auto suite = suites_[key].lock()) return suite;
  auto built = BuildSuite(spec, registry);
  if (!built.ok()) {
    spdlog::error("route {}: {}", route.name, std::string(built.status().message()));
    return nullptr;
  }
  std::erase_if(suites_, [](const auto& known) { return known.second.expired(); });
  const std::shared_ptr<const PairScorer> suite = *std::move(built);
  suites_[key] = suite;
  return suite;
}

}  // namespace understudy
