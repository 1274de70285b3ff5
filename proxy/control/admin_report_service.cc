// Reads the picture, decides or renders, answers.
#include "proxy/control/admin_report_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "proxy/base/status.h"
#include "proxy/control/admin_command.h"
#include "proxy/control/admin_convert.h"
#include "proxy/control/admin_status.h"
#include "proxy/control/admin_target.h"
#include "proxy/control/explain.h"
#include "proxy/control/gate.h"
#include "proxy/control/report_document.h"
#include "proxy/control/report_render.h"

namespace understudy {
namespace {

constexpr Duration kLongestWait = std::chrono::hours(1);
constexpr Duration kLook = std::chrono::seconds(1);  // cancellation is noticed this often

// Whose report is asked for.
absl::StatusOr<std::vector<CandidateView>> SubjectsOf(const ControlView& view,
                                                      const v1::GetReportRequest& request) {
  if (request.rollout().empty()) {
    auto subjects = ReportSubjects(view, request.route(), request.candidate());
    if (subjects.has_value()) return *std::move(subjects);
    return CandidateName(view, request.route(), request.candidate()).status();
  }
  v1::RolloutRef reference;
  reference.set_id(request.rollout());
  ASSIGN_OR_RETURN(const AdminTarget target, FindTarget(view, reference));
  CandidateView shown =
      target.old_rollout != nullptr ? ViewOfRollout(view, *target.old_rollout) : *target.candidate;
  const bool elsewhere = (!request.route().empty() && request.route() != shown.route) ||
                         (!request.candidate().empty() && request.candidate() != shown.candidate);
  if (elsewhere) {
    return InvalidArgument(fmt::format("rollout {} is of candidate \"{}\" on route \"{}\"",
                                       request.rollout(), shown.candidate, shown.route));
  }
  return std::vector<CandidateView>{std::move(shown)};
}

// Examples from before a restart are in the records alone: the newest of the window are looked at.
void FindExamples(CandidateView& subject, DivergenceSource& divergences) {
  static constexpr std::size_t kPages = 20;
  static constexpr Duration kSlack = std::chrono::minutes(5);  // records come as pairs are scored
  if (!LacksExamples(subject)) return;
  DivergenceFilter filter;
  filter.route = subject.route;
  filter.candidate = subject.candidate;
  filter.min_divergence = std::numeric_limits<double>::min();
  filter.not_before = subject.window_since - kSlack;
  filter.limit = 500;
  for (std::size_t page = 0; page < kPages; ++page) {
    const absl::StatusOr<DivergenceListing> listing = divergences.List(filter);
    if (!listing.ok()) return;
    AddExamples(subject, listing->records);
    if (subject.worst.size() > kExamplesPerReport) subject.worst.resize(kExamplesPerReport);
    if (listing->next_page_token.empty()) return;
    filter.page_token = listing->next_page_token;
  }
}

// The records of the examples a report shows, as far as they are still on disk.
ExampleRecords RecordsOf(const std::vector<CandidateView>& subjects,
                         DivergenceSource& divergences) {
  ExampleRecords records;
  for (const CandidateView& subject : subjects) {
    const std::size_t shown = std::min(subject.worst.size(), kExamplesPerReport);
    for (std::size_t i = 0; i < shown; ++i) {
      absl::StatusOr<DivergenceRecord> record = divergences.Find(subject.worst[i].id);
      if (record.ok()) records.emplace(subject.worst[i].id, *std::move(record));
    }
  }
  return records;
}

absl::StatusOr<Duration> WaitOf(const v1::GateRequest& request) {
  if (!request.has_wait()) return Duration::zero();
  const auto& wait = request.wait();
  const auto longest = std::chrono::duration_cast<std::chrono::seconds>(kLongestWait).count();
  if (wait.seconds() < 0 || wait.nanos() < 0 || wait.nanos() > 999'999'999) {
    return InvalidArgument("a gate cannot wait for a negative or malformed time");
  }
  if (wait.seconds() > longest) {
    return InvalidArgument(fmt::format("a gate waits at most {} s a call, not {} s; ask again",
                                       longest, wait.seconds()));
  }
  return std::chrono::seconds(wait.seconds()) + std::chrono::nanoseconds(wait.nanos());
}

v1::GateResponse Respond(const ControlView& view, const GateQuery& query, const GateAnswer& answer,
                         WallTime now) {
  v1::GateResponse response = ToProto(answer);
  response.set_route(query.route);
  *response.mutable_at() = ToProto(now);
  const CandidateView* candidate = view.Find(query.route, answer.candidate);
  if (candidate == nullptr) return response;
  *response.mutable_verdict() = ToProto(candidate->verdict);
  response.set_incumbent_version(candidate->incumbent_version);
  if (!answer.rollout.has_value()) response.set_plan_hash(candidate->plan.hash);
  const Explanation explanation = understudy::Explain(view, *candidate, now);
  if (explanation.eta.has_value()) *response.mutable_eta() = ToProto(*explanation.eta);
  return response;
}

}  // namespace

grpc::Status AdminReportService::GetReport(grpc::ServerContext* context,
                                           const v1::GetReportRequest* request,
                                           v1::GetReportResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "GetReport");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  for (const std::string& name : {request->route(), request->candidate(), request->rollout()}) {
    if (const absl::Status named = CheckName("name in a report", name); !named.ok()) {
      return ToGrpc(named);
    }
  }
  absl::StatusOr<std::vector<CandidateView>> subjects = SubjectsOf(*view, *request);
  if (!subjects.ok()) return ToGrpc(subjects.status());
  for (CandidateView& subject : *subjects) FindExamples(subject, divergences_);
  const std::string route = request->rollout().empty() ? request->route() : subjects->front().route;
  const ReportDocument document =
      BuildReport(*view, route, *subjects, RecordsOf(*subjects, divergences_), clock_.wall());
  switch (request->format()) {
    case v1::GetReportRequest::FORMAT_UNSPECIFIED:
    case v1::GetReportRequest::JSON:
      response->set_document(RenderReportJson(document));
      response->set_content_type("application/json");
      break;
    case v1::GetReportRequest::MARKDOWN:
      response->set_document(RenderReportMarkdown(document));
      response->set_content_type("text/markdown");
      break;
    case v1::GetReportRequest::JUNIT:
      response->set_document(RenderReportJunit(document));
      response->set_content_type("application/xml");
      break;
    default:
      return ToGrpc(InvalidArgument("a report is JSON, MARKDOWN or JUNIT; this format is unknown"));
  }
  response->set_schema(std::string(kReportSchema));
  response->set_verdict(ToProto(document.Worst()));
  return grpc::Status::OK;
}

grpc::Status AdminReportService::Gate(grpc::ServerContext* context, const v1::GateRequest* request,
                                      v1::GateResponse* response) {
  absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Gate");
  if (!caller.ok()) return ToGrpc(caller.status());
  const absl::StatusOr<Duration> wait = WaitOf(*request);
  if (!wait.ok()) return ToGrpc(wait.status());
  const GateQuery query{request->route(), request->candidate(), request->candidate_version()};
  for (const std::string& name : {query.route, query.candidate, query.candidate_version}) {
    if (const absl::Status named = CheckName("name in a gate", name); !named.ok()) {
      return ToGrpc(named);
    }
  }
  const bool waits = *wait > Duration::zero();
  const std::optional<CallQuota::Place> place = waits ? waiting_.Take() : std::nullopt;
  if (waits && !place.has_value()) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            fmt::format("{} gates are waiting, which is the limit; ask without waiting",
                        waiting_.limit())};
  }
  const SteadyTime until = clock_.steady() + *wait;
  std::shared_ptr<const ControlView> view = rollouts_.Read();
  while (true) {
    const WallTime now = clock_.wall();
    const GateAnswer answer = DecideGate(*view, query, now);
    const Duration left = until - clock_.steady();
    if (answer.settled || left <= Duration::zero()) {
      *response = Respond(*view, query, answer, now);
      response->set_wait_expired(waits && !answer.settled);
      return grpc::Status::OK;
    }
    if (context->IsCancelled()) return {grpc::StatusCode::CANCELLED, "the caller left"};
    if (stopping_.load()) return ToGrpc(Unavailable("the proxy is shutting down"));
    view = rollouts_.WaitNewer(view->version, std::min(left, kLook));
    // A token that is taken away ends what it began.
    caller = guard_.Admit(*context, kService, "Gate");
    if (!caller.ok()) return ToGrpc(caller.status());
  }
}

grpc::Status AdminReportService::Explain(grpc::ServerContext* context,
                                         const v1::ExplainRolloutRequest* request,
                                         v1::ExplainRolloutResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Explain");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  if (view->FindRoute(request->route()) == nullptr) {
    return ToGrpc(RouteUnknown(*view, request->route()));
  }
  if (!request->candidate().empty()) {
    const auto name = CandidateName(*view, request->route(), request->candidate());
    if (!name.ok()) return ToGrpc(name.status());
  }
  const WallTime now = clock_.wall();
  for (const CandidateView& candidate : view->candidates) {
    if (candidate.route != request->route()) continue;
    if (!request->candidate().empty() && candidate.candidate != request->candidate()) continue;
    *response->add_explanations() = ToProto(understudy::Explain(*view, candidate, now));
  }
  return grpc::Status::OK;
}

}  // namespace understudy
