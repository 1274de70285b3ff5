// Where the proxy meets concrete comparators: what the configuration may name, and a scorer per
// route. The only folder that knows both sides.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "comparators/grpc/methods.h"
#include "comparators/judge/judge_kind.h"
#include "comparators/plugin_libraries.h"
#include "comparators/registry.h"
#include "comparators/remote/comparator_services.h"
#include "comparators/remote/reflected_methods.h"
#include "proxy/control/config_rules.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/score_exchange.h"

namespace understudy {

// The comparators that configurations of this process may name: the built-in ones, judges, and
// those of the plug-ins and services they list. Thread-safe; a library that was loaded stays to the
// end of the process.
class ComparatorCatalog {
 public:
  ComparatorCatalog();
  // Whether reading a configuration may load libraries, and ask services, that were not before.
  enum class Loading { kAllowed, kForbidden };
  // What a configuration may say of comparators. Refers to the catalog.
  KnownComparators KnownToConfig(Loading loading);
  // What the suites of a valid topology are built from.
  ComparatorRegistry RegistryOf(const Topology& topology) const;
  // Which messages gRPC methods have, by a topology's descriptor sets and what comes with the
  // product. The same one as long as the sets have the same bytes and somebody has it, or none
  // was built since.
  std::shared_ptr<const GrpcMethods> MethodsOf(const Topology& topology) const;
  // The same, and what the incumbent's servers say where neither knows a method.
  std::shared_ptr<const GrpcMethods> MethodsOf(const Topology& topology, const Route& route) const;
  // Leaves the services that a topology now in force does not name.
  void LeaveOthers(const Topology& in_force);
  // For the end: who waits for a service or a judge has an answer at once, which is that it cannot
  // tell.
  void EndWaiting() {
    services_.End();
    judges_->End();
  }

 private:
  // Built-in comparators and judges, who may be those `services` that are there in the end.
  std::shared_ptr<ComparatorRegistry> RegistryWith(
      std::shared_ptr<const JudgeKind::Services> services, Loading loading) const;
  PluginComparators LoadPlugins(const Topology& topology, Loading loading);

  PluginLibraries libraries_;
  ComparatorServices services_;
  const std::shared_ptr<HttpClient> judges_ = std::make_shared<HttpClient>();
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::weak_ptr<const GrpcMethods>> methods_;  // by their bytes' hash
  mutable std::shared_ptr<const GrpcMethods> newest_methods_;
  mutable std::map<std::string, std::weak_ptr<const GrpcMethods>> reflected_;  // by target
};

// Names and ignore rules of a route's comparators, presets resolved.
RouteComparators ComparatorsOf(const Route& route, const ComparatorRegistry& registry,
                               std::shared_ptr<const GrpcMethods> methods = nullptr);

// Scorers by route, made once per set of rules and kept while somebody scores with them.
// Thread-safe. A reload only ever adds plug-ins, so what a rule's `use` names stays the same, but
// for services.
class SuiteCache : public ScorerSource {
 public:
  // The catalog outlives the cache.
  explicit SuiteCache(const ComparatorCatalog& catalog) : catalog_(catalog) {}
  std::shared_ptr<const PairScorer> Of(const std::shared_ptr<const Topology>& topology,
                                       const Route& route) override;

 private:
  const ComparatorCatalog& catalog_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const PairScorer>> suites_;
};

}  // namespace understudy
