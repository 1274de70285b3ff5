// Where the admin API may listen: on this machine alone where it asks nobody who they are, or lets
// others read along.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"

namespace understudy {

// `config.grpc`, which is there, as gRPC takes it: "127.0.0.1:9900" or "[::1]:9900". "localhost" is
// 127.0.0.1. PERMISSION_DENIED for a host that is no IP address, and for one that is not loopback
// while MayLeaveLoopback() does not hold.
absl::StatusOr<std::string> AdminListenAddress(const AdminConfig& config);

// Whether nobody can read along, and everybody is asked who they are.
bool MayLeaveLoopback(const AdminConfig& config);

// Why nothing can listen on the address, from the system: "Address already in use". Empty when
// something can.
std::string WhyNotBindable(const SocketAddress& address);

}  // namespace understudy
