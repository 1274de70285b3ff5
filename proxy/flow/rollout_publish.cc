// The two pictures: what the data plane serves by, and what admin services, reports and metrics
// show.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proxy/async/clock.h"
#include "proxy/flow/drive_rollouts.h"

namespace understudy {
namespace {

std::uint32_t IndexOf(const Topology& topology, const Cluster* cluster) {
  return static_cast<std::uint32_t>(cluster - topology.clusters.data());
}

double Share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::uint32_t RolloutDriver::WeightInForce(const Key& key) const {
  const RolloutState* rollout = rollouts_.Active(key.first, key.second);
  const auto binding = BindingOf(key);
  if (rollout == nullptr || !binding || rollouts_.Switches(key.first).killed) return 0;
  // A weight was earned by versions; no other version serves on it, not even for a moment.
  const bool bound = rollout->incumbent == binding->incumbent &&
                     rollout->incumbent_version == binding->incumbent_version &&
                     rollout->candidate_version == binding->candidate_version;
  return bound ? rollout->weight_ppm : 0;
}

std::uint64_t RolloutDriver::SplitOf(const RouteTraffic& traffic) {
  std::string weights = traffic.incumbent->name;
  bool any = false;
  for (const CandidateTraffic& candidate : traffic.candidates) {
    weights += fmt::format(" {}:{}", candidate.cluster->name, candidate.weight_ppm);
    any = any || candidate.weight_ppm > 0;
  }
  const std::string& route = traffic.route->name;
  if (!any) {
    splits_.erase(route);
    return 0;
  }
  Split& split = splits_[route];
  if (split.weights != weights) split = {++splits_made_, std::move(weights)};
  return split.number;
}

void RolloutDriver::PublishTraffic() {
  auto view = std::make_shared<TrafficView>();
  view->topology = topology_;
  view->epoch = journal_.epoch();
  for (const Route& route : topology_->routes) {
    RouteTraffic traffic;
    traffic.route = &route;
    traffic.incumbent = IncumbentInForce(route);
    traffic.incumbent_index = IndexOf(*topology_, traffic.incumbent);
    if (const Cluster* control = ControlOf(route)) {
      traffic.control = control;
      traffic.control_index = IndexOf(*topology_, control);
      traffic.control_rate = route.control->rate;
      traffic.control_counters = &around_.book.Control(route.name);
    }
    traffic.killed = rollouts_.Switches(route.name).killed;
    traffic.incumbent_counters = &around_.book.Arm(route.name, traffic.incumbent->name);
    std::uint32_t room = kWholePpm;
    for (const CandidateArm& arm : route.candidates) {
      const Cluster* cluster = topology_->FindCluster(arm.cluster);
      if (cluster == nullptr || cluster == traffic.incumbent) continue;
      const Key key{route.name, arm.cluster};
      CandidateTraffic candidate;
      candidate.arm = &arm;
      candidate.cluster = cluster;
      candidate.cluster_index = IndexOf(*topology_, cluster);
      candidate.weight_ppm = std::min(room, WeightInForce(key));
      room -= candidate.weight_ppm;
      candidate.mirroring = !traffic.killed;
      const auto at = candidates_.find(key);
      if (at != candidates_.end() && at->second.evidence) {
        candidate.window = at->second.evidence->window();
        if (!at->second.ended) candidate.rollout_id = at->second.rollout_id;
      }
      candidate.serving = &around_.book.Arm(route.name, arm.cluster);
      candidate.coverage = &around_.book.CoverageOf(route.name, arm.cluster);
      candidate.stop = &around_.book.Stop(route.name, arm.cluster);
      if (arm.mirror.adaptive) {
        candidate.adaptive = &around_.book.MirrorRate(route.name, arm.cluster);
      }
      traffic.candidates.push_back(candidate);
    }
    traffic.split = SplitOf(traffic);
    view->routes.push_back(std::move(traffic));
  }
  around_.traffic.Publish(std::move(view));
}

RouteView RolloutDriver::ShowRoute(const Route& route) const {
  RouteView view;
  const RouteControl switches = rollouts_.Switches(route.name);
  const Cluster* incumbent = IncumbentInForce(route);
  view.name = route.name;
  view.incumbent = incumbent->name;
  view.incumbent_in_file = route.incumbent;
  view.killed = switches.killed;
  view.frozen = switches.frozen;
  if (switches.killed) view.killed_by = rollouts_.LastAct(route.name, ToString(CommandKind::kKill));
  if (switches.frozen) {
    view.frozen_by = rollouts_.LastAct(route.name, ToString(CommandKind::kFreeze));
  }

  const auto watched = promoted_.find(route.name);
  if (watched != promoted_.end() && watched->second.alarmed()) {
    view.late_change = fmt::format(
        "{}, promoted by rollout {}, fails more often lately than the {:.3g} % that rollout "
        "allowed",
        incumbent->name, watched->second.rollout_id(), watched->second.margin() * 100);
  }

  std::vector<const Cluster*> clusters{incumbent};
  for (const CandidateArm& arm : route.candidates) {
    const Cluster* cluster = topology_->FindCluster(arm.cluster);
    if (cluster != nullptr && cluster != incumbent) clusters.push_back(cluster);
  }
  std::uint64_t recent = 0;
  for (const Cluster* cluster : clusters) recent += arms_.Recent(route.name, cluster->name);
  double candidates_configured = 0;
  std::uint64_t fallbacks = 0;
  std::uint64_t recent_fallbacks = 0;
  for (const Cluster* cluster : clusters) {
    const auto& counters = around_.book.Arm(route.name, cluster->name);
    ArmTraffic arm = CountArm(counters);
    arm.role = cluster == incumbent ? "incumbent" : "candidate";
    arm.cluster = cluster->name;
    arm.version = cluster->version;
    arm.share_measured = Share(arms_.Recent(route.name, cluster->name), recent);
    if (cluster != incumbent) {
      arm.share_configured = Share(WeightInForce({route.name, cluster->name}), kWholePpm);
      candidates_configured += arm.share_configured;
      fallbacks += CountFallbacks(counters);
      recent_fallbacks += arms_.RecentFallbacks(route.name, cluster->name);
    }
    view.arms.push_back(std::move(arm));
  }
  view.arms.front().share_configured = 1 - candidates_configured;
  if (fallbacks > 0) {
    ArmTraffic fallback;
    fallback.role = "fallback";
    fallback.cluster = incumbent->name;
    fallback.version = incumbent->version;
    fallback.requests = fallbacks;
    fallback.share_measured = Share(recent_fallbacks, recent);
    view.arms.push_back(std::move(fallback));
  }
  return view;
}

CandidateView RolloutDriver::ShowCandidate(const Key& key, const Candidate& candidate) const {
  CandidateView view;
  view.route = key.first;
  view.candidate = key.second;
  const Route* route = topology_->FindRoute(key.first);
  const CandidateArm* arm = FindArm(key);
  if (arm != nullptr) {
    view.mirror_rate = view.mirror_rate_in_force = arm->mirror.rate;
    if (arm->mirror.adaptive) {
      view.mirror_rate_in_force *=
          around_.book.MirrorRate(key.first, key.second).Share(SteadyNow());
    }
  }
  if (const auto binding = BindingOf(key)) {
    view.candidate_version = binding->candidate_version;
    view.incumbent = binding->incumbent;
    view.incumbent_version = binding->incumbent_version;
  }
  view.plan = PlanOf(key);
  if (const RolloutState* rollout = rollouts_.Newest(key.first, key.second)) {
    view.rollout = *rollout;
    view.timeline = rollouts_.TimelineOf(*rollout);
    const bool judged = candidate.rollout_id == rollout->id;
    if (judged || rollout->phase == Phase::kDraft) view.plan = rollout->plan;
    if (judged) {
      view.candidate_version = rollout->candidate_version;
      view.incumbent = rollout->incumbent;
      view.incumbent_version = rollout->incumbent_version;
    }
  }
  if (candidate.verdict) {
    view.verdict = *candidate.verdict;
    view.basis = candidate.basis;
  } else {
    view.verdict.sentence = "nothing has been evaluated in this window yet";
  }
  view.coverage_total = around_.book.SumCoverage(key.first, key.second);
  view.pairs_per_second = candidate.activity.PerSecond();
  view.divergence_history = candidate.activity.History();
  if (candidate.evidence && route != nullptr) {
    candidate.evidence->Show(around_.comparators(*route).ignore, view);
  }
  return view;
}

void RolloutDriver::PublishControl(WallTime now) {
  auto view = std::make_shared<ControlView>();
  view->epoch = journal_.epoch();
  view->at = now;
  view->topology = topology_;
  for (const Route& route : topology_->routes) view->routes.push_back(ShowRoute(route));
  for (const auto& [key, candidate] : candidates_) {
    view->candidates.push_back(ShowCandidate(key, candidate));
  }
  view->rollouts = rollouts_.NewestFirst();
  view->quarantine = rollouts_.Quarantines();
  std::erase_if(ended_, [this](const auto& one) { return rollouts_.Find(one.first) == nullptr; });
  view->ended = ended_;
  view->store_available = journal_.available();
  published_at_ = now;
  changed_ = false;
  {
    std::lock_guard lock(view_mutex_);
    view->version = view_->version + 1;
    view_ = std::move(view);
  }
  view_moved_.notify_all();
}

std::shared_ptr<const ControlView> RolloutDriver::Read() const {
  std::lock_guard lock(view_mutex_);
  return view_;
}

std::shared_ptr<const ControlView> RolloutDriver::WaitNewer(std::uint64_t version,
                                                            Duration timeout) {
  std::unique_lock lock(view_mutex_);
  view_moved_.wait_for(lock, timeout, [&] { return view_->version > version; });
  return view_;
}

}  // namespace understudy
