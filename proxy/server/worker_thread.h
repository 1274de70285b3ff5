// One worker: a thread, its io_context, its listeners and its part of the data path.
//
// Threads: Make, Begin, StopAccepting, Cut and Join from one owner; everything inside runs on the
// worker's own thread. Ownership: borrows what WorkerSurroundings refers to.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/flow/serve_request.h"
#include "proxy/flow/services.h"
#include "proxy/wire/listener.h"

namespace understudy {

struct WorkerSurroundings {
  const Snapshot<TrafficView>& traffic;
  TrafficBook& book;
  HealthBoards& health;
  ShadowBudgets& budgets;
  AccessLog& access_log;
  TlsCredentials& credentials;
  std::vector<Ring<PairJob>*> scoring;
  std::uint64_t seed = 0;
};

class WorkerThread {
 public:
  // Binds every listener; the error names the address.
  static absl::StatusOr<std::unique_ptr<WorkerThread>> Make(
      std::size_t index, std::size_t count, const Limits& limits,
      const std::vector<ListenerConfig>& listeners, WorkerSurroundings surroundings);
  ~WorkerThread();

  void Begin();
  const std::vector<std::unique_ptr<Listener>>& Listeners() const { return listeners_; }
  // Answers then close their connections; no new shadows.
  void StopAccepting();
  void Cut();
  std::uint64_t OpenConnections() const { return worker_.counters.connections_open.Value(); }
  void Join();

 private:
  WorkerThread(std::size_t index, std::size_t count, const Limits& limits,
               WorkerSurroundings surroundings);
  static Task<> Sweep(WorkerThread& self);

  Worker worker_;
  SnapshotReader<TrafficView> traffic_;
  Upstreams upstreams_;
  Services services_;
  RequestServer server_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace understudy
