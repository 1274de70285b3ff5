// Handing topologies to the checker on its own thread.
#include "proxy/server/health_thread.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "proxy/base/thread_name.h"

namespace understudy {

void HealthThread::Update(std::shared_ptr<const Topology> topology) {
  std::lock_guard lock(mutex_);
  const bool checks =
      std::any_of(topology->clusters.begin(), topology->clusters.end(),
                  [](const Cluster& cluster) { return cluster.health.has_value(); });
  if (ended_ || (!checks && !thread_.joinable())) return;
  asio::post(loop_, [this, topology = std::move(topology)] { checker_.Update(*topology); });
  if (thread_.joinable()) return;
  thread_ = std::thread([this] {
    NameThread("health");
    loop_.run();
  });
}

void HealthThread::End() {
  std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return;
  loop_.stop();
  if (thread_.joinable()) thread_.join();
  loop_.EndAll();
}

}  // namespace understudy
