// ReportService: the report in each format, the gate (which may wait), the explanation.
//
// Threads: gRPC's; every call runs on its own. The guard and the ports outlive the service. The
// number of waiting gates is bounded.
#pragma once

#include <atomic>

#include "proxy/control/admin_guard.h"
#include "proxy/control/admin_ports.h"
#include "proxy/control/admin_quota.h"
#include "understudy/v1/report.grpc.pb.h"

namespace understudy {

class AdminReportService final : public v1::ReportService::Service {
 public:
  AdminReportService(AdminGuard& guard, RolloutControl& rollouts, DivergenceSource& divergences,
                     AdminClock clock, int max_waiting_gates)
      : guard_(guard),
        rollouts_(rollouts),
        divergences_(divergences),
        clock_(std::move(clock)),
        waiting_(max_waiting_gates) {}

  // Ends every waiting gate within a second, with UNAVAILABLE.
  void StopWaiting() { stopping_.store(true); }

  grpc::Status GetReport(grpc::ServerContext* context, const v1::GetReportRequest* request,
                         v1::GetReportResponse* response) override;
  grpc::Status Gate(grpc::ServerContext* context, const v1::GateRequest* request,
                    v1::GateResponse* response) override;
  grpc::Status Explain(grpc::ServerContext* context, const v1::ExplainRolloutRequest* request,
                       v1::ExplainRolloutResponse* response) override;

 private:
  static constexpr std::string_view kService = v1::ReportService::service_full_name();

  AdminGuard& guard_;
  RolloutControl& rollouts_;
  DivergenceSource& divergences_;
  const AdminClock clock_;
  CallQuota waiting_;
  std::atomic<bool> stopping_{false};
};

}  // namespace understudy
