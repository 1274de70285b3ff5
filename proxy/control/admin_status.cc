// Both libraries number the codes alike (google.rpc.Code), so the number crosses.
#include "proxy/control/admin_status.h"

#include <string>

#include "proxy/base/status.h"

namespace understudy {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), Message(status)};
}

}  // namespace understudy
