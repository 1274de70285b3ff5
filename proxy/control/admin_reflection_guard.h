// Server reflection is gRPC's own service, which asks no guard; here it gets one.
#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <vector>

#include "proxy/control/admin_guard.h"

namespace understudy {

// For ServerBuilder. The guard is borrowed and outlives the server.
std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
MakeReflectionGuard(AdminGuard& guard);

}  // namespace understudy
