// Statuses of ours as statuses of gRPC: same code, same sentence.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace understudy {

grpc::Status ToGrpc(const absl::Status& status);

}  // namespace understudy
