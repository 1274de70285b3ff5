// The loops, and what starts, changes and ends them.
#include "proxy/wire/health_checker.h"

#include <algorithm>
#include <cmath>

#include "proxy/async/clock.h"
#include "proxy/async/event.h"
#include "proxy/base/hash.h"
#include "proxy/base/log.h"

namespace understudy {
namespace {

// Endpoints that were started together are not asked together for ever.
Duration Jittered(Duration interval, const std::string& endpoint, std::uint64_t round) {
  const double chance = UnitInterval(H64("health", {endpoint, std::to_string(round)}));
  return Duration(std::llround(static_cast<double>(interval.count()) * (0.9 + 0.2 * chance)));
}

std::string AuthorityOf(const Cluster& cluster, const SocketAddress& endpoint) {
  return cluster.authority_mode == AuthorityMode::kLiteral ? cluster.authority : endpoint.text;
}

}  // namespace

bool HealthTally::Count(bool passed, const HealthCheck& rules) {
  const bool first = std::exchange(first_, false);
  if (passed == healthy_) {
    against_ = 0;
    return false;
  }
  const int needed = passed ? rules.healthy_after : rules.unhealthy_after;
  if (++against_ < needed && !first) return false;
  healthy_ = passed;
  against_ = 0;
  return true;
}

struct HealthChecker::Check {
  bool Asks(const HealthCheck& new_rules, const std::string& new_authority,
            UpstreamProtocol new_protocol) const {
    return rules == new_rules && authority == new_authority && protocol == new_protocol;
  }
  // Ends the probe or the pause.
  void Interrupt() {
    if (probe != nullptr) probe->Cancel();
    if (pause != nullptr) pause->Set();
  }

  std::string cluster;
  SocketAddress address;
  std::shared_ptr<EndpointHealth> health;
  HealthCheck rules;
  std::string authority;
  UpstreamProtocol protocol = UpstreamProtocol::kHttp1;
  HealthTally tally;
  bool stopped = false;
  bool changed = false;          // the rules did, while a probe was under way
  HealthProbe* probe = nullptr;  // of the loop, while it is under way
  Event* pause = nullptr;        // of the loop, while it waits
};

HealthChecker::HealthChecker(asio::io_context& loop, HealthBoards& boards)
    : loop_(loop), boards_(boards), deadlines_(loop) {}

HealthChecker::~HealthChecker() { deadlines_.Stop(); }

void HealthChecker::Update(const Topology& topology) {
  std::map<Key, std::shared_ptr<Check>> wanted;
  for (const Cluster& cluster : topology.clusters) {
    if (!cluster.health) continue;
    for (const SocketAddress& endpoint : cluster.endpoints) {
      const Key key{cluster.name, endpoint.text};
      const std::string authority = AuthorityOf(cluster, endpoint);
      std::shared_ptr<Check>& check = wanted[key];
      if (check != nullptr) continue;  // the same endpoint twice
      if (const auto known = checks_.find(key); known != checks_.end()) {
        check = known->second;
        checks_.erase(known);
        if (check->Asks(*cluster.health, authority, cluster.protocol)) continue;
        check->rules = *cluster.health;
        check->authority = authority;
        check->protocol = cluster.protocol;
        check->changed = true;
        check->Interrupt();
        continue;
      }
      check = std::make_shared<Check>();
      check->cluster = cluster.name;
      check->address = endpoint;
      check->health = boards_.Of(cluster.name, endpoint.text);
      check->rules = *cluster.health;
      check->authority = authority;
      check->protocol = cluster.protocol;
      asio::co_spawn(loop_.get_executor(), Watch(*this, check), asio::detached);
    }
  }
  Stop();  // what is left is wanted no more
  checks_ = std::move(wanted);
}

void HealthChecker::Stop() {
  for (auto& [key, check] : checks_) {
    check->stopped = true;
    check->health->Set(true);
    check->Interrupt();
  }
  checks_.clear();
}

Task<> HealthChecker::Watch(HealthChecker& self, std::shared_ptr<Check> check) {
  const Executor executor = self.loop_.get_executor();
  for (std::uint64_t round = 0; !check->stopped; ++round) {
    const SteadyTime asked = SteadyNow();
    const HealthCheck rules = check->rules;
    check->changed = false;
    HealthProbe probe(executor, self.deadlines_,
                      {check->address, check->authority, rules.path, rules.timeout,
                       check->protocol == UpstreamProtocol::kHttp2});
    check->probe = &probe;
    const ProbeResult result = co_await probe.Run();
    check->probe = nullptr;
    if (check->stopped) co_return;
    if (check->changed) continue;  // an answer to the old question
    self.Judge(*check, result);
    const SteadyTime next = asked + Jittered(rules.interval, check->address.text, round);
    Event pause(executor);
    check->pause = &pause;
    co_await pause.WaitFor(std::max(next - SteadyNow(), Duration::zero()));
    check->pause = nullptr;
  }
}

void HealthChecker::Judge(Check& check, const ProbeResult& result) {
  if (!check.tally.Count(result.passed, check.rules)) return;
  check.health->Set(result.passed);
  transitions_.fetch_add(1, std::memory_order_relaxed);
  if (result.passed) {
    spdlog::info("cluster {}: endpoint {} is healthy again: {}", check.cluster, check.address.text,
                 result.reason);
  } else {
    spdlog::warn("cluster {}: endpoint {} is unhealthy and is avoided: {}", check.cluster,
                 check.address.text, result.reason);
  }
}

}  // namespace understudy
