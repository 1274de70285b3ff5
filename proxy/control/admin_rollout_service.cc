// The commands and look-ups; the watch stream is in admin_watch.cc.
#include "proxy/control/admin_rollout_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/base/status.h"
#include "proxy/control/admin_command.h"
#include "proxy/control/admin_convert.h"
#include "proxy/control/admin_picture.h"
#include "proxy/control/admin_status.h"
#include "proxy/control/admin_target.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

constexpr std::uint32_t kDefaultPage = 50;
constexpr std::uint32_t kLargestPage = 500;

std::string Outcome(const Command& command, const RolloutState& rollout) {
  std::string text = fmt::format(
      "{}{}: rollout {} of {} on {} is {} at {}",
      command.dry_run ? "dry run, nothing changed; after " : "", ToString(command.kind), rollout.id,
      rollout.candidate, rollout.route, ToString(rollout.phase), WeightText(rollout.weight_ppm));
  for (const understudy::Hold hold : rollout.holds.All()) {
    text += fmt::format(", held: {}", ToString(hold));
  }
  return text;
}

// What is to be known of a version that was rolled back before; empty for others.
std::string EarlierVerdict(const ControlView& view, const v1::Rollout& created) {
  for (const Quarantine& entry : view.quarantine) {
    if (entry.route != created.route() || entry.candidate_version != created.candidate_version()) {
      continue;
    }
    return fmt::format(
        "; version {} was rolled back before by rollout {} ({}): `understudyctl report --rollout "
        "{}` shows its verdict",
        entry.candidate_version, entry.rollout_id, entry.reason, entry.rollout_id);
  }
  return "";
}

}  // namespace

grpc::Status AdminRolloutService::Apply(const Command& command, CommandResponse* response) {
  const absl::StatusOr<RolloutState> after = rollouts_.Apply(command);
  if (!after.ok()) return ToGrpc(after.status());
  *response->mutable_rollout() = ToProto(*after);
  response->set_dry_run(command.dry_run);
  response->set_sentence(Outcome(command, *after));
  return grpc::Status::OK;
}

grpc::Status AdminRolloutService::Run(CommandKind kind, std::string_view method,
                                      const Context& context, const CommandRequest& request,
                                      CommandResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(context, kService, method);
  if (!caller.ok()) return ToGrpc(caller.status());
  const v1::RolloutRef& target = request.rollout();
  if (target.id().empty() && target.route().empty()) {
    return ToGrpc(InvalidArgument(
        fmt::format("{} needs a rollout: its id, or a route (and candidate)", ToString(kind))));
  }
  const absl::StatusOr<Command> command =
      MakeCommand(kind, *caller, context, target, request.options());
  return command.ok() ? Apply(*command, response) : ToGrpc(command.status());
}

grpc::Status AdminRolloutService::Create(Context* context, const v1::CreateRolloutRequest* request,
                                         CommandResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Create");
  if (!caller.ok()) return ToGrpc(caller.status());
  if (request->unquarantine()) {
    const absl::Status may = guard_.Need(*context, *caller, AdminRole::kApprover,
                                         "Create of a version that was rolled back before");
    if (!may.ok()) return ToGrpc(may);
  }
  v1::RolloutRef target;
  target.set_route(request->route());
  target.set_candidate(request->candidate());
  absl::StatusOr<Command> command =
      MakeCommand(CommandKind::kCreate, *caller, *context, target, request->options());
  if (!command.ok()) return ToGrpc(command.status());
  if (const absl::Status named = CheckName("plan", request->plan()); !named.ok()) {
    return ToGrpc(named);
  }
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  const absl::StatusOr<std::string> candidate =
      CandidateName(*view, request->route(), request->candidate());
  if (!candidate.ok()) return ToGrpc(candidate.status());
  command->candidate = *candidate;
  command->plan = request->plan();
  command->unquarantine = request->unquarantine();
  command->start = request->start();
  const grpc::Status created = Apply(*command, response);
  const std::string earlier = EarlierVerdict(*view, response->rollout());
  if (created.ok()) response->set_sentence(response->sentence() + earlier);
  if (!created.ok() || !request->start() || command->dry_run) return created;

  command->kind = CommandKind::kStart;
  command->rollout = response->rollout().id();
  command->if_generation.reset();  // it was about the rollout before this one
  const grpc::Status started = Apply(*command, response);
  if (started.ok()) response->set_sentence(response->sentence() + earlier);
  if (started.ok()) return started;
  return {started.error_code(), fmt::format("rollout {} is created but not started: {}",
                                            command->rollout, started.error_message())};
}

grpc::Status AdminRolloutService::SetWeight(Context* context, const v1::SetWeightRequest* request,
                                            CommandResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "SetWeight");
  if (!caller.ok()) return ToGrpc(caller.status());
  const absl::StatusOr<std::uint32_t> weight = WeightPpm(request->weight_percent());
  if (!weight.ok()) return ToGrpc(weight.status());
  // Without an override a weight can only be lowered.
  if (request->options().override_verdict() && *weight > 0) {
    const absl::Status may =
        guard_.Need(*context, *caller, AdminRole::kApprover, "SetWeight with an override");
    if (!may.ok()) return ToGrpc(may);
  }
  if (request->rollout().id().empty() && request->rollout().route().empty()) {
    return ToGrpc(
        InvalidArgument("set-weight needs a rollout: its id, or a route (and candidate)"));
  }
  absl::StatusOr<Command> command = MakeCommand(CommandKind::kSetWeight, *caller, *context,
                                                request->rollout(), request->options());
  if (!command.ok()) return ToGrpc(command.status());
  command->weight_ppm = *weight;
  return Apply(*command, response);
}

grpc::Status AdminRolloutService::Switch(CommandKind kind, std::string_view method,
                                         const Context& context, const SwitchRequest& request,
                                         SwitchResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(context, kService, method);
  if (!caller.ok()) return ToGrpc(caller.status());
  v1::RolloutRef target;
  target.set_route(request.route());
  const absl::StatusOr<Command> command =
      MakeCommand(kind, *caller, context, target, request.options());
  if (!command.ok()) return ToGrpc(command.status());
  // Nothing is asked of the picture first: killing must work whatever state it is in.
  const absl::StatusOr<RolloutState> after = rollouts_.Apply(*command);
  if (!after.ok()) return ToGrpc(after.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  for (const RouteView& route : view->routes) {
    if (!request.route().empty() && route.name != request.route()) continue;
    *response->add_routes() = ToProto(route, *view);
  }
  response->set_dry_run(command->dry_run);
  response->set_sentence(fmt::format(
      "{}{}: {}", command->dry_run ? "dry run, nothing changed; would " : "", ToString(kind),
      request.route().empty() ? "all routes" : "route " + request.route()));
  return grpc::Status::OK;
}

grpc::Status AdminRolloutService::Get(Context* context, const v1::GetRolloutRequest* request,
                                      v1::GetRolloutResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Get");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  const absl::StatusOr<AdminTarget> target = FindTarget(*view, request->rollout());
  if (!target.ok()) return ToGrpc(target.status());
  *response = PictureOf(*view, *target, clock_.wall());
  return grpc::Status::OK;
}

grpc::Status AdminRolloutService::List(Context* context, const v1::ListRolloutsRequest* request,
                                       v1::ListRolloutsResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "List");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::shared_ptr<const ControlView> view = rollouts_.Read();
  const std::uint32_t asked = request->page_size() == 0 ? kDefaultPage : request->page_size();
  const std::uint32_t page = std::min(asked, kLargestPage);
  for (const RolloutState& rollout : view->rollouts) {
    if (!request->route().empty() && rollout.route != request->route()) continue;
    if (!request->candidate().empty() && rollout.candidate != request->candidate()) continue;
    if (request->active_only() && IsTerminal(rollout.phase)) continue;
    if (static_cast<std::uint32_t>(response->rollouts_size()) == page) {
      response->set_more(true);
      break;
    }
    *response->add_rollouts() = ToProto(rollout);
  }
  for (const Quarantine& entry : view->quarantine) {
    if (!request->route().empty() && entry.route != request->route()) continue;
    if (static_cast<std::uint32_t>(response->quarantine_size()) == kLargestPage) break;
    *response->add_quarantine() = ToProto(entry);
  }
  return grpc::Status::OK;
}

grpc::Status AdminRolloutService::Start(Context* context, const CommandRequest* request,
                                        CommandResponse* response) {
  return Run(CommandKind::kStart, "Start", *context, *request, response);
}

grpc::Status AdminRolloutService::Hold(Context* context, const CommandRequest* request,
                                       CommandResponse* response) {
  return Run(CommandKind::kHold, "Hold", *context, *request, response);
}

grpc::Status AdminRolloutService::Resume(Context* context, const CommandRequest* request,
                                         CommandResponse* response) {
  return Run(CommandKind::kResume, "Resume", *context, *request, response);
}

grpc::Status AdminRolloutService::Approve(Context* context, const CommandRequest* request,
                                          CommandResponse* response) {
  return Run(CommandKind::kApprove, "Approve", *context, *request, response);
}

grpc::Status AdminRolloutService::Advance(Context* context, const CommandRequest* request,
                                          CommandResponse* response) {
  return Run(CommandKind::kAdvance, "Advance", *context, *request, response);
}

grpc::Status AdminRolloutService::RollBack(Context* context, const CommandRequest* request,
                                           CommandResponse* response) {
  return Run(CommandKind::kRollBack, "RollBack", *context, *request, response);
}

grpc::Status AdminRolloutService::Promote(Context* context, const CommandRequest* request,
                                          CommandResponse* response) {
  return Run(CommandKind::kPromote, "Promote", *context, *request, response);
}

grpc::Status AdminRolloutService::Cancel(Context* context, const CommandRequest* request,
                                         CommandResponse* response) {
  return Run(CommandKind::kCancel, "Cancel", *context, *request, response);
}

grpc::Status AdminRolloutService::Kill(Context* context, const SwitchRequest* request,
                                       SwitchResponse* response) {
  return Switch(CommandKind::kKill, "Kill", *context, *request, response);
}

grpc::Status AdminRolloutService::Unkill(Context* context, const SwitchRequest* request,
                                         SwitchResponse* response) {
  return Switch(CommandKind::kUnkill, "Unkill", *context, *request, response);
}

grpc::Status AdminRolloutService::Freeze(Context* context, const SwitchRequest* request,
                                         SwitchResponse* response) {
  return Switch(CommandKind::kFreeze, "Freeze", *context, *request, response);
}

grpc::Status AdminRolloutService::Unfreeze(Context* context, const SwitchRequest* request,
                                           SwitchResponse* response) {
  return Switch(CommandKind::kUnfreeze, "Unfreeze", *context, *request, response);
}

}  // namespace understudy
