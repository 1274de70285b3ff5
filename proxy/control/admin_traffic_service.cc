// Checks what is asked, within bounds, and answers from the picture or the ports.
#include "proxy/control/admin_traffic_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/base/status.h"
#include "proxy/control/admin_command.h"
#include "proxy/control/admin_convert.h"
#include "proxy/control/admin_status.h"
#include "proxy/control/admin_target.h"
#include "proxy/control/divergence_clusters.h"

namespace understudy {
namespace {

constexpr int kHeaders = 100;
constexpr std::size_t kHeaderBytes = 64u << 10;
constexpr std::size_t kBodyBytes = 1u << 20;
constexpr std::size_t kPathBytes = 8u << 10;
constexpr std::uint32_t kDefaultPage = 20;
constexpr std::uint32_t kLargestPage = 200;
constexpr std::uint32_t kDefaultClustered = 10'000;
constexpr std::uint32_t kMostClustered = 50'000;
constexpr std::size_t kClusteredPage = 1000;  // records in memory at once

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool IsToken(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

absl::StatusOr<RequestDescription> Describe(const v1::ExplainRequestRequest& request) {
  RequestDescription description;
  description.method = request.method().empty() ? "POST" : request.method();
  if (!IsToken(description.method) || description.method.size() > 32) {
    return InvalidArgument("the method is no HTTP method");
  }
  description.path = request.path();
  const auto no_target = [](unsigned char c) { return c <= 0x20 || c >= 0x7F || c == '#'; };
  if (description.path.empty() || description.path.front() != '/' ||
      description.path.size() > kPathBytes ||
      std::any_of(description.path.begin(), description.path.end(), no_target)) {
    return InvalidArgument(
        fmt::format("the path begins with \"/\", has printable ASCII without spaces and \"#\", and "
                    "at most {} bytes",
                    kPathBytes));
  }
  if (request.headers_size() > kHeaders) {
    return InvalidArgument(fmt::format("at most {} headers can be described", kHeaders));
  }
  std::size_t bytes = 0;
  for (const v1::HeaderField& header : request.headers()) {
    bytes += header.name().size() + header.value().size();
    if (!IsToken(header.name()) || bytes > kHeaderBytes) {
      return InvalidArgument(fmt::format(
          "a header's name is an HTTP token, and all headers together have at most {} bytes",
          kHeaderBytes));
    }
    description.headers.emplace_back(LowerCase(header.name()), header.value());
  }
  description.client_address =
      request.client_address().empty() ? "127.0.0.1" : request.client_address();
  RETURN_IF_ERROR(CheckName("client address", description.client_address));
  if (request.body().size() > kBodyBytes) {
    return InvalidArgument(fmt::format("the body has at most {} bytes", kBodyBytes));
  }
  description.body = request.body();
  return description;
}

// Records outlive the configuration: routes and candidates of earlier rollouts are known, too.
absl::Status CheckKnown(const ControlView& view, const v1::ListDivergencesRequest& request) {
  const std::string& route = request.route();
  const std::string& candidate = request.candidate();
  const bool past =
      std::any_of(view.rollouts.begin(), view.rollouts.end(), [&](const RolloutState& rollout) {
        return (route.empty() || rollout.route == route) &&
               (candidate.empty() || rollout.candidate == candidate);
      });
  const bool present =
      std::any_of(view.candidates.begin(), view.candidates.end(), [&](const CandidateView& known) {
        return (route.empty() || known.route == route) && known.candidate == candidate;
      });
  if (past || (candidate.empty() ? route.empty() || view.FindRoute(route) != nullptr : present)) {
    return absl::OkStatus();
  }
  if (!route.empty()) return CandidateName(view, route, candidate).status();
  return NotFound(fmt::format("no route has a candidate named \"{}\"", candidate));
}

// What clients wrote and got is not for everybody who may look at numbers.
void WithholdBodies(v1::GetDivergenceResponse& response) {
  v1::Divergence& divergence = *response.mutable_divergence();
  const bool any = !divergence.request_body().empty() ||
                   !divergence.incumbent_answer().body().empty() ||
                   !divergence.candidate_answer().body().empty();
  if (!any) return;
  divergence.clear_request_body();
  divergence.mutable_incumbent_answer()->clear_body();
  divergence.mutable_candidate_answer()->clear_body();
  response.set_withheld("the bodies are there, and need the role operator");
}

}  // namespace

grpc::Status AdminTrafficService::ListRoutes(grpc::ServerContext* context,
                                             const v1::ListRoutesRequest*,
                                             v1::ListRoutesResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "ListRoutes");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  for (const RouteView& route : view->routes) *response->add_routes() = ToProto(route, *view);
  return grpc::Status::OK;
}

grpc::Status AdminTrafficService::GetRoute(grpc::ServerContext* context,
                                           const v1::GetRouteRequest* request,
                                           v1::GetRouteResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "GetRoute");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  const RouteView* route = view->FindRoute(request->route());
  if (route == nullptr) return ToGrpc(RouteUnknown(*view, request->route()));
  *response->mutable_route() = ToProto(*route, *view);
  for (const CandidateView& candidate : view->candidates) {
    if (candidate.route == route->name) *response->add_candidates() = ToProto(candidate);
  }
  return grpc::Status::OK;
}

grpc::Status AdminTrafficService::ExplainRequest(grpc::ServerContext* context,
                                                 const v1::ExplainRequestRequest* request,
                                                 v1::ExplainRequestResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "ExplainRequest");
  if (!caller.ok()) return ToGrpc(caller.status());
  const absl::StatusOr<RequestDescription> description = Describe(*request);
  if (!description.ok()) return ToGrpc(description.status());
  const absl::StatusOr<RequestForecast> forecast = explain_request_(*description);
  if (!forecast.ok()) return ToGrpc(forecast.status());
  *response = ToProto(*forecast);
  return grpc::Status::OK;
}

grpc::Status AdminTrafficService::Cluster(const grpc::ServerContext& context,
                                          const v1::ListDivergencesRequest& request,
                                          DivergenceFilter filter,
                                          v1::ListDivergencesResponse& response) {
  const std::optional<ClusterBy> by = ParseClusterBy(request.cluster_by());
  if (!by) {
    return ToGrpc(
        InvalidArgument("cluster_by is one of \"path\", \"segment\", \"reason\", \"comparator\""));
  }
  const std::optional<CallQuota::Place> place = clusterings_.Take();
  if (!place) {
    return ToGrpc(absl::ResourceExhaustedError(fmt::format(
        "{} clusterings of divergences are under way; try again", clusterings_.limit())));
  }
  const std::size_t clusters = filter.limit;
  const std::uint32_t asked =
      request.max_records() == 0 ? kDefaultClustered : request.max_records();
  std::size_t left = std::min(asked, kMostClustered);
  DivergenceClusters gathered(*by);
  do {
    if (context.IsCancelled()) return grpc::Status::CANCELLED;
    filter.limit = std::min(left, kClusteredPage);
    const absl::StatusOr<DivergenceListing> listing = divergences_.List(filter);
    if (!listing.ok()) return ToGrpc(listing.status());
    for (const DivergenceRecord& record : listing->records) gathered.Add(record);
    left -= std::min(left, listing->records.size());
    filter.page_token = listing->next_page_token;
  } while (left > 0 && !filter.page_token.empty());
  gathered.Write(clusters, response);
  response.set_more_records(!filter.page_token.empty());
  return grpc::Status::OK;
}

grpc::Status AdminTrafficService::ListDivergences(grpc::ServerContext* context,
                                                  const v1::ListDivergencesRequest* request,
                                                  v1::ListDivergencesResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "ListDivergences");
  if (!caller.ok()) return ToGrpc(caller.status());
  if (!(request->min_divergence() >= 0 && request->min_divergence() <= 1)) {
    return ToGrpc(InvalidArgument("min_divergence is a score from 0 to 1"));
  }
  for (const std::string& text : {request->route(), request->candidate(), request->page_token()}) {
    if (const absl::Status named = CheckName("filter", text); !named.ok()) return ToGrpc(named);
  }
  if (const absl::Status known = CheckKnown(*rollouts_.Read(), *request); !known.ok()) {
    return ToGrpc(known);
  }
  DivergenceFilter filter;
  filter.route = request->route();
  filter.candidate = request->candidate();
  filter.min_divergence = request->min_divergence();
  const std::uint32_t asked = request->page_size() == 0 ? kDefaultPage : request->page_size();
  filter.limit = std::min(asked, kLargestPage);
  if (!request->cluster_by().empty()) return Cluster(*context, *request, filter, *response);
  filter.page_token = request->page_token();
  const absl::StatusOr<DivergenceListing> listing = divergences_.List(filter);
  if (!listing.ok()) return ToGrpc(listing.status());
  for (const DivergenceRecord& record : listing->records) {
    *response->add_divergences() = ToProto(record, false);
  }
  response->set_next_page_token(listing->next_page_token);
  return grpc::Status::OK;
}

grpc::Status AdminTrafficService::GetDivergence(grpc::ServerContext* context,
                                                const v1::GetDivergenceRequest* request,
                                                v1::GetDivergenceResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "GetDivergence");
  if (!caller.ok()) return ToGrpc(caller.status());
  if (request->id().empty()) {
    return ToGrpc(InvalidArgument("name a divergence; `divergence list` shows their ids"));
  }
  if (const absl::Status named = CheckName("divergence's id", request->id()); !named.ok()) {
    return ToGrpc(named);
  }
  const absl::StatusOr<DivergenceRecord> record = divergences_.Find(request->id());
  if (!record.ok()) return ToGrpc(record.status());
  *response->mutable_divergence() = ToProto(*record, true);
  if (caller->role < AdminRole::kOperator) WithholdBodies(*response);
  return grpc::Status::OK;
}

}  // namespace understudy
