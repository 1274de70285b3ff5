// Every cluster one worker can ask, each with a pool for serving and one for shadows. Pools live on
// across reloads as long as their cluster's configuration stays the same.
//
// Threads: one worker's.
#pragma once

#include <memory>
#include <vector>

#include "proxy/model/topology.h"
#include "proxy/wire/health_board.h"
#include "proxy/wire/tls_credentials.h"
#include "proxy/wire/upstream_pool.h"

namespace understudy {

enum class Purpose { kServing, kShadow };

class Upstreams {
 public:
  Upstreams(Worker& worker, HealthBoards& health, TlsCredentials& credentials)
      : worker_(worker), health_(health), credentials_(credentials) {}

  // The pool of the cluster at `index` of that topology.
  const std::shared_ptr<UpstreamCluster>& Of(const std::shared_ptr<const Topology>& topology,
                                             std::size_t index, Purpose purpose);
  void CloseIdle(SteadyTime now);
  // Closes every idle connection.
  void Clear();

 private:
  struct Pools {
    std::shared_ptr<UpstreamCluster> serving;
    std::shared_ptr<UpstreamCluster> shadow;
  };
  struct Known {
    std::shared_ptr<const Topology> topology;
    std::vector<Pools> pools;
  };
  Known Build(const std::shared_ptr<const Topology>& topology);

  Worker& worker_;
  HealthBoards& health_;
  TlsCredentials& credentials_;
  Known current_;
  Known previous_;  // requests that began before a reload still use it
};

}  // namespace understudy
