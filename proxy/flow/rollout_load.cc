// Taking up where the store says things were: same phase, same weight, held until judged anew.
#include <algorithm>
#include <string>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/flow/drive_rollouts.h"

namespace understudy {

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
      stored->second, ShapeOf(*topology_->FindRoute(key.first)), FingerprintOf(key, bound, plan),
      around_.book.SumCoverage(key.first, key.second));
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
  const bool completed = newest->phase == Phase::kCompleted;
  const StageContext context =
      ContextOfStage(newest->plan, completed ? newest->plan.stages.size() : newest->stage);
  candidate.verdict =
      Evaluate(candidate.evidence->ledger(), newest->plan, context, newest->phase_since);
  candidate.verdict_window = candidate.evidence->window();
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
