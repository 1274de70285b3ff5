// The control store of a single process: `<data_dir>/control.db`, SQLite with a write-ahead log,
// synced at every transaction. kill -9 at any moment loses nothing that was acknowledged.
//
// Threads: one at a time (the control thread).
// Ownership: holds the data directory's lock for as long as it lives.
// Invariants: a transaction is written whole or not at all; the journal only grows, its sequences
// are 1, 2, 3, ... without gaps; what was written can be read back, or the transaction is refused.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proxy/control/metrics_transitions.h"
#include "proxy/control/sqlite_file.h"
#include "proxy/model/control_store.h"

namespace understudy {

class SqliteControlStore : public ControlStore {
 public:
  static constexpr std::size_t kMaxRecords = 32;            // of one transaction
  static constexpr std::size_t kMaxLoadedJournal = 10'000;  // newest lines that Load() returns
  static constexpr std::size_t kMaxBody = 16u << 20;        // bytes of one record

  // Opens or makes the store and reads it once. The status is a sentence that names the file and
  // what to do: FAILED_PRECONDITION (directory not writable or in use, newer schema), DATA_LOSS
  // (damaged), UNAVAILABLE (the disk). `now` stamps LastProof().
  static absl::StatusOr<std::unique_ptr<SqliteControlStore>> Open(const std::string& data_dir,
                                                                  std::function<WallTime()> now);

  absl::StatusOr<ControlState> Load() override;
  // INVALID_ARGUMENT: more than kMaxRecords or a record too large or unreadable. ABORTED: an
  // expectation failed. UNAVAILABLE: the disk, and then nothing of it was written.
  absl::StatusOr<std::uint64_t> Txn(const ControlTxn& txn) override;
  void Watch(std::function<void(std::uint64_t epoch)> on_change) override;
  absl::Status Lease() override { return absl::OkStatus(); }
  WallTime LastProof() const override { return last_proof_; }

  // Rollbacks and promotions in the journal (its newest kMaxLoadedJournal lines at open, and all
  // since). Any thread reads.
  const TransitionCounters& Transitions() const { return transitions_; }

 private:
  SqliteControlStore(std::string path, DirectoryLock lock, Database database,
                     std::function<WallTime()> now);

  std::string path_;
  DirectoryLock lock_;  // outlives the database
  Database database_;
  std::function<WallTime()> now_;
  std::function<void(std::uint64_t)> on_change_;
  WallTime last_proof_{};
  TransitionCounters transitions_;
};

}  // namespace understudy
