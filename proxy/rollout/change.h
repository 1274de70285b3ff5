// One step under construction: the moves a rollout can make, each with its journal line, so that no
// state changes without a record of who, why and on what evidence.
//
// Threads: one; a local of the function that builds the step.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/rollout/step.h"

namespace understudy {

class RolloutChange {
 public:
  // `before` and what `facts` points to outlive the change.
  RolloutChange(const RolloutState& before, const RolloutFacts& facts, WallTime now,
                std::string actor);

  const RolloutState& state() const { return state_; }
  const RolloutFacts& facts() const { return facts_; }
  WallTime now() const { return now_; }

  // Each of these does nothing, not even a journal line, where nothing would change.
  void AddHold(Hold hold, std::string_view reason);
  void ReleaseHold(Hold hold, std::string_view reason);

  // A new stage, weight and evidence window. What held the stage before is settled by it.
  void EnterStage(std::size_t stage, std::uint32_t weight_ppm, std::string_view action,
                  std::string_view reason);
  // Weight 0, until the incumbent's own noise is known.
  void EnterCalibrating(std::string_view action, std::string_view reason);
  void EnterBaking(std::string_view action, std::string_view reason);
  // Down to `weight_ppm`, in the stage that weight belongs to; automation leaves it there.
  void LowerByHand(std::uint32_t weight_ppm, std::string_view action, std::string_view reason);
  void Approve(std::string_view reason);
  // Lifts OPERATOR, FAILED_CHECK, INCONCLUSIVE and a lowering. The stage of an inconclusive rollout
  // gets its time anew.
  void Resume(std::string_view reason);
  void RecordOverride(std::string what, std::string_view reason);
  // The same stage and weight with a new evidence window and new timers.
  void RestartEvidence(std::string_view reason);
  // Hold RESTARTED from `since` on: what passed before `now` does not count.
  void HoldRestarted(WallTime since, std::string_view reason);
  // A terminal phase. COMPLETED keeps the weight, every other end takes it to zero.
  void End(Phase phase, std::string_view action, std::string_view reason, bool quarantine);

  RolloutStep Finish();

 private:
  void Note(std::string_view action, std::string_view reason);
  void BeginStage(Phase phase);

  const RolloutState& before_;
  const RolloutFacts& facts_;
  const WallTime now_;
  const std::string actor_;
  RolloutState state_;
  std::string mark_;  // the description of the state at the last journal line
  std::vector<JournalLine> journal_;
  bool quarantine_ = false;
};

// The stage a weight belongs to: the last one that asks for no more; for a small weight above zero
// the first that asks for any. Nothing when the plan has no such stage.
std::optional<std::size_t> StageOfWeight(const Plan& plan, std::uint32_t weight_ppm);

}  // namespace understudy
