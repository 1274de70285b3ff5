// The admin API as tests use it: a command in a line, and a refusal is an exception with its
// sentence.
//
// Threads: one owner.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "understudy/v1/report.grpc.pb.h"
#include "understudy/v1/rollout.grpc.pb.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {

class AdminClient {
 public:
  explicit AdminClient(const std::string& address)
      : channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        rollouts_(v1::RolloutService::NewStub(channel_)),
        traffic_(v1::TrafficService::NewStub(channel_)),
        reports_(v1::ReportService::NewStub(channel_)) {}

  // Creates and starts a rollout of the route's candidate.
  v1::Rollout Begin(const std::string& route, const std::string& candidate = {}) {
    v1::CreateRolloutRequest request;
    request.set_route(route);
    request.set_candidate(candidate);
    request.set_start(true);
    return Call<v1::RolloutCommandResponse>(&v1::RolloutService::Stub::Create, request).rollout();
  }

  // Whatever the verdict says.
  v1::Rollout SetWeight(const std::string& route, double percent) {
    v1::SetWeightRequest request;
    request.mutable_rollout()->set_route(route);
    request.set_weight_percent(percent);
    request.mutable_options()->set_override_verdict(true);
    request.mutable_options()->set_reason("a test");
    return Call<v1::RolloutCommandResponse>(&v1::RolloutService::Stub::SetWeight, request)
        .rollout();
  }

  v1::Rollout RollBack(const std::string& route) {
    v1::RolloutCommandRequest request;
    request.mutable_rollout()->set_route(route);
    request.mutable_options()->set_reason("a test");
    return Call<v1::RolloutCommandResponse>(&v1::RolloutService::Stub::RollBack, request).rollout();
  }

  void Kill(const std::string& route) {
    v1::RouteSwitchRequest request;
    request.set_route(route);
    request.mutable_options()->set_reason("a test");
    Call<v1::RouteSwitchResponse>(&v1::RolloutService::Stub::Kill, request);
  }

  v1::GetRolloutResponse Get(const std::string& route) {
    v1::GetRolloutRequest request;
    request.mutable_rollout()->set_route(route);
    return Call<v1::GetRolloutResponse>(&v1::RolloutService::Stub::Get, request);
  }

  v1::ListDivergencesResponse Divergences(const std::string& route) {
    v1::ListDivergencesRequest request;
    request.set_route(route);
    return Done<v1::ListDivergencesResponse>([&](auto* context, auto* response) {
      return traffic_->ListDivergences(context, request, response);
    });
  }

  // With its bodies.
  v1::Divergence Divergence(const std::string& id) {
    v1::GetDivergenceRequest request;
    request.set_id(id);
    return Done<v1::GetDivergenceResponse>([&](auto* context, auto* response) {
             return traffic_->GetDivergence(context, request, response);
           })
        .divergence();
  }

  // The route's report as JSON.
  std::string Report(const std::string& route) {
    v1::GetReportRequest request;
    request.set_route(route);
    return Done<v1::GetReportResponse>([&](auto* context, auto* response) {
             return reports_->GetReport(context, request, response);
           })
        .document();
  }

 private:
  template <typename Response, typename Invoke>
  Response Done(Invoke invoke) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    Response response;
    const grpc::Status status = invoke(&context, &response);
    if (!status.ok()) throw std::runtime_error(status.error_message());
    return response;
  }
  template <typename Response, typename Method, typename Request>
  Response Call(Method method, const Request& request) {
    return Done<Response>([&](auto* context, auto* response) {
      return (rollouts_.get()->*method)(context, request, response);
    });
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RolloutService::Stub> rollouts_;
  std::unique_ptr<v1::TrafficService::Stub> traffic_;
  std::unique_ptr<v1::ReportService::Stub> reports_;
};

}  // namespace understudy
