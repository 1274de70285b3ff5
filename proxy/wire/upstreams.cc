// Finding pools by topology, and carrying them over a reload.
#include "proxy/wire/upstreams.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace understudy {
namespace {

// What a pool depends on: two clusters with the same text can share one.
std::string PoolKey(const Cluster& cluster) {
  std::string key = cluster.name;
  for (const SocketAddress& endpoint : cluster.endpoints) key += " " + endpoint.text;
  const ClusterTimeouts& t = cluster.timeouts;
  key += fmt::format(
      " {} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(cluster.load_balancing),
      static_cast<int>(cluster.protocol), t.connect.count(), t.first_byte.count(), t.idle.count(),
      t.total.count(), cluster.pool.idle.count(), cluster.pool.max_connections,
      static_cast<int>(cluster.authority_mode), cluster.authority, cluster.path_prefix,
      cluster.path_replace.first + ">" + cluster.path_replace.second);
  if (cluster.tls) {
    const UpstreamTls& tls = *cluster.tls;
    key += fmt::format("\ntls {}\n{}\n{}\n{}\n{}", static_cast<int>(tls.min_version), tls.ca,
                       tls.server_name, tls.own.certificate, tls.own.private_key);
  }
  if (cluster.protocol != UpstreamProtocol::kHttp1) {
    const Http2Limits& h = cluster.http2;
    key += fmt::format(" {} {} {} {} {} {} {} {}", h.streams, h.stream_window, h.max_stream_window,
                       h.connection_window, h.header_table, h.resets, h.control_frames,
                       cluster.ping_interval.count());
  }
  for (const auto& [name, value] : cluster.headers.set) key += "\n+" + name + ":" + value;
  for (const std::string& name : cluster.headers.remove) key += "\n-" + name;
  return key;
}

}  // namespace

Upstreams::Known Upstreams::Build(const std::shared_ptr<const Topology>& topology) {
  std::map<std::string, Pools> old;
  for (std::size_t i = 0; current_.topology != nullptr && i < current_.pools.size(); ++i) {
    old[PoolKey(current_.topology->clusters[i])] = current_.pools[i];
  }
  Known known{topology, {}};
  for (const Cluster& cluster : topology->clusters) {
    Pools& pools = old[PoolKey(cluster)];
    if (pools.serving == nullptr) {
      const auto board = health_.For(cluster);
      const auto tls = credentials_.Of(cluster);
      pools.serving = std::make_shared<UpstreamCluster>(worker_, cluster, board, tls);
      pools.shadow = std::make_shared<UpstreamCluster>(worker_, cluster, board, tls);
    }
    known.pools.push_back(pools);
  }
  return known;
}

const std::shared_ptr<UpstreamCluster>& Upstreams::Of(
    const std::shared_ptr<const Topology>& topology, std::size_t index, Purpose purpose) {
  Known* known = &current_;
  if (current_.topology != topology) {
    if (previous_.topology == topology) {
      known = &previous_;
    } else {
      Known built = Build(topology);
      previous_ = std::move(current_);
      current_ = std::move(built);
    }
  }
  Pools& pools = known->pools[index];
  return purpose == Purpose::kServing ? pools.serving : pools.shadow;
}

void Upstreams::CloseIdle(SteadyTime now) {
  for (Known* known : {&current_, &previous_}) {
    for (Pools& pools : known->pools) {
      pools.serving->CloseIdle(now);
      pools.shadow->CloseIdle(now);
    }
  }
}

void Upstreams::Clear() {
  previous_ = Known();
  current_ = Known();
}

}  // namespace understudy
