// The control loop: takes in samples and counters, judges the evidence, feeds the rollout state
// machine and performs what it says, and publishes what the data plane serves by and what admin
// services show.
//
// Threads: one control thread calls everything but Read(), WaitNewer() and Apply(), which any
// thread may call; Apply() is handed over to the control thread by `post`. Ownership: borrows what
// RolloutSurroundings refers to. Before it is destroyed, `post` must run nothing any more.
// Invariants: a raise is written before it is published, a lowering published before it is written;
// no weight, phase or hold is kept that the store was not told or is owed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/snapshot.h"
#include "proxy/flow/promoted_watch.h"
#include "proxy/flow/rollout_arms.h"
#include "proxy/flow/rollout_book.h"
#include "proxy/flow/rollout_breaker.h"
#include "proxy/flow/rollout_evidence.h"
#include "proxy/flow/rollout_journal.h"
#include "proxy/model/control_store.h"
#include "proxy/model/control_view.h"
#include "proxy/model/traffic_view.h"

namespace understudy {

// The comparators a route's answers go through, presets resolved: names in the order of
// SampleScore::comparator, rules in the order of Sample::ignore_hits.
struct RouteComparators {
  std::vector<std::string> names;
  std::vector<std::string> partial;  // of these, who are for some sorts of pairs alone
  std::vector<IgnoreRule> ignore;
  std::uint64_t fingerprint = 0;  // of the rules and of the versions of what measures by them
};

struct RolloutSurroundings {
  TrafficBook& book;
  Snapshot<TrafficView>& traffic;
  ControlStore& store;
  std::function<RouteComparators(const Route&)> comparators;
  std::function<WallTime()> now;
  // Runs a function on the control thread, in order.
  std::function<void(std::function<void()>)> post;
  // How long Apply() waits for the control thread.
  Duration command_deadline = std::chrono::seconds(5);
};

class RolloutDriver : public RolloutControl {
 public:
  RolloutDriver(std::shared_ptr<const Topology> topology, RolloutSurroundings surroundings);

  // Takes up where the store says things were, and publishes for the first time. An error means
  // that the store cannot be read: nothing is published then, and nothing may be served as a
  // canary.
  absl::Status Load();
  // A new configuration. Rollouts keep their state; those of versions that are gone are cancelled
  // at weight 0, those of candidates that are gone are held at weight 0.
  void Reload(std::shared_ptr<const Topology> topology);

  void Ingest(const std::vector<Sample>& samples);
  void IngestExample(const std::string& route, const std::string& candidate,
                     DivergenceExample example);
  // Everything that time asks for. To be called at least four times a second.
  void Tick(WallTime now);
  // Saves all evidence and what is owed to the store.
  void Drain();

  std::shared_ptr<const ControlView> Read() const override;
  std::shared_ptr<const ControlView> WaitNewer(std::uint64_t version, Duration timeout) override;
  absl::StatusOr<RolloutState> Apply(const Command& command) override;

 private:
  using Key = std::pair<std::string, std::string>;  // route, candidate

  // One candidate of one route, configured or with a rollout that has not ended.
  struct Candidate {
    std::optional<CandidateEvidence> evidence;
    std::string rollout_id;  // whose evidence it is; empty: observed without a rollout
    bool ended = false;      // that rollout ended: its evidence is a record now
    std::optional<Verdict> verdict;
    VerdictBasis basis;
    std::uint64_t verdict_window = 0;
    WallTime judged_at{};
    bool unsaved = false;
    PairActivity activity;
    ServingBreaker breaker;
  };
  // What a candidate's evidence and rollouts are bound to.
  struct Binding {
    std::string incumbent, incumbent_version, candidate_version;
  };
  struct SwitchChange {
    RouteControl switches;
    JournalLine line;
  };

  // rollout_setup.cc: how rollouts, configuration and evidence belong together.
  const Cluster* IncumbentInForce(const Route& route) const;
  std::optional<Binding> BindingOf(const Key& key) const;
  const CandidateArm* FindArm(const Key& key) const;
  Plan PlanOf(const Key& key) const;
  // Who is asked a second time; null: nobody.
  const Cluster* ControlOf(const Route& route) const;
  LedgerShape ShapeOf(const Route& route, Duration warm_up) const;
  std::string FingerprintOf(const Key& key, const Binding& binding, const Plan& plan) const;
  std::uint64_t NextWindow(const Key& key) const;
  void Reconcile(WallTime now);
  void ReconcileRollout(const std::string& id, WallTime now);
  void ReconcileEvidence(const Key& key, WallTime now);
  void CatchUpWithFile(WallTime now);
  void Observe(const Key& key, WallTime now);
  std::vector<Key> AllKeys() const;
  // Whether an ended rollout still speaks of what the route has now.
  static bool RecordStands(const RolloutState& ended, const Binding& binding);

  // rollout_load.cc: the start.
  void RestoreEvidence(const Key& key, WallTime now);
  // Shows what an ended rollout ended on, from the evidence stored with its end.
  void RestoreEnded(const RolloutState& rollout);

  // drive_rollouts.cc: the loop.
  RolloutFacts FactsOf(const RolloutState& rollout) const;
  absl::StatusOr<RolloutState> Feed(std::string id, const RolloutInput& input, WallTime now);
  absl::Status Perform(const RolloutStep& step, WallTime now);
  ControlTxn TxnOf(const RolloutStep& step) const;
  void TakeEffect(const RolloutStep& step, WallTime now);
  void FollowGenerations();
  // rollout_resolve.cc: the store is made to say what is in force again, after failed writes.
  void ResolveUncertainWrites(WallTime now);
  absl::Status ResolveRollout(const RolloutState& stored, WallTime now);
  void PollCoverage();
  void PollServing();
  void WatchPromoted();
  void LookAtBreakers(WallTime now);
  void Judge(WallTime now);
  void JudgeOne(const Key& key, Candidate& candidate, WallTime now);
  void AutoStart(WallTime now);
  void SaveEvidence(WallTime now);

  // rollout_operate.cc: commands on the control thread.
  absl::StatusOr<RolloutState> Execute(Command command, WallTime now);
  absl::StatusOr<RolloutState> Create(const Command& command, WallTime now);
  absl::StatusOr<RolloutState> Operate(const Command& command, WallTime now);
  absl::StatusOr<std::string> FindRollout(const Command& command) const;
  absl::StatusOr<RolloutState> Switch(const Command& command, WallTime now);
  // The change of one route's switch; nothing when it stands so already.
  std::optional<SwitchChange> SwitchOf(const std::string& route, const Command& command,
                                       WallTime now) const;
  absl::StatusOr<Key> KeyOf(const Command& command) const;

  // rollout_publish.cc: the two pictures, and reading them.
  std::uint32_t WeightInForce(const Key& key) const;
  // Numbers the weights of a route anew when they are others than before; 0: nobody but the
  // incumbent serves.
  std::uint64_t SplitOf(const RouteTraffic& traffic);
  void PublishTraffic();
  void PublishControl(WallTime now);
  CandidateView ShowCandidate(const Key& key, const Candidate& candidate) const;
  RouteView ShowRoute(const Route& route) const;

  std::shared_ptr<const Topology> topology_;
  RolloutSurroundings around_;
  RolloutJournal journal_;
  RolloutBook rollouts_;
  std::map<Key, Candidate> candidates_;
  std::map<std::string, std::string> stored_evidence_;  // as loaded, until taken up
  decltype(ControlView::ended) ended_;
  std::map<std::string, PromotedWatch> promoted_;  // by route
  struct Split {
    std::uint64_t number = 0;
    std::string weights;  // who serves how much, as text
  };
  std::map<std::string, Split> splits_;  // by route, of those with a weight in force
  std::uint64_t splits_made_ = 0;
  ArmActivity arms_;
  WallTime started_at_{};
  WallTime saved_at_{};
  WallTime retried_at_{};
  WallTime published_at_{};
  bool changed_ = false;  // something to show since the last publication
  std::uint64_t ids_made_ = 0;

  mutable std::mutex view_mutex_;
  std::condition_variable view_moved_;
  std::shared_ptr<const ControlView> view_;
};

}  // namespace understudy
