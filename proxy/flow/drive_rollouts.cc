// The loop: samples and counters in, state machine steps out, in the order that keeps raises safe.
#include "proxy/flow/drive_rollouts.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/rollout/state_machine.h"

namespace understudy {
namespace {

constexpr auto kJudgeSpacing = std::chrono::milliseconds(250);
constexpr auto kJudgeAtLeast = std::chrono::seconds(1);
constexpr auto kSaveSpacing = std::chrono::seconds(3);
constexpr auto kRetrySpacing = std::chrono::seconds(1);
constexpr auto kPublishAtLeast = std::chrono::milliseconds(500);
constexpr std::size_t kBlobsPerTxn = 16;

// Whether `next` was at least `spacing` ago, or the clock was set back.
bool Due(WallTime last, Duration spacing, WallTime now) {
  return now - last >= spacing || now < last;
}

// A step that can only take traffic or permission away takes effect before it is written.
bool OnlyRestricts(const RolloutState& before, const RolloutState& after) {
  if (after.phase == Phase::kCompleted || after.weight_ppm > before.weight_ppm) return false;
  if (IsTerminal(after.phase) || after.weight_ppm < before.weight_ppm) return true;
  const bool released = (before.holds.Bits() & ~after.holds.Bits()) != 0 ||
                        (before.weight_lowered_by_operator && !after.weight_lowered_by_operator) ||
                        (!before.stage_approved && after.stage_approved);
  return !released && before.phase == after.phase;
}

}  // namespace

RolloutDriver::RolloutDriver(std::shared_ptr<const Topology> topology,
                             RolloutSurroundings surroundings)
    : topology_(std::move(topology)),
      around_(std::move(surroundings)),
      journal_(around_.store),
      view_(std::make_shared<const ControlView>()) {}

RolloutFacts RolloutDriver::FactsOf(const RolloutState& rollout) const {
  RolloutFacts facts;
  const RouteControl switches = rollouts_.Switches(rollout.route);
  facts.route_killed = switches.killed;
  facts.route_frozen = switches.frozen;
  facts.store_available = journal_.available() && journal_.owed() == 0;
  facts.others_ppm = rollouts_.OthersPpm(rollout);
  facts.started_at = started_at_;
  const Route* route = topology_->FindRoute(rollout.route);
  facts.has_control = route != nullptr && ControlOf(*route) != nullptr;
  const auto at = candidates_.find({rollout.route, rollout.candidate});
  // A DRAFT is judged by nothing: what is observed before its start is not its evidence.
  if (at != candidates_.end() && at->second.rollout_id == rollout.id && at->second.verdict) {
    facts.verdict = &*at->second.verdict;
    facts.verdict_window = at->second.verdict_window;
  }
  return facts;
}

absl::StatusOr<RolloutState> RolloutDriver::Feed(std::string id, const RolloutInput& input,
                                                 WallTime now) {
  const RolloutState* rollout = rollouts_.Find(id);
  if (rollout == nullptr) return NotFound(fmt::format("there is no rollout {}", id));
  ASSIGN_OR_RETURN(const RolloutStep step, StepRollout(*rollout, input, FactsOf(*rollout), now));
  if (!step.Changed()) return step.state;
  RETURN_IF_ERROR(Perform(step, now));
  const RolloutState* after = rollouts_.Find(id);
  return after == nullptr ? step.state : *after;
}

absl::Status RolloutDriver::Perform(const RolloutStep& step, WallTime now) {
  PollCoverage();
  PollServing();
  ControlTxn txn = TxnOf(step);
  const RolloutState* before = rollouts_.Find(step.state.id);
  if (before != nullptr && OnlyRestricts(*before, step.state)) {
    TakeEffect(step, now);
    journal_.WriteSoon(std::move(txn));
  } else {
    RETURN_IF_ERROR(journal_.Write(std::move(txn)));
    TakeEffect(step, now);
  }
  FollowGenerations();
  if (step.Has(RolloutAction::kMakeIncumbent)) Reconcile(now);
  return absl::OkStatus();
}

ControlTxn RolloutDriver::TxnOf(const RolloutStep& step) const {
  ControlTxn txn;
  const RolloutState& state = step.state;
  txn.rollouts.push_back(state);
  txn.journal = step.journal;
  if (step.Has(RolloutAction::kQuarantine)) txn.quarantine.push_back(QuarantineOf(state));
  if (step.Has(RolloutAction::kUnquarantine)) {
    txn.unquarantine.push_back(state.route + "\n" + state.candidate_version);
  }
  if (step.Has(RolloutAction::kMakeIncumbent)) {
    txn.routes.push_back(PromotionOf(state, rollouts_.Switches(state.route)));
  }
  const auto at = candidates_.find({state.route, state.candidate});
  const bool mine = at != candidates_.end() && at->second.rollout_id == state.id;
  if (mine && at->second.evidence) {
    txn.evidence.push_back({state.id, at->second.evidence->Encode()});
  }
  return txn;
}

void RolloutDriver::TakeEffect(const RolloutStep& step, WallTime now) {
  const RolloutState& state = step.state;
  const Key key{state.route, state.candidate};
  Candidate& candidate = candidates_[key];
  rollouts_.Adopt(step);
  changed_ = true;
  if (IsTerminal(state.phase) && candidate.rollout_id == state.id) {
    candidate.ended = true;
    ended_[state.id] = std::make_shared<const CandidateView>(ShowCandidate(key, candidate));
    if (state.phase == Phase::kCancelled) Observe(key, now);
  } else if (step.Has(RolloutAction::kStartWindow)) {
    const Route* route = topology_->FindRoute(state.route);
    const Binding bound{state.incumbent, state.incumbent_version, state.candidate_version};
    const std::string fingerprint = FingerprintOf(key, bound, state.plan);
    const bool goes_on = candidate.rollout_id == state.id && candidate.evidence &&
                         candidate.evidence->fingerprint() == fingerprint;
    if (goes_on) {
      candidate.evidence->StartWindow(state.window, now);
    } else if (route != nullptr) {
      candidate.evidence.emplace(ShapeOf(*route, state.plan.warm_up), fingerprint,
                                 around_.book.SumCoverage(state.route, state.candidate),
                                 state.window, now);
    }
    candidate.rollout_id = state.id;
    candidate.ended = false;
    candidate.verdict.reset();
    candidate.judged_at = WallTime{};
    candidate.unsaved = true;
  }
  PublishTraffic();
  if (state.weight_ppm == 0 || IsTerminal(state.phase)) {
    candidate.breaker.Disarm();
  } else if (!candidate.breaker.armed()) {
    candidate.breaker.Arm(around_.book.Arm(state.route, state.candidate), now);
  }
}

void RolloutDriver::FollowGenerations() {
  if (journal_.owed() > 0 || journal_.uncertain()) return;
  rollouts_.FollowGenerations(
      [this](const std::string& id) { return journal_.StoredGeneration(id); });
}

void RolloutDriver::Ingest(const std::vector<Sample>& samples) {
  const WallTime now = around_.now();
  for (const Sample& sample : samples) {
    const auto at = candidates_.find({sample.route, sample.candidate});
    if (at == candidates_.end()) continue;
    Candidate& candidate = at->second;
    candidate.activity.Add(sample, now);
    if (candidate.ended || !candidate.evidence) continue;
    candidate.evidence->Add(sample);
    candidate.unsaved = true;
  }
}

void RolloutDriver::IngestExample(const std::string& route, const std::string& candidate,
                                  DivergenceExample example) {
  const auto at = candidates_.find({route, candidate});
  if (at == candidates_.end() || at->second.ended || !at->second.evidence) return;
  at->second.evidence->AddExample(std::move(example));
}

void RolloutDriver::PollCoverage() {
  for (auto& [key, candidate] : candidates_) {
    if (candidate.ended || !candidate.evidence) continue;
    candidate.evidence->Settle(around_.book.SumCoverage(key.first, key.second));
  }
}

void RolloutDriver::PollServing() {
  for (auto& [key, candidate] : candidates_) {
    if (candidate.ended || !candidate.evidence || candidate.rollout_id.empty()) continue;
    const Route* route = topology_->FindRoute(key.first);
    const RolloutState* rollout = rollouts_.Active(key.first, key.second);
    const std::uint64_t weight = WeightInForce(key);
    const auto split = splits_.find(key.first);
    if (route == nullptr || rollout == nullptr || weight == 0 || split == splits_.end()) continue;
    const std::uint64_t others = std::min<std::uint64_t>(rollouts_.OthersPpm(*rollout), kWholePpm);
    const std::uint64_t both = kWholePpm - std::min<std::uint64_t>(others, kWholePpm - weight);
    const std::uint64_t number = split->second.number;
    candidate.evidence->SettleServing(
        CountServed(around_.book.Arm(key.first, key.second), number),
        CountServed(around_.book.Arm(key.first, IncumbentInForce(*route)->name), number),
        static_cast<std::uint32_t>(weight * kWholePpm / both), number);
  }
}

void RolloutDriver::WatchPromoted() {
  for (const Route& route : topology_->routes) {
    const std::string& incumbent = IncumbentInForce(route)->name;
    const RolloutState* rollout = rollouts_.Newest(route.name, incumbent);
    const bool promoted = rollout != nullptr && rollout->phase == Phase::kCompleted &&
                          rollout->candidate_version == IncumbentInForce(route)->version;
    const auto at = promoted_.find(route.name);
    if (!promoted) {
      if (at != promoted_.end()) promoted_.erase(at);
      continue;
    }
    const ServedTotals served = CountServed(around_.book.Arm(route.name, incumbent));
    if (at == promoted_.end() || at->second.rollout_id() != rollout->id) {
      const auto candidate = candidates_.find({route.name, incumbent});
      const Ledger* ledger = candidate != candidates_.end() && candidate->second.evidence
                                 ? &candidate->second.evidence->ledger()
                                 : nullptr;
      promoted_.insert_or_assign(
          route.name, PromotedWatch(rollout->id, AllowedErrorRate(rollout->plan, ledger), served));
    } else if (at->second.Look(served, rollout->plan.alpha_rollback)) {
      changed_ = true;
      spdlog::warn(
          "route {}: {}, promoted by rollout {}, fails more often than the {:.3g} % that rollout "
          "allowed",
          route.name, incumbent, rollout->id, at->second.margin() * 100);
    }
  }
}

void RolloutDriver::LookAtBreakers(WallTime now) {
  for (const std::string& id : rollouts_.ActiveIds()) {
    const RolloutState* rollout = rollouts_.Find(id);
    if (rollout == nullptr) continue;
    Candidate& candidate = candidates_[{rollout->route, rollout->candidate}];
    const auto tripped = candidate.breaker.Look(
        around_.book.Arm(rollout->route, rollout->candidate), rollout->plan.breaker, now);
    if (!tripped) continue;
    // A rollback takes effect whatever the store says; what is owed is kept and retried.
    const auto done = Feed(id, BreakerTripped{*tripped}, now);
    spdlog::warn("rollout {}: {}", id, done.ok() ? *tripped : Message(done.status()));
  }
}

void RolloutDriver::Judge(WallTime now) {
  std::vector<Key> keys;
  for (const auto& [key, candidate] : candidates_) keys.push_back(key);
  for (const Key& key : keys) {
    const auto at = candidates_.find(key);
    if (at != candidates_.end()) JudgeOne(key, at->second, now);
  }
}

void RolloutDriver::JudgeOne(const Key& key, Candidate& candidate, WallTime now) {
  candidate.activity.Advance(now);
  if (!Due(candidate.judged_at, kJudgeSpacing, now)) return;
  const RolloutState* active = rollouts_.Active(key.first, key.second);
  if (!candidate.ended && candidate.evidence) {
    const bool fresh = candidate.evidence->TakeFresh();
    if (!fresh && !Due(candidate.judged_at, kJudgeAtLeast, now)) return;
    candidate.judged_at = now;
    const bool of_rollout = active != nullptr && candidate.rollout_id == active->id;
    const Plan plan = of_rollout ? active->plan : PlanOf(key);
    const bool baking = of_rollout && active->phase == Phase::kBaking;
    const std::size_t stage = baking ? plan.stages.size() : of_rollout ? active->stage : 0;
    StageContext context = ContextOfStage(plan, stage);
    context.pairs_per_second = candidate.activity.PerSecond();
    const CandidateArm* arm = FindArm(key);
    context.mirror_rate = arm == nullptr ? 0 : arm->mirror.rate;
    if (baking) {
      candidate.evidence->WatchForChange(plan);
      context.late = candidate.evidence->LateChanges(
          plan.alpha_rollback, context.pairs_per_second * Seconds(plan.bake_duration));
    } else {
      candidate.evidence->StopWatching();
    }
    candidate.basis = BasisOf(candidate.evidence->ledger(), plan, stage, context);
    candidate.verdict = Evaluate(candidate.evidence->ledger(), plan, context, now);
    candidate.verdict_window = candidate.evidence->window();
  }
  if (active == nullptr) return;
  const auto stepped = Feed(active->id, TimePassed{}, now);
  if (!stepped.ok()) spdlog::debug("rollout control: {}", Message(stepped.status()));
}

void RolloutDriver::AutoStart(WallTime now) {
  if (!journal_.available()) return;
  std::vector<Key> keys;
  for (const auto& [key, candidate] : candidates_) keys.push_back(key);
  for (const Key& key : keys) {
    const auto binding = BindingOf(key);
    if (!binding || binding->incumbent == key.second) continue;
    const RouteControl switches = rollouts_.Switches(key.first);
    const Plan plan = PlanOf(key);
    if (!plan.auto_start || plan.stages.empty() || switches.killed || switches.frozen) continue;
    if (rollouts_.Active(key.first, key.second) != nullptr) continue;
    if (rollouts_.Seen(key.first, binding->candidate_version)) continue;
    if (rollouts_.FindQuarantine(key.first, binding->candidate_version) != nullptr) continue;
    Command command;
    command.kind = CommandKind::kCreate;
    command.route = key.first;
    command.candidate = key.second;
    command.actor = "automation";
    command.reason =
        fmt::format("auto_start: version {} was not seen before", binding->candidate_version);
    const auto created = Create(command, now);
    if (!created.ok()) continue;
    command.kind = CommandKind::kStart;
    command.rollout = created->id;
    const auto started = Feed(created->id, command, now);
    if (!started.ok()) spdlog::error("rollout {}: {}", created->id, Message(started.status()));
  }
}

void RolloutDriver::SaveEvidence(WallTime now) {
  if (!Due(saved_at_, kSaveSpacing, now) || !journal_.available()) return;
  saved_at_ = now;
  ControlTxn txn;
  std::vector<Candidate*> saved;
  const auto flush = [&] {
    if (txn.evidence.empty()) return;
    const bool written = journal_.Write(std::exchange(txn, {})).ok();
    for (Candidate* candidate : saved) candidate->unsaved = !written;
    saved.clear();
  };
  for (auto& [key, candidate] : candidates_) {
    if (!candidate.unsaved || !candidate.evidence || candidate.ended) continue;
    const std::string name =
        candidate.rollout_id.empty() ? key.first + "/" + key.second : candidate.rollout_id;
    txn.evidence.push_back({name, candidate.evidence->Encode()});
    saved.push_back(&candidate);
    if (saved.size() == kBlobsPerTxn) flush();
  }
  flush();
}

void RolloutDriver::Tick(WallTime now) {
  const bool owing = !journal_.available() || journal_.owed() > 0;
  if (owing && Due(retried_at_, kRetrySpacing, now)) {
    retried_at_ = now;
    journal_.Retry();
    ResolveUncertainWrites(now);
    FollowGenerations();
    changed_ = true;
  }
  PollCoverage();
  PollServing();
  WatchPromoted();
  LookAtBreakers(now);
  Judge(now);
  AutoStart(now);
  SaveEvidence(now);
  arms_.Look(around_.book, now);
  if (changed_ || Due(published_at_, kPublishAtLeast, now)) PublishControl(now);
}

void RolloutDriver::Drain() {
  PollCoverage();
  journal_.Retry();
  ResolveUncertainWrites(around_.now());
  saved_at_ = WallTime{};
  SaveEvidence(around_.now());
  FollowGenerations();
  PublishControl(around_.now());
}

}  // namespace understudy
