// ConfigService: the configuration in force, a check of another, a reload.
//
// Threads: gRPC's; every call runs on its own. The guard and the port outlive the service.
#pragma once

#include "proxy/control/admin_guard.h"
#include "proxy/control/admin_ports.h"
#include "understudy/v1/config_service.grpc.pb.h"

namespace understudy {

class AdminConfigService final : public v1::ConfigService::Service {
 public:
  AdminConfigService(AdminGuard& guard, ConfigPort& config) : guard_(guard), config_(config) {}

  grpc::Status Get(grpc::ServerContext* context, const v1::GetConfigRequest* request,
                   v1::GetConfigResponse* response) override;
  grpc::Status Check(grpc::ServerContext* context, const v1::CheckConfigRequest* request,
                     v1::CheckConfigResponse* response) override;
  grpc::Status Reload(grpc::ServerContext* context, const v1::ReloadConfigRequest* request,
                      v1::ReloadConfigResponse* response) override;

 private:
  static constexpr std::string_view kService = v1::ConfigService::service_full_name();

  AdminGuard& guard_;
  ConfigPort& config_;
};

}  // namespace understudy
