// RolloutService over RolloutControl: commands, look-ups, and the watch stream.
//
// Threads: gRPC's; every call runs on its own. The guard and the ports outlive the service. A
// watcher that does not read blocks the thread of its own call and nothing else; their number is
// bounded.
#pragma once

#include <atomic>

#include "proxy/control/admin_guard.h"
#include "proxy/control/admin_ports.h"
#include "proxy/control/admin_quota.h"
#include "understudy/v1/rollout.grpc.pb.h"

namespace understudy {

class AdminRolloutService final : public v1::RolloutService::Service {
 public:
  AdminRolloutService(AdminGuard& guard, RolloutControl& rollouts, AdminClock clock,
                      int max_watchers)
      : guard_(guard), rollouts_(rollouts), clock_(std::move(clock)), watchers_(max_watchers) {}

  // Ends every watch within a second, with UNAVAILABLE.
  void StopWaiting() { stopping_.store(true); }

  using Context = grpc::ServerContext;
  using CommandRequest = v1::RolloutCommandRequest;
  using CommandResponse = v1::RolloutCommandResponse;
  using SwitchRequest = v1::RouteSwitchRequest;
  using SwitchResponse = v1::RouteSwitchResponse;

  grpc::Status Create(Context* context, const v1::CreateRolloutRequest* request,
                      CommandResponse* response) override;
  grpc::Status Start(Context* context, const CommandRequest* request,
                     CommandResponse* response) override;
  grpc::Status Get(Context* context, const v1::GetRolloutRequest* request,
                   v1::GetRolloutResponse* response) override;
  grpc::Status List(Context* context, const v1::ListRolloutsRequest* request,
                    v1::ListRolloutsResponse* response) override;
  grpc::Status Watch(Context* context, const v1::WatchRolloutRequest* request,
                     grpc::ServerWriter<v1::WatchRolloutResponse>* writer) override;
  grpc::Status Hold(Context* context, const CommandRequest* request,
                    CommandResponse* response) override;
  grpc::Status Resume(Context* context, const CommandRequest* request,
                      CommandResponse* response) override;
  grpc::Status Approve(Context* context, const CommandRequest* request,
                       CommandResponse* response) override;
  grpc::Status Advance(Context* context, const CommandRequest* request,
                       CommandResponse* response) override;
  grpc::Status SetWeight(Context* context, const v1::SetWeightRequest* request,
                         CommandResponse* response) override;
  grpc::Status RollBack(Context* context, const CommandRequest* request,
                        CommandResponse* response) override;
  grpc::Status Promote(Context* context, const CommandRequest* request,
                       CommandResponse* response) override;
  grpc::Status Cancel(Context* context, const CommandRequest* request,
                      CommandResponse* response) override;
  grpc::Status Kill(Context* context, const SwitchRequest* request,
                    SwitchResponse* response) override;
  grpc::Status Unkill(Context* context, const SwitchRequest* request,
                      SwitchResponse* response) override;
  grpc::Status Freeze(Context* context, const SwitchRequest* request,
                      SwitchResponse* response) override;
  grpc::Status Unfreeze(Context* context, const SwitchRequest* request,
                        SwitchResponse* response) override;

 private:
  // `method` as in the table of roles.
  grpc::Status Run(CommandKind kind, std::string_view method, const Context& context,
                   const CommandRequest& request, CommandResponse* response);
  grpc::Status Apply(const Command& command, CommandResponse* response);
  grpc::Status Switch(CommandKind kind, std::string_view method, const Context& context,
                      const SwitchRequest& request, SwitchResponse* response);

  static constexpr std::string_view kService = v1::RolloutService::service_full_name();

  AdminGuard& guard_;
  RolloutControl& rollouts_;
  const AdminClock clock_;
  CallQuota watchers_;
  std::atomic<bool> stopping_{false};
};

}  // namespace understudy
