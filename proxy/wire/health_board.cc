// Finding what is known about an endpoint, and forgetting what nobody asks about any more.
#include "proxy/wire/health_board.h"

namespace understudy {

std::shared_ptr<HealthBoard> HealthBoards::For(const Cluster& cluster) {
  std::vector<std::shared_ptr<EndpointHealth>> endpoints;
  for (const SocketAddress& endpoint : cluster.endpoints) {
    endpoints.push_back(Of(cluster.name, endpoint.text));
  }
  return std::make_shared<HealthBoard>(std::move(endpoints));
}

std::shared_ptr<EndpointHealth> HealthBoards::Of(const std::string& cluster,
                                                 const std::string& endpoint) {
  std::lock_guard lock(mutex_);
  std::weak_ptr<EndpointHealth>& known = known_[{cluster, endpoint}];
  std::shared_ptr<EndpointHealth> health = known.lock();
  if (health == nullptr) {
    health = std::make_shared<EndpointHealth>();
    known = health;
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  }
  return health;
}

}  // namespace understudy
