// How rollouts, the configuration and evidence are kept together: at start, at a reload and when a
// completed rollout makes a new incumbent.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/flow/drive_rollouts.h"

namespace understudy {

const Cluster* RolloutDriver::IncumbentInForce(const Route& route) const {
  const RouteControl switches = rollouts_.Switches(route.name);
  if (!switches.promoted.empty()) {
    const Cluster* promoted = topology_->FindCluster(switches.promoted);
    // Another version than the one that passed is not what was promoted: the file's incumbent
    // serves.
    if (promoted != nullptr && promoted->version == switches.promoted_version) return promoted;
  }
  return topology_->FindCluster(route.incumbent);
}

const Cluster* RolloutDriver::ControlOf(const Route& route) const {
  if (!route.control || route.control->rate <= 0) return nullptr;
  const Cluster* incumbent = IncumbentInForce(route);
  if (route.control->cluster == route.incumbent) return incumbent;
  // Another cluster of the file's incumbent is no control of one that was promoted beyond it.
  return incumbent->name == route.incumbent ? topology_->FindCluster(route.control->cluster)
                                            : nullptr;
}

const CandidateArm* RolloutDriver::FindArm(const Key& key) const {
  const Route* route = topology_->FindRoute(key.first);
  if (route == nullptr) return nullptr;
  const auto at = std::find_if(route->candidates.begin(), route->candidates.end(),
                               [&](const CandidateArm& arm) { return arm.cluster == key.second; });
  return at == route->candidates.end() ? nullptr : &*at;
}

std::optional<RolloutDriver::Binding> RolloutDriver::BindingOf(const Key& key) const {
  const CandidateArm* arm = FindArm(key);
  if (arm == nullptr) return std::nullopt;
  const Cluster* candidate = topology_->FindCluster(arm->cluster);
  const Cluster* incumbent = IncumbentInForce(*topology_->FindRoute(key.first));
  if (candidate == nullptr || incumbent == nullptr) return std::nullopt;
  return Binding{incumbent->name, incumbent->version, candidate->version};
}

Plan RolloutDriver::PlanOf(const Key& key) const {
  const CandidateArm* arm = FindArm(key);
  if (arm == nullptr) return {};
  const std::string& name = arm->plan.empty() ? topology_->FindRoute(key.first)->plan : arm->plan;
  const Plan* plan = topology_->FindPlan(name);
  return plan == nullptr ? Plan{} : *plan;
}

LedgerShape RolloutDriver::ShapeOf(const Route& route, Duration warm_up) const {
  const RouteComparators comparators = around_.comparators(route);
  LedgerShape shape;
  shape.comparators = comparators.names;
  shape.partial = comparators.partial;
  for (const SegmentRule& rule : route.segments) {
    shape.segments.push_back({rule.name, rule.values, rule.required});
  }
  for (const ValueRule& rule : route.values) {
    shape.values.push_back(rule.name);
    shape.times.push_back(rule.IsTime());
  }
  shape.control = ControlOf(route) != nullptr;
  shape.split_by_request = route.sticky.empty();
  shape.warm_up = warm_up;
  shape.ignore_rules = static_cast<std::uint16_t>(comparators.ignore.size());
  return shape;
}

std::string RolloutDriver::FingerprintOf(const Key& key, const Binding& binding,
                                         const Plan& plan) const {
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", key.first, key.second, binding.incumbent,
                  binding.incumbent_version, binding.candidate_version, plan.hash);
  const Route* route = topology_->FindRoute(key.first);
  if (route == nullptr) return text;
  const RouteComparators comparators = around_.comparators(*route);
  for (const std::string& name : comparators.names) text += "comparator " + name + "\n";
  for (const IgnoreRule& rule : comparators.ignore) text += "ignore " + rule.path + "\n";
  text += fmt::format("rules {:016x}\n", comparators.fingerprint);
  for (const SegmentRule& rule : route->segments) {
    text += fmt::format("segment {} {} {} {}\n", rule.name, static_cast<int>(rule.source), rule.key,
                        rule.required);
    for (const std::string& value : rule.values) text += "value " + value + "\n";
  }
  for (const ValueRule& rule : route->values) {
    text += fmt::format("number {} {} {:.17g}\n", rule.name, rule.pointer, rule.cap);
    if (rule.measure.empty()) continue;
    text += fmt::format("measured {} {:.17g} {:.17g}\n", rule.measure, rule.input_price,
                        rule.output_price);
  }
  if (route->decision) {
    text += "decision " + route->decision->pointer + "\n";
    for (const std::string& yes : route->decision->yes) text += "yes " + yes + "\n";
  }
  if (const Cluster* control = ControlOf(*route)) {
    text += fmt::format("control {} {}\n", route->control->cluster, control->version);
  }
  if (route->sticky.empty()) text += "split by request\n";
  return text;
}

std::uint64_t RolloutDriver::NextWindow(const Key& key) const {
  std::uint64_t highest = rollouts_.HighestWindow(key.first, key.second);
  const auto at = candidates_.find(key);
  if (at != candidates_.end() && at->second.evidence) {
    highest = std::max(highest, at->second.evidence->window());
  }
  return highest + 1;
}

void RolloutDriver::Observe(const Key& key, WallTime now) {
  const auto binding = BindingOf(key);
  Candidate& candidate = candidates_[key];
  const std::uint64_t window = NextWindow(key);
  candidate.evidence.reset();
  candidate.rollout_id.clear();
  candidate.ended = false;
  candidate.verdict.reset();
  candidate.judged_at = WallTime{};
  if (!binding) return;
  const Plan plan = PlanOf(key);
  candidate.evidence.emplace(ShapeOf(*topology_->FindRoute(key.first), plan.warm_up),
                             FingerprintOf(key, *binding, plan),
                             around_.book.SumCoverage(key.first, key.second), window, now);
}

void RolloutDriver::ReconcileRollout(const std::string& id, WallTime now) {
  const RolloutState rollout = *rollouts_.Find(id);
  const Key key{rollout.route, rollout.candidate};
  const auto binding = BindingOf(key);
  absl::StatusOr<RolloutState> fed = rollout;
  if (!binding) {
    const std::string reason = fmt::format(
        "{} is no candidate of route {} in the configuration; put it back and resume, or cancel",
        key.second, key.first);
    spdlog::warn("rollout {}: {}", id, reason);
    fed = Feed(id, CandidateMissing{reason}, now);
  } else if (binding->incumbent == rollout.candidate) {
    fed = Feed(id, VersionsMoved{key.second + " is the route's incumbent now"}, now);
  } else if (binding->incumbent != rollout.incumbent ||
             binding->incumbent_version != rollout.incumbent_version ||
             binding->candidate_version != rollout.candidate_version) {
    fed = Feed(id,
               VersionsMoved{fmt::format(
                   "it was created for {} version {} against {} version {}, and the route now has "
                   "version {} against {} version {}: its evidence says nothing about those",
                   rollout.candidate, rollout.candidate_version, rollout.incumbent,
                   rollout.incumbent_version, binding->candidate_version, binding->incumbent,
                   binding->incumbent_version)},
               now);
  }
  if (!fed.ok()) spdlog::error("rollout {}: {}", id, Message(fed.status()));
}

bool RolloutDriver::RecordStands(const RolloutState& ended, const Binding& binding) {
  if (ended.candidate_version != binding.candidate_version) return false;
  if (ended.phase == Phase::kCompleted) return binding.incumbent == ended.candidate;
  return ended.phase == Phase::kRolledBack && binding.incumbent == ended.incumbent &&
         binding.incumbent_version == ended.incumbent_version;
}

void RolloutDriver::ReconcileEvidence(const Key& key, WallTime now) {
  const auto binding = BindingOf(key);
  const RolloutState* newest = rollouts_.Newest(key.first, key.second);
  const bool active = newest != nullptr && !IsTerminal(newest->phase);
  if (!binding) {
    if (!active) candidates_.erase(key);
    return;
  }
  Candidate& candidate = candidates_[key];
  if (active && newest->phase != Phase::kDraft) {
    const Binding bound{newest->incumbent, newest->incumbent_version, newest->candidate_version};
    const bool usable =
        candidate.rollout_id == newest->id && candidate.evidence &&
        candidate.evidence->window() == newest->window &&
        candidate.evidence->fingerprint() == FingerprintOf(key, bound, newest->plan);
    if (usable) return;
    const auto fed = Feed(
        newest->id,
        EvidenceLost{"the evidence so far cannot be used with the present comparators; it starts "
                     "anew"},
        now);
    if (!fed.ok()) spdlog::error("rollout {}: {}", newest->id, Message(fed.status()));
    return;
  }
  if (candidate.ended) {
    const RolloutState* ended = rollouts_.Find(candidate.rollout_id);
    if (ended != nullptr && ended == newest && RecordStands(*ended, *binding)) return;
  }
  if (binding->incumbent == key.second) {
    candidates_.erase(key);
    return;
  }
  const bool same = candidate.rollout_id.empty() && candidate.evidence &&
                    candidate.evidence->fingerprint() == FingerprintOf(key, *binding, PlanOf(key));
  if (!same) Observe(key, now);
}

std::vector<RolloutDriver::Key> RolloutDriver::AllKeys() const {
  std::set<Key> keys;
  for (const Route& route : topology_->routes) {
    for (const CandidateArm& arm : route.candidates) keys.insert({route.name, arm.cluster});
  }
  for (const auto& [key, candidate] : candidates_) keys.insert(key);
  for (const std::string& id : rollouts_.ActiveIds()) {
    const RolloutState* rollout = rollouts_.Find(id);
    keys.insert({rollout->route, rollout->candidate});
  }
  return {keys.begin(), keys.end()};
}

void RolloutDriver::Reconcile(WallTime now) {
  for (const std::string& id : rollouts_.ActiveIds()) ReconcileRollout(id, now);
  for (const Key& key : AllKeys()) ReconcileEvidence(key, now);
  PublishTraffic();
  changed_ = true;
}

void RolloutDriver::CatchUpWithFile(WallTime now) {
  for (const Route& route : topology_->routes) {
    RouteControl switches = rollouts_.Switches(route.name);
    if (switches.promoted.empty()) continue;
    const Cluster* promoted = topology_->FindCluster(switches.promoted);
    if (promoted == nullptr || promoted->version != switches.promoted_version) {
      spdlog::warn(
          "route {}: {} version {} was promoted by rollout {} and is not in the "
          "configuration; {} serves as the file says",
          route.name, switches.promoted, switches.promoted_version, switches.promoted_by,
          route.incumbent);
      continue;
    }
    if (route.incumbent != switches.promoted) continue;
    JournalLine line;
    line.at = now;
    line.route = route.name;
    line.actor = "automation";
    line.action = "settle";
    line.reason = "the configuration names the promoted incumbent";
    line.from = line.to = fmt::format("incumbent {} {}", promoted->name, promoted->version);
    line.evidence = "promoted by rollout " + switches.promoted_by;
    switches.promoted.clear();
    switches.promoted_version.clear();
    switches.promoted_by.clear();
    rollouts_.SetSwitches(switches);
    rollouts_.AddRouteLine(line);
    ControlTxn txn;
    txn.routes.push_back(switches);
    txn.journal.push_back(line);
    journal_.WriteSoon(std::move(txn));
  }
}

void RolloutDriver::Reload(std::shared_ptr<const Topology> topology) {
  const WallTime now = around_.now();
  PollCoverage();
  topology_ = std::move(topology);
  CatchUpWithFile(now);
  Reconcile(now);
  PublishControl(now);
}

}  // namespace understudy
