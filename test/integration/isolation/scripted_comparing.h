// A worker with its ring and its compare thread, whole and real but for one thing: the comparator
// is the test's own.
//
// Threads: one owner; the comparator runs on the compare thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "comparators/comparator.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/score_exchange.h"
#include "proxy/server/worker_thread.h"
#include "test/support/memory_control_store.h"

namespace understudy {

class ScriptedComparing : private ScorerSource {
 public:
  static constexpr std::size_t kRing = 16;
  using Compare = std::function<absl::StatusOr<Comparison>(const Pair&)>;

  // Every request is mirrored from `incumbent` to `candidate` ("host:port").
  ScriptedComparing(std::uint16_t incumbent, std::uint16_t candidate, Compare compare);
  ~ScriptedComparing();

  std::uint16_t Port() const { return worker_->Listeners().front()->Port(); }
  Coverage Counted() const { return book_.SumCoverage("all", "v2"); }
  std::int64_t MirrorMemory() { return book_.MirrorMemory().load(); }

 private:
  class NoLog;
  class NoRecords;
  std::shared_ptr<const PairScorer> Of(const std::shared_ptr<const Topology>& topology,
                                       const Route& route) override;

  std::shared_ptr<const PairScorer> scorer_;
  TrafficBook book_{1, 1};
  Snapshot<TrafficView> traffic_;
  MemoryControlStore store_;
  HealthBoards health_;
  TlsCredentials credentials_;
  ShadowBudgets budgets_;
  SampleQueue samples_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<RecordSink> records_;
  Ring<PairJob> ring_{kRing};
  std::unique_ptr<RolloutDriver> driver_;
  std::unique_ptr<ScoringLoop> scoring_;
  std::unique_ptr<WorkerThread> worker_;
  std::thread compare_thread_;
};

}  // namespace understudy
