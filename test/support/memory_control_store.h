// A ControlStore in memory, with the faults a disk has: it can refuse every write, or write and
// then report that it did not. Its contents outlive whoever drives it, like a file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proxy/base/status.h"
#include "proxy/model/control_store.h"

namespace understudy {

class MemoryControlStore : public ControlStore {
 public:
  enum class Fault {
    kNone,
    kRefuse,        // nothing is written, UNAVAILABLE
    kWriteAndFail,  // the txn is written, UNAVAILABLE all the same
  };
  void SetFault(Fault fault) { fault_ = fault; }
  void SetTime(WallTime now) { now_ = now; }
  // Runs inside each successful Txn, before it returns.
  void OnTxn(std::function<void(const ControlTxn&)> observe) { observe_ = std::move(observe); }
  const ControlState& contents() const { return state_; }
  // For tests that start from a store somebody else wrote.
  ControlState& contents_to_edit() { return state_; }

  absl::StatusOr<ControlState> Load() override { return state_; }

  absl::StatusOr<std::uint64_t> Txn(const ControlTxn& txn) override {
    if (fault_ == Fault::kRefuse) return Unavailable("the disk is full; make room");
    const std::size_t records = txn.rollouts.size() + txn.routes.size() + txn.quarantine.size() +
                                txn.unquarantine.size() + txn.journal.size() + txn.evidence.size();
    if (records > 32) return InvalidArgument("a txn holds at most 32 records");
    for (const auto& expected : txn.expected) {
      const std::uint64_t stored = StoredGeneration(expected.rollout_id);
      if (stored != expected.generation) {
        return absl::AbortedError(expected.rollout_id + " is at generation " +
                                  std::to_string(stored) + ", not " +
                                  std::to_string(expected.generation));
      }
    }
    Write(txn);
    if (fault_ == Fault::kWriteAndFail) return Unavailable("the disk did not say whether it wrote");
    last_proof_ = now_;
    if (observe_) observe_(txn);
    for (const auto& watch : watches_) watch(state_.epoch);
    return state_.epoch;
  }

  void Watch(std::function<void(std::uint64_t)> on_change) override {
    watches_.push_back(std::move(on_change));
  }
  absl::Status Lease() override { return absl::OkStatus(); }
  WallTime LastProof() const override { return last_proof_; }

 private:
  std::uint64_t StoredGeneration(const std::string& id) const {
    for (const RolloutState& r : state_.rollouts) {
      if (r.id == id) return r.generation;
    }
    return 0;
  }

  template <typename T, typename Same>
  static void Put(std::vector<T>& all, const T& one, Same same) {
    const auto at = std::find_if(all.begin(), all.end(), same);
    if (at == all.end()) {
      all.push_back(one);
    } else {
      *at = one;
    }
  }

  void Write(const ControlTxn& txn) {
    for (const RolloutState& r : txn.rollouts) {
      Put(state_.rollouts, r, [&](const RolloutState& other) { return other.id == r.id; });
    }
    for (const RouteControl& r : txn.routes) {
      Put(state_.routes, r, [&](const RouteControl& other) { return other.route == r.route; });
    }
    for (const std::string& key : txn.unquarantine) {
      std::erase_if(state_.quarantine, [&](const Quarantine& q) {
        return q.route + "\n" + q.candidate_version == key;
      });
    }
    for (const Quarantine& q : txn.quarantine) {
      Put(state_.quarantine, q, [&](const Quarantine& other) {
        return other.route == q.route && other.candidate_version == q.candidate_version;
      });
    }
    for (JournalLine line : txn.journal) {
      line.sequence = state_.journal.size() + 1;
      state_.journal.push_back(std::move(line));
    }
    for (const EvidenceBlob& e : txn.evidence) {
      Put(state_.evidence, e,
          [&](const EvidenceBlob& other) { return other.rollout_id == e.rollout_id; });
    }
    ++state_.epoch;
  }

  ControlState state_;
  Fault fault_ = Fault::kNone;
  WallTime now_{};
  WallTime last_proof_{};
  std::function<void(const ControlTxn&)> observe_;
  std::vector<std::function<void(std::uint64_t)>> watches_;
};

}  // namespace understudy
