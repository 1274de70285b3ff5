// Where control state lives: rollouts, route switches, quarantine, journal, evidence snapshots.
// One implementation is in process over SQLite; a fleet gets another behind the same five verbs.
// No weight, phase or hold is kept anywhere else.
//
// Threads: called from the control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/model/rollout.h"

namespace understudy {

struct EvidenceBlob {
  std::string rollout_id;  // or "route/candidate" for evidence outside a rollout
  std::string bytes;       // the evidence library's own encoding
};

struct ControlState {
  std::uint64_t epoch = 0;
  std::vector<RolloutState> rollouts;
  std::vector<RouteControl> routes;
  std::vector<Quarantine> quarantine;
  std::vector<JournalLine> journal;  // oldest first
  std::vector<EvidenceBlob> evidence;
};

// Compared, then written as a whole and synced to disk, or not at all. At most 32 records.
struct ControlTxn {
  // A rollout's stored generation must equal this (0: must not exist) or the txn is ABORTED.
  struct Expected {
    std::string rollout_id;
    std::uint64_t generation = 0;
  };
  std::vector<Expected> expected;
  std::vector<RolloutState> rollouts;
  std::vector<RouteControl> routes;
  std::vector<Quarantine> quarantine;
  std::vector<std::string> unquarantine;  // "route\nversion"
  std::vector<JournalLine> journal;       // sequences are assigned by the store
  std::vector<EvidenceBlob> evidence;
};

class ControlStore {
 public:
  virtual ~ControlStore() = default;
  virtual absl::StatusOr<ControlState> Load() = 0;
  // Returns the new epoch. ABORTED when an expectation fails, UNAVAILABLE when the disk does.
  virtual absl::StatusOr<std::uint64_t> Txn(const ControlTxn& txn) = 0;
  // Calls back after each successful Txn with its epoch, from the thread that made it.
  virtual void Watch(std::function<void(std::uint64_t epoch)> on_change) = 0;
  // Whether this process may drive rollouts. In process: always, until the store is closed.
  virtual absl::Status Lease() = 0;
  // When the store last proved durable (its newest successful Txn).
  virtual WallTime LastProof() const = 0;
};

}  // namespace understudy
