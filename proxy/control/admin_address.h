// Where the admin API may listen: on this machine alone, for it asks nobody who they are.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"

namespace understudy {

// "127.0.0.1:9900" or "[::1]:9900", as gRPC takes it. "localhost" is 127.0.0.1. PERMISSION_DENIED
// for every host that is not a loopback address.
absl::StatusOr<std::string> LoopbackAddress(const SocketAddress& address);

// Why nothing can listen on the address, from the system: "Address already in use". Empty when
// something can.
std::string WhyNotBindable(const SocketAddress& address);

}  // namespace understudy
