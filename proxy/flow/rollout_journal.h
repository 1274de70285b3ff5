// The one way from the driver to the control store: writes now or not at all for raises, and writes
// that must happen sooner or later for what already took effect.
//
// Threads: the control thread. Ownership: borrows the store.
// Invariants: late writes reach the store in the order they were given; nothing is written before
// what is still owed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proxy/model/control_store.h"

namespace understudy {

class RolloutJournal {
 public:
  // Beyond this many owed writes no more are taken but those of rollbacks and kills.
  static constexpr std::size_t kManyOwed = 1024;

  explicit RolloutJournal(ControlStore& store) : store_(store) {}

  // Learns what the store holds.
  void Restore(const ControlState& state);

  // Writes before it returns; UNAVAILABLE when it cannot, and then until Resolved(), since a write
  // that failed may have reached the disk. Expectations are filled in here.
  absl::Status Write(ControlTxn txn);
  // Writes now if it can, else at a later Retry().
  void WriteSoon(ControlTxn txn);
  // What is owed; when nothing is and the store failed, one empty write to see whether it is back.
  void Retry();

  // The generation the store holds of a rollout; 0: none. It may be ahead of the one asked to be
  // written, when a write that was reported as failed had reached the disk.
  std::uint64_t StoredGeneration(const std::string& rollout_id) const;

  // What the store holds may differ from what is in force: a failed write may have reached it.
  bool uncertain() const { return uncertain_; }
  // What the store holds, once it reads and writes again and nothing is owed to it.
  absl::StatusOr<ControlState> Reread();
  // Writes what makes the store right again; only between Reread() and Resolved().
  absl::Status Correct(ControlTxn txn);
  void Resolved() { uncertain_ = false; }

  // False from the first failed write to the next good one.
  bool available() const { return available_ && !uncertain_; }
  std::size_t owed() const { return owed_.size(); }
  std::uint64_t epoch() const { return epoch_; }

 private:
  absl::Status Attempt(ControlTxn& txn);
  absl::Status AttemptTwice(ControlTxn& txn);

  ControlStore& store_;
  std::map<std::string, std::uint64_t> stored_generation_;  // by rollout id
  std::deque<ControlTxn> owed_;
  bool available_ = true;
  bool uncertain_ = false;
  std::uint64_t epoch_ = 0;
};

}  // namespace understudy
