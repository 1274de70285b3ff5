// The thread that the active health checks run on. It begins with the first topology that has one.
//
// Threads: Update() and End() from anywhere.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "proxy/async/loop.h"
#include "proxy/model/topology.h"
#include "proxy/wire/health_checker.h"

namespace understudy {

class HealthThread {
 public:
  HealthThread(HealthBoards& boards, TlsCredentials& credentials)
      : checker_(loop_, boards, credentials) {}
  ~HealthThread() { End(); }

  // From now on checks what `topology` says.
  void Update(std::shared_ptr<const Topology> topology);
  // Ends the checks. Later updates do nothing.
  void End();

  // How often an endpoint became unhealthy or healthy again.
  std::uint64_t Transitions() const { return checker_.Transitions(); }

 private:
  std::mutex mutex_;  // of what follows; the checker belongs to the thread once that runs
  bool ended_ = false;
  Loop loop_;
  HealthChecker checker_;
  std::thread thread_;
};

}  // namespace understudy
