// Builds the gRPC server with its bounds and takes it down in order.
#include "proxy/control/admin_server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "proxy/base/status.h"
#include "proxy/control/admin_address.h"
#include "proxy/control/admin_config_service.h"
#include "proxy/control/admin_guard.h"
#include "proxy/control/admin_reflection_guard.h"
#include "proxy/control/admin_report_service.h"
#include "proxy/control/admin_rollout_service.h"
#include "proxy/control/admin_tls.h"
#include "proxy/control/admin_traffic_service.h"
#include "proxy/control/grpc_log.h"

namespace understudy {
namespace {

void Bound(grpc::ServerBuilder& builder, const AdminLimits& limits) {
  builder.SetMaxReceiveMessageSize(limits.request_bytes);
  builder.SetResourceQuota(grpc::ResourceQuota("admin").SetMaxThreads(limits.threads));
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes);
  // A peer that vanished is noticed within 40 s, and its watch with it.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // With SO_REUSEPORT a second proxy would share the port and answer half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsFor(const AdminConfig& config) {
  if (!config.tls) return grpc::InsecureServerCredentials();
  return MakeAdminCredentials(*config.tls, config.tokens.empty() ? ClientCertificates::kRequired
                                                                 : ClientCertificates::kOptional);
}

}  // namespace

struct AdminServer::Services {
  Services(const AdminPorts& ports, const AdminLimits& limits, std::unique_ptr<AdminGuard> asked,
           std::shared_ptr<grpc::ServerCredentials> shown)
      : guard(std::move(asked)),
        credentials(std::move(shown)),
        rollouts(*guard, ports.rollouts, ports.clock, limits.watchers),
        reports(*guard, ports.rollouts, ports.divergences, ports.clock, limits.waiting_gates),
        traffic(*guard, ports.rollouts, ports.divergences, ports.explain_request),
        config(*guard, ports.config) {}

  std::unique_ptr<AdminGuard> guard;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  AdminRolloutService rollouts;
  AdminReportService reports;
  AdminTrafficService traffic;
  AdminConfigService config;
  std::unique_ptr<grpc::Server> server;  // last: it goes before what it calls
};

AdminServer::AdminServer() = default;

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const AdminOptions& options,
                                                                const AdminPorts& ports) {
  const AdminConfig& config = options.config;
  ASSIGN_OR_RETURN(const std::string address, AdminListenAddress(config));
  ASSIGN_OR_RETURN(std::unique_ptr<AdminGuard> guard,
                   AdminGuard::Make(config, ports.clock.steady, ports.denials));
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::ServerCredentials> credentials, CredentialsFor(config));
  const auto refused = [&address](std::string_view why) {
    return Unavailable(
        fmt::format("the admin API cannot listen on {}: {}; choose another address under "
                    "admin.grpc or end what uses this one",
                    address, why));
  };
  // Asked before gRPC, which would print its own account of a taken port.
  if (const std::string why = WhyNotBindable(*config.grpc); !why.empty()) return refused(why);
  LogGrpcInProcessLog();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  std::unique_ptr<AdminServer> admin(new AdminServer());
  admin->services_ =
      std::make_unique<Services>(ports, options.limits, std::move(guard), std::move(credentials));
  grpc::ServerBuilder builder;
  Bound(builder, options.limits);
  int port = 0;
  builder.AddListeningPort(address, admin->services_->credentials, &port);
  builder.experimental().SetInterceptorCreators(MakeReflectionGuard(*admin->services_->guard));
  builder.RegisterService(&admin->services_->rollouts);
  builder.RegisterService(&admin->services_->reports);
  builder.RegisterService(&admin->services_->traffic);
  builder.RegisterService(&admin->services_->config);
  admin->services_->server = builder.BuildAndStart();
  if (admin->services_->server == nullptr || port == 0) {
    const std::string why = WhyNotBindable(*config.grpc);
    return refused(why.empty() ? "gRPC could not start its server" : why);
  }
  admin->port_ = static_cast<std::uint16_t>(port);
  return admin;
}

void AdminServer::Shutdown(Duration deadline) {
  if (services_ == nullptr || services_->server == nullptr) return;
  if (auto* health = services_->server->GetHealthCheckService()) health->Shutdown();
  services_->rollouts.StopWaiting();
  services_->reports.StopWaiting();
  gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_nanos(deadline.count(), GPR_TIMESPAN));
  services_->server->Shutdown(until);
  services_->server->Wait();
  services_->server.reset();
}

AdminServer::~AdminServer() { Shutdown(Duration::zero()); }

}  // namespace understudy
