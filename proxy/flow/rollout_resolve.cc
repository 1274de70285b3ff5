// After a failed write nobody knows whether it reached the disk. Before anything is raised again
// the store is read, and made to say what is in force.
#include <algorithm>
#include <string>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/rollout/describe.h"

namespace understudy {
namespace {

constexpr std::string_view kReason =
    "a write that was reported as failed had reached the store; what is in force stands";

bool SaysTheSame(const RolloutState& mine, const RolloutState& stored) {
  return Describe(mine) == Describe(stored) && mine.window == stored.window &&
         mine.stage == stored.stage && mine.stage_approved == stored.stage_approved &&
         mine.overrides == stored.overrides && mine.ended_reason == stored.ended_reason;
}

// Switches and quarantine as they are in force, in small transactions.
std::vector<ControlTxn> RestoringTxns(const RolloutBook& rollouts, const ControlState& stored) {
  std::vector<ControlTxn> txns;
  for (const RouteControl& switches : rollouts.AllSwitches()) {
    txns.emplace_back().routes.push_back(switches);
  }
  for (const RouteControl& theirs : stored.routes) {
    const auto mine = rollouts.Switches(theirs.route);
    txns.emplace_back().routes.push_back(mine);
  }
  for (const Quarantine& quarantine : rollouts.Quarantines()) {
    txns.emplace_back().quarantine.push_back(quarantine);
  }
  for (const Quarantine& theirs : stored.quarantine) {
    if (rollouts.FindQuarantine(theirs.route, theirs.candidate_version) != nullptr) continue;
    txns.emplace_back().unquarantine.push_back(theirs.route + "\n" + theirs.candidate_version);
  }
  return txns;
}

}  // namespace

absl::Status RolloutDriver::ResolveRollout(const RolloutState& stored, WallTime now) {
  const RolloutState* mine = rollouts_.Find(stored.id);
  if (mine != nullptr && SaysTheSame(*mine, stored)) return absl::OkStatus();
  if (mine == nullptr && IsTerminal(stored.phase)) return absl::OkStatus();
  if (mine != nullptr && stored.phase == Phase::kCompleted) {
    // An end stays an end: the completion was decided on its evidence and takes effect now.
    RolloutStep step;
    step.state = stored;
    step.actions = {RolloutAction::kMakeIncumbent};
    TakeEffect(step, now);
    Reconcile(now);
    return absl::OkStatus();
  }
  RolloutState state = mine != nullptr ? *mine : stored;
  if (mine == nullptr) {
    // Its creation was answered with an error: it never was.
    state.phase = Phase::kCancelled;
    state.phase_since = now;
    state.weight_ppm = 0;
    state.holds = HoldSet();
    state.ended_reason = "its creation was reported as failed";
  }
  state.generation = stored.generation + 1;
  JournalLine line;
  line.at = now;
  line.rollout_id = state.id;
  line.route = state.route;
  line.generation = state.generation;
  line.actor = "automation";
  line.action = "correct";
  line.reason = kReason;
  line.from = Describe(stored);
  line.to = Describe(state);
  line.evidence = DescribeEvidence(nullptr);
  ControlTxn txn;
  txn.rollouts.push_back(state);
  txn.journal.push_back(line);
  RETURN_IF_ERROR(journal_.Correct(std::move(txn)));
  rollouts_.Put(state, line);
  return absl::OkStatus();
}

void RolloutDriver::ResolveUncertainWrites(WallTime now) {
  if (!journal_.uncertain()) return;
  const auto stored = journal_.Reread();
  if (!stored.ok()) return;
  for (const RolloutState& rollout : stored->rollouts) {
    if (!ResolveRollout(rollout, now).ok()) return;
  }
  for (ControlTxn& txn : RestoringTxns(rollouts_, *stored)) {
    if (!journal_.Correct(std::move(txn)).ok()) return;
  }
  journal_.Resolved();
  FollowGenerations();
  spdlog::info("the control store accepts writes again and says what is in force");
  changed_ = true;
}

}  // namespace understudy
