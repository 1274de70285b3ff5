// An admin API in this process that answers what a test put into it.
//
// Threads: gRPC's own threads answer; a test sets answers before it calls and reads requests
// after the call returned.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "understudy/v1/config_service.grpc.pb.h"
#include "understudy/v1/report.grpc.pb.h"
#include "understudy/v1/rollout.grpc.pb.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {

// What the next call of any kind gets when it is not OK.
struct Script {
  grpc::Status failure = grpc::Status::OK;
  std::string called;         // the last method
  std::string authorization;  // that metadata of the last List or Watch of rollouts, or empty

  void Note(const grpc::ServerContext& context) {
    const auto found = context.client_metadata().find("authorization");
    const bool sent = found != context.client_metadata().end();
    authorization = sent ? std::string(found->second.data(), found->second.size()) : "";
  }
};

class ScriptedRollouts final : public v1::RolloutService::Service {
 public:
  explicit ScriptedRollouts(Script& script) : script_(script) {}

  v1::RolloutCommandResponse command_response;
  v1::RouteSwitchResponse switch_response;
  v1::GetRolloutResponse get_response;
  v1::ListRolloutsResponse list_response;
  std::vector<v1::WatchRolloutResponse> pictures;
  bool watch_stays_open = false;  // after the pictures, until the client leaves
  v1::CreateRolloutRequest create;
  v1::RolloutCommandRequest command;
  v1::SetWeightRequest set_weight;
  v1::RouteSwitchRequest route_switch;
  v1::GetRolloutRequest get;
  v1::ListRolloutsRequest list;

 private:
  using Context = grpc::ServerContext;
  using CommandRequest = v1::RolloutCommandRequest;
  using CommandResponse = v1::RolloutCommandResponse;
  using SwitchRequest = v1::RouteSwitchRequest;
  using SwitchResponse = v1::RouteSwitchResponse;

  grpc::Status Change(const char* name, const CommandRequest& request, CommandResponse& response) {
    script_.called = name;
    command = request;
    response = command_response;
    return script_.failure;
  }
  grpc::Status Switch(const char* name, const SwitchRequest& request, SwitchResponse& response) {
    script_.called = name;
    route_switch = request;
    response = switch_response;
    return script_.failure;
  }

  grpc::Status Create(Context*, const v1::CreateRolloutRequest* request,
                      CommandResponse* response) override {
    script_.called = "Create";
    create = *request;
    *response = command_response;
    return script_.failure;
  }
  grpc::Status Start(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Start", *in, *out);
  }
  grpc::Status Hold(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Hold", *in, *out);
  }
  grpc::Status Resume(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Resume", *in, *out);
  }
  grpc::Status Approve(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Approve", *in, *out);
  }
  grpc::Status Advance(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Advance", *in, *out);
  }
  grpc::Status RollBack(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("RollBack", *in, *out);
  }
  grpc::Status Promote(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Promote", *in, *out);
  }
  grpc::Status Cancel(Context*, const CommandRequest* in, CommandResponse* out) override {
    return Change("Cancel", *in, *out);
  }
  grpc::Status SetWeight(Context*, const v1::SetWeightRequest* request,
                         CommandResponse* response) override {
    script_.called = "SetWeight";
    set_weight = *request;
    *response = command_response;
    return script_.failure;
  }
  grpc::Status Kill(Context*, const SwitchRequest* in, SwitchResponse* out) override {
    return Switch("Kill", *in, *out);
  }
  grpc::Status Unkill(Context*, const SwitchRequest* in, SwitchResponse* out) override {
    return Switch("Unkill", *in, *out);
  }
  grpc::Status Freeze(Context*, const SwitchRequest* in, SwitchResponse* out) override {
    return Switch("Freeze", *in, *out);
  }
  grpc::Status Unfreeze(Context*, const SwitchRequest* in, SwitchResponse* out) override {
    return Switch("Unfreeze", *in, *out);
  }
  grpc::Status Get(Context*, const v1::GetRolloutRequest* request,
                   v1::GetRolloutResponse* response) override {
    get = *request;
    *response = get_response;
    return script_.failure;
  }
  grpc::Status List(Context* context, const v1::ListRolloutsRequest* request,
                    v1::ListRolloutsResponse* response) override {
    script_.Note(*context);
    list = *request;
    *response = list_response;
    return script_.failure;
  }
  grpc::Status Watch(Context* context, const v1::WatchRolloutRequest*,
                     grpc::ServerWriter<v1::WatchRolloutResponse>* writer) override {
    script_.Note(*context);
    for (const v1::WatchRolloutResponse& picture : pictures) writer->Write(picture);
    // A heartbeat that cannot be written any more tells that the client left.
    v1::WatchRolloutResponse heartbeat =
        pictures.empty() ? v1::WatchRolloutResponse() : pictures.back();
    heartbeat.set_changed(false);
    while (watch_stays_open && !context->IsCancelled() && writer->Write(heartbeat)) {
    }
    return script_.failure;
  }

  Script& script_;
};

class ScriptedReports final : public v1::ReportService::Service {
 public:
  explicit ScriptedReports(Script& script) : script_(script) {}

  v1::GetReportResponse report_response;
  v1::GateResponse gate_response;
  v1::ExplainRolloutResponse explain_response;
  v1::GetReportRequest report;
  std::vector<v1::GateRequest> gates;

 private:
  grpc::Status GetReport(grpc::ServerContext*, const v1::GetReportRequest* request,
                         v1::GetReportResponse* response) override {
    report = *request;
    *response = report_response;
    return script_.failure;
  }
  grpc::Status Gate(grpc::ServerContext*, const v1::GateRequest* request,
                    v1::GateResponse* response) override {
    gates.push_back(*request);
    *response = gate_response;
    return script_.failure;
  }
  grpc::Status Explain(grpc::ServerContext*, const v1::ExplainRolloutRequest*,
                       v1::ExplainRolloutResponse* response) override {
    *response = explain_response;
    return script_.failure;
  }

  Script& script_;
};

class ScriptedTraffic final : public v1::TrafficService::Service {
 public:
  explicit ScriptedTraffic(Script& script) : script_(script) {}

  v1::ListRoutesResponse routes_response;
  v1::GetRouteResponse route_response;
  v1::ExplainRequestResponse explain_response;
  v1::ListDivergencesResponse divergences_response;
  v1::GetDivergenceResponse divergence_response;
  v1::ExplainRequestRequest explain;
  v1::ListDivergencesRequest divergences;

 private:
  grpc::Status ListRoutes(grpc::ServerContext*, const v1::ListRoutesRequest*,
                          v1::ListRoutesResponse* response) override {
    *response = routes_response;
    return script_.failure;
  }
  grpc::Status GetRoute(grpc::ServerContext*, const v1::GetRouteRequest*,
                        v1::GetRouteResponse* response) override {
    *response = route_response;
    return script_.failure;
  }
  grpc::Status ExplainRequest(grpc::ServerContext*, const v1::ExplainRequestRequest* request,
                              v1::ExplainRequestResponse* response) override {
    explain = *request;
    *response = explain_response;
    return script_.failure;
  }
  grpc::Status ListDivergences(grpc::ServerContext*, const v1::ListDivergencesRequest* request,
                               v1::ListDivergencesResponse* response) override {
    divergences = *request;
    *response = divergences_response;
    return script_.failure;
  }
  grpc::Status GetDivergence(grpc::ServerContext*, const v1::GetDivergenceRequest*,
                             v1::GetDivergenceResponse* response) override {
    *response = divergence_response;
    return script_.failure;
  }

  Script& script_;
};

class ScriptedConfig final : public v1::ConfigService::Service {
 public:
  explicit ScriptedConfig(Script& script) : script_(script) {}

  v1::CheckConfigResponse check_response;
  v1::ReloadConfigResponse reload_response;
  v1::CheckConfigRequest check;

 private:
  grpc::Status Check(grpc::ServerContext*, const v1::CheckConfigRequest* request,
                     v1::CheckConfigResponse* response) override {
    check = *request;
    *response = check_response;
    return script_.failure;
  }
  grpc::Status Reload(grpc::ServerContext*, const v1::ReloadConfigRequest*,
                      v1::ReloadConfigResponse* response) override {
    *response = reload_response;
    return script_.failure;
  }

  Script& script_;
};

// Listens on a loopback port that the system chose, until it is destroyed.
class ScriptedServer {
 public:
  explicit ScriptedServer(const std::shared_ptr<grpc::ServerCredentials>& credentials =
                              grpc::InsecureServerCredentials()) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port);
    builder.RegisterService(&rollouts);
    builder.RegisterService(&reports);
    builder.RegisterService(&traffic);
    builder.RegisterService(&config);
    server_ = builder.BuildAndStart();
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~ScriptedServer() { server_->Shutdown(std::chrono::system_clock::time_point::min()); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  Script script;
  ScriptedRollouts rollouts{script};
  ScriptedReports reports{script};
  ScriptedTraffic traffic{script};
  ScriptedConfig config{script};
  std::string address;

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace understudy
