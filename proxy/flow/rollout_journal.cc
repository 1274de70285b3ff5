// Writing to the control store, and paying what is owed to it.
#include "proxy/flow/rollout_journal.h"

#include <algorithm>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

// Whether the store already holds what the txn says of its rollouts: an earlier write of it was
// reported as failed and had reached the disk.
bool IsThere(const ControlTxn& txn, const ControlState& stored) {
  const auto same = [&](const RolloutState& mine) {
    return std::any_of(
        stored.rollouts.begin(), stored.rollouts.end(), [&](const RolloutState& theirs) {
          return theirs.id == mine.id && theirs.generation == mine.generation &&
                 theirs.phase == mine.phase && theirs.weight_ppm == mine.weight_ppm &&
                 theirs.window == mine.window && theirs.holds == mine.holds;
        });
  };
  return !txn.rollouts.empty() && std::all_of(txn.rollouts.begin(), txn.rollouts.end(), same);
}

}  // namespace

void RolloutJournal::Restore(const ControlState& state) {
  stored_generation_.clear();
  for (const RolloutState& rollout : state.rollouts) {
    stored_generation_[rollout.id] = rollout.generation;
  }
  epoch_ = state.epoch;
}

absl::Status RolloutJournal::Attempt(ControlTxn& txn) {
  txn.expected.clear();
  for (RolloutState& rollout : txn.rollouts) {
    const std::uint64_t generation = StoredGeneration(rollout.id);
    // A failed write may have reached the disk all the same: generations go on above it.
    rollout.generation = std::max(rollout.generation, generation + 1);
    txn.expected.push_back({rollout.id, generation});
    for (JournalLine& line : txn.journal) {
      if (line.rollout_id == rollout.id) line.generation = rollout.generation;
    }
  }
  const auto epoch = store_.Txn(txn);
  if (!epoch.ok()) return epoch.status();
  epoch_ = *epoch;
  for (const RolloutState& rollout : txn.rollouts) {
    stored_generation_[rollout.id] = rollout.generation;
  }
  return absl::OkStatus();
}

absl::Status RolloutJournal::AttemptTwice(ControlTxn& txn) {
  const absl::Status status = Attempt(txn);
  if (status.code() == absl::StatusCode::kInvalidArgument && !txn.evidence.empty()) {
    // Evidence too large to store must not keep a decision from being written.
    spdlog::error("control store: written without its evidence: {}", Message(status));
    txn.evidence.clear();
    return AttemptTwice(txn);
  }
  if (status.code() != absl::StatusCode::kAborted) return status;
  ASSIGN_OR_RETURN(const ControlState stored, store_.Load());
  Restore(stored);
  if (IsThere(txn, stored)) return absl::OkStatus();
  return Attempt(txn);
}

std::uint64_t RolloutJournal::StoredGeneration(const std::string& rollout_id) const {
  const auto at = stored_generation_.find(rollout_id);
  return at == stored_generation_.end() ? 0 : at->second;
}

absl::Status RolloutJournal::Write(ControlTxn txn) {
  if (!owed_.empty()) Retry();
  if (!owed_.empty() || uncertain_) {
    return Unavailable("the control store does not accept writes; repair it and try again");
  }
  const absl::Status status = AttemptTwice(txn);
  if (status.ok()) {
    available_ = true;
    return status;
  }
  if (status.code() == absl::StatusCode::kInvalidArgument) return status;
  if (available_) spdlog::error("control store: {}", Message(status));
  available_ = false;
  uncertain_ = true;
  return Unavailable("the control store does not accept writes: " + Message(status) +
                     "; nothing was put in force");
}

absl::StatusOr<ControlState> RolloutJournal::Reread() {
  Retry();
  if (!available_) return Unavailable("the control store does not accept writes");
  ASSIGN_OR_RETURN(ControlState stored, store_.Load());
  Restore(stored);
  return stored;
}

absl::Status RolloutJournal::Correct(ControlTxn txn) {
  absl::Status status = Attempt(txn);
  available_ = status.ok();
  return status;
}

void RolloutJournal::WriteSoon(ControlTxn txn) {
  owed_.push_back(std::move(txn));
  Retry();
}

void RolloutJournal::Retry() {
  const bool was_available = available_;
  if (owed_.empty() && !available_) {
    ControlTxn nothing;
    available_ = Attempt(nothing).ok();
  }
  while (!owed_.empty()) {
    const absl::Status status = AttemptTwice(owed_.front());
    if (status.code() == absl::StatusCode::kInvalidArgument) {
      // It can never be written; what comes after it still can.
      spdlog::error("control store: a change in force is not on record: {}", Message(status));
      owed_.pop_front();
      continue;
    }
    available_ = status.ok();
    if (!status.ok()) {
      if (was_available) {
        spdlog::error("control store: {}; {} changes took effect and wait to be written",
                      Message(status), owed_.size());
      }
      return;
    }
    owed_.pop_front();
  }
}

}  // namespace understudy
