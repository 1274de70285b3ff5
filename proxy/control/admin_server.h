// The admin API: all services, health and reflection, within bounds and behind the guard.
//
// Threads: Start and Shutdown from one owner; the services run on gRPC's threads, at most
// AdminLimits::threads of them. Ownership: the ports are borrowed and outlive the server.
// Invariant: whatever a client does, only threads of this server wait for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/control/admin_ports.h"
#include "proxy/model/topology.h"

namespace understudy {

struct AdminLimits {
  int threads = 96;   // beyond it calls are refused with RESOURCE_EXHAUSTED
  int watchers = 32;  // each holds a thread; together with gates below `threads`
  int waiting_gates = 32;
  int streams_per_connection = 100;
  int request_bytes = 2 << 20;  // one message; larger is RESOURCE_EXHAUSTED
  int metadata_bytes = 16 << 10;
};

struct AdminOptions {
  AdminConfig config;  // with `grpc`; port 0: any free one
  AdminLimits limits;
};

class AdminServer {
 public:
  // PERMISSION_DENIED for an address that is not loopback while not everybody is asked who they are
  // over TLS; INVALID_ARGUMENT for files that cannot be used; UNAVAILABLE naming the address when
  // it cannot be had.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const AdminOptions& options,
                                                            const AdminPorts& ports);
  ~AdminServer();  // as Shutdown(zero)

  std::uint16_t port() const { return port_; }

  // Health turns to NOT_SERVING, watches and waiting gates end, other calls may finish until the
  // deadline; then they are cut. Returns when no call runs. A second call does nothing.
  void Shutdown(Duration deadline);

 private:
  struct Services;
  AdminServer();

  std::unique_ptr<Services> services_;
  std::uint16_t port_ = 0;
};

}  // namespace understudy
