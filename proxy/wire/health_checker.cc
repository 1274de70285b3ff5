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
  // What is asked, and how.
  struct Question {
    bool operator==(const Question&) const = default;

    HealthCheck rules;
    std::string authority;
    UpstreamProtocol protocol = UpstreamProtocol::kHttp1;
    std::shared_ptr<const WatchedTls> tls;  // null: plaintext
    std::string server_name;
  };
  // Ends the probe or the pause.
  void Interrupt() {
    if (probe != nullptr) probe->Cancel();
    if (pause != nullptr) pause->Set();
  }

  std::string cluster;
  SocketAddress address;
  std::shared_ptr<EndpointHealth> health;
  Question question;
  HealthTally tally;
  bool stopped = false;
  bool changed = false;          // the rules did, while a probe was under way
  HealthProbe* probe = nullptr;  // of the loop, while it is under way
  Event* pause = nullptr;        // of the loop, while it waits
};

HealthChecker::HealthChecker(asio::io_context& loop, HealthBoards& boards,
                             TlsCredentials& credentials)
    : loop_(loop), boards_(boards), credentials_(credentials), deadlines_(loop) {}

HealthChecker::~HealthChecker() { deadlines_.Stop(); }

void HealthChecker::Update(const Topology& topology) {
  std::map<Key, std::shared_ptr<Check>> wanted;
  for (const Cluster& cluster : topology.clusters) {
    if (!cluster.health) continue;
    const std::shared_ptr<const WatchedTls> tls = credentials_.Of(cluster);
    for (const SocketAddress& endpoint : cluster.endpoints) {
      const Key key{cluster.name, endpoint.text};
      Check::Question question{*cluster.health, AuthorityOf(cluster, endpoint), cluster.protocol,
                               tls, cluster.tls ? ServerNameOf(cluster, endpoint) : std::string()};
      std::shared_ptr<Check>& check = wanted[key];
      if (check != nullptr) continue;  // the same endpoint twice
      if (const auto known = checks_.find(key); known != checks_.end()) {
        check = known->second;
        checks_.erase(known);
        if (check->question == question) continue;
        check->question = std::move(question);
        check->changed = true;
        check->Interrupt();
        continue;
      }
      check = std::make_shared<Check>();
      check->cluster = cluster.name;
      check->address = endpoint;
      check->health = boards_.Of(cluster.name, endpoint.text);
      check->question = std::move(question);
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
    const Check::Question question = check->question;
    const HealthCheck& rules = question.rules;
    check->changed = false;
    HealthProbe probe(
        executor, self.deadlines_,
        {check->address, question.authority, rules.path, rules.timeout, question.protocol,
         question.tls == nullptr ? nullptr : question.tls->Context(), question.server_name});
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
  if (!check.tally.Count(result.passed, check.question.rules)) return;
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
