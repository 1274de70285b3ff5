// Where the proxy meets concrete comparators: what the configuration may name, and a scorer per
// route. The only folder that knows both sides.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "comparators/plugin_libraries.h"
#include "comparators/registry.h"
#include "proxy/control/config_rules.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/score_exchange.h"

namespace understudy {

// The comparators that configurations of this process may name: the built-in ones, and those of the
// plug-ins they list. Thread-safe; what it loaded stays to the end of the process.
class ComparatorCatalog {
 public:
  // Whether reading a configuration may load libraries that were not loaded before.
  enum class Loading { kAllowed, kForbidden };
  // What a configuration may say of comparators. Refers to the catalog.
  KnownComparators KnownToConfig(Loading loading);
  // What the suites of a valid topology are built from.
  ComparatorRegistry RegistryOf(const Topology& topology) const;

 private:
  PluginComparators LoadPlugins(const std::vector<PluginRule>& plugins, Loading loading);

  PluginLibraries libraries_;
};

// Names and ignore rules of a route's comparators, presets resolved.
RouteComparators ComparatorsOf(const Route& route, const ComparatorRegistry& registry);

// Scorers by route, made once per set of rules. Thread-safe. A reload only ever adds plug-ins, so
// what a rule's `use` names stays the same.
class SuiteCache : public ScorerSource {
 public:
  // The catalog outlives the cache.
  explicit SuiteCache(const ComparatorCatalog& catalog) : catalog_(catalog) {}
  std::shared_ptr<const PairScorer> Of(const std::shared_ptr<const Topology>& topology,
                                       const Route& route) override;

 private:
  const ComparatorCatalog& catalog_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const PairScorer>> suites_;
};

}  // namespace understudy
