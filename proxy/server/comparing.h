// Where the proxy meets concrete comparators: what the configuration may name, and a scorer per
// route. The only folder that knows both sides.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "proxy/control/config_rules.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/score_exchange.h"

namespace understudy {

// What a configuration may say of comparators.
KnownComparators KnownToConfig();

// Names and ignore rules of a route's comparators, presets resolved.
RouteComparators ComparatorsOf(const Route& route);

// Scorers by route, made once per set of rules. Thread-safe.
class SuiteCache : public ScorerSource {
 public:
  std::shared_ptr<const PairScorer> Of(const std::shared_ptr<const Topology>& topology,
                                       const Route& route) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const PairScorer>> suites_;
};

}  // namespace understudy
