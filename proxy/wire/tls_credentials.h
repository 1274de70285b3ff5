// What listeners and clusters have of TLS, by what their configuration says. Workers share it, and
// it stays over a reload that changes nothing about it.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"
#include "proxy/wire/watched_tls.h"

namespace understudy {

class TlsCredentials {
 public:
  // Makes what a topology needs and is not there yet. The error is a sentence.
  absl::Status Prepare(const Topology& topology);
  // Null: it has no TLS, or its files cannot be used.
  std::shared_ptr<WatchedTls> Of(const ListenerConfig& listener);
  std::shared_ptr<WatchedTls> Of(const Cluster& cluster);
  // Looks at the files of all that are in use, every few seconds at most.
  void LookAtFiles(SteadyTime now);

 private:
  using Found = absl::StatusOr<std::shared_ptr<WatchedTls>>;
  Found Find(const ListenerConfig& listener);
  Found Find(const Cluster& cluster);
  template <typename Load>
  Found FindOrLoad(const std::string& key, Load load);

  std::mutex mutex_;  // guards what follows
  std::map<std::string, std::shared_ptr<WatchedTls>> known_;
  std::vector<std::shared_ptr<WatchedTls>> wanted_;  // by the newest topology
  SteadyTime look_at_{};
};

// What is offered to a cluster's servers.
TlsProtocols OfferedBy(UpstreamProtocol protocol);
// Whose certificate an endpoint of a cluster with `tls` must have.
const std::string& ServerNameOf(const Cluster& cluster, const SocketAddress& endpoint);

}  // namespace understudy
