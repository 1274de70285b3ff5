// Taking up where the store says things were: same phase, same weight, held until judged anew.
#include <algorithm>
#include <string>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/show_evidence.h"

namespace understudy {

namespace {

// The stage an ended rollout was in; beyond the last for one that completed.
std::size_t LastStage(const RolloutState& rollout) {
  return rollout.phase == Phase::kCompleted ? rollout.plan.stages.size() : rollout.stage;
}

}  // namespace

void RolloutDriver::RestoreEvidence(const Key& key, WallTime now) {
  const auto binding = BindingOf(key);
  if (!binding) return;
  const RolloutState* newest = rollouts_.Newest(key.first, key.second);
  const bool started = newest != nullptr && newest->phase != Phase::kDraft;
  const bool ended = started && IsTerminal(newest->phase);
  const bool of_rollout = started && (!ended || RecordStands(*newest, *binding));
  if (!of_rollout && binding->incumbent == key.second) return;
  const Binding bound =
      of_rollout ? Binding{newest->incumbent, newest->incumbent_version, newest->candidate_version}
                 : *binding;
  const Plan plan = of_rollout ? newest->plan : PlanOf(key);
  const std::string name = of_rollout ? newest->id : key.first + "/" + key.second;
  const auto stored = stored_evidence_.find(name);
  if (stored == stored_evidence_.end()) return;
  auto evidence = CandidateEvidence::Decode(
      stored->second, ShapeOf(*topology_->FindRoute(key.first), plan.warm_up),
      FingerprintOf(key, bound, plan), around_.book.SumCoverage(key.first, key.second), now);
  if (!evidence.ok()) {
    spdlog::warn("evidence of {}: {}", name, Message(evidence.status()));
    return;
  }
  Candidate& candidate = candidates_[key];
  candidate.evidence = std::move(*evidence);
  if (!of_rollout) return;
  candidate.rollout_id = newest->id;
  candidate.ended = ended;
  // A stage is entered in the store before its window is in the saved evidence.
  if (!ended) {
    candidate.evidence->StartWindow(newest->window, now);
    return;
  }
  const std::size_t stage = LastStage(*newest);
  const StageContext context = ContextOfStage(newest->plan, stage);
  candidate.basis = BasisOf(candidate.evidence->ledger(), newest->plan, stage, context);
  candidate.verdict =
      Evaluate(candidate.evidence->ledger(), newest->plan, context, newest->phase_since);
  candidate.verdict_window = candidate.evidence->window();
}

void RolloutDriver::RestoreEnded(const RolloutState& rollout) {
  const auto stored = stored_evidence_.find(rollout.id);
  if (stored == stored_evidence_.end()) return;
  const auto ledger = CandidateEvidence::DecodeLedger(stored->second);
  if (!ledger.ok() || ledger->Current() == nullptr) {
    spdlog::warn("evidence of ended rollout {}: {}", rollout.id, Message(ledger.status()));
    return;
  }
  const WindowSums& window = *ledger->Current();
  CandidateView view;
  view.route = rollout.route;
  view.candidate = rollout.candidate;
  view.candidate_version = rollout.candidate_version;
  view.incumbent = rollout.incumbent;
  view.incumbent_version = rollout.incumbent_version;
  view.rollout = rollout;
  view.plan = rollout.plan;
  const std::size_t stage = LastStage(rollout);
  const StageContext context = ContextOfStage(rollout.plan, stage);
  view.basis = BasisOf(*ledger, rollout.plan, stage, context);
  view.verdict = Evaluate(*ledger, rollout.plan, context, rollout.phase_since);
  view.coverage = window.coverage;
  view.pairs = window.compared;
  view.diverged = DivergedPairs(window);
  view.window_since = window.started_at;
  view.warming_up = window.warming_up;
  view.retries = window.retries;
  ShowSlices(*ledger, view);
  view.worst_since = rollout.phase_since;
  view.timeline = rollouts_.TimelineOf(rollout);
  ended_[rollout.id] = std::make_shared<const CandidateView>(std::move(view));
}

absl::Status RolloutDriver::Load() {
  const WallTime now = around_.now();
  ASSIGN_OR_RETURN(const ControlState state, around_.store.Load());
  journal_.Restore(state);
  rollouts_.Restore(state);
  started_at_ = now;
  saved_at_ = now;
  WallTime last_alive = around_.store.LastProof();
  for (const JournalLine& line : state.journal) last_alive = std::max(last_alive, line.at);
  for (const EvidenceBlob& blob : state.evidence) stored_evidence_[blob.rollout_id] = blob.bytes;
  for (const Key& key : AllKeys()) RestoreEvidence(key, now);
  for (const RolloutState& rollout : rollouts_.NewestFirst()) {
    if (IsTerminal(rollout.phase)) RestoreEnded(rollout);
  }
  stored_evidence_.clear();
  for (const std::string& id : rollouts_.ActiveIds()) {
    const RolloutState rollout = *rollouts_.Find(id);
    Candidate& candidate = candidates_[{rollout.route, rollout.candidate}];
    WallTime alive = last_alive;
    if (candidate.evidence && candidate.evidence->ledger().Current()->newest_sample) {
      alive = std::max(alive, *candidate.evidence->ledger().Current()->newest_sample);
    }
    const auto held = Feed(id, Restarted{alive}, now);
    if (!held.ok()) spdlog::error("rollout {}: {}", id, Message(held.status()));
    if (rollout.weight_ppm == 0) continue;
    candidate.breaker.Arm(around_.book.Arm(rollout.route, rollout.candidate), now);
  }
  CatchUpWithFile(now);
  Reconcile(now);
  PublishControl(now);
  return absl::OkStatus();
}

}  // namespace understudy
