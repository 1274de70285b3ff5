// TrafficService: routes, the forecast for a described request, divergence records.
//
// Threads: gRPC's; every call runs on its own. The guard and the ports outlive the service.
#pragma once

#include "proxy/control/admin_guard.h"
#include "proxy/control/admin_ports.h"
#include "proxy/control/admin_quota.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {

class AdminTrafficService final : public v1::TrafficService::Service {
 public:
  AdminTrafficService(AdminGuard& guard, RolloutControl& rollouts, DivergenceSource& divergences,
                      RequestExplainer explain_request)
      : guard_(guard),
        rollouts_(rollouts),
        divergences_(divergences),
        explain_request_(std::move(explain_request)) {}

  grpc::Status ListRoutes(grpc::ServerContext* context, const v1::ListRoutesRequest* request,
                          v1::ListRoutesResponse* response) override;
  grpc::Status GetRoute(grpc::ServerContext* context, const v1::GetRouteRequest* request,
                        v1::GetRouteResponse* response) override;
  grpc::Status ExplainRequest(grpc::ServerContext* context,
                              const v1::ExplainRequestRequest* request,
                              v1::ExplainRequestResponse* response) override;
  grpc::Status ListDivergences(grpc::ServerContext* context,
                               const v1::ListDivergencesRequest* request,
                               v1::ListDivergencesResponse* response) override;
  grpc::Status GetDivergence(grpc::ServerContext* context, const v1::GetDivergenceRequest* request,
                             v1::GetDivergenceResponse* response) override;

 private:
  static constexpr std::string_view kService = v1::TrafficService::service_full_name();
  static constexpr int kClusterings = 2;

  // What the newest records that pass the filter have in common; filter.limit bounds the clusters.
  grpc::Status Cluster(const grpc::ServerContext& context,
                       const v1::ListDivergencesRequest& request, DivergenceFilter filter,
                       v1::ListDivergencesResponse& response);

  AdminGuard& guard_;
  RolloutControl& rollouts_;
  DivergenceSource& divergences_;
  const RequestExplainer explain_request_;
  CallQuota clusterings_{kClusterings};
};

}  // namespace understudy
