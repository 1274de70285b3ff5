// Checks every text and number of a command before it goes anywhere.
#include "proxy/control/admin_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "proxy/base/status.h"

namespace understudy {
namespace {

absl::Status CheckText(std::string_view what, std::string_view text, std::size_t limit) {
  if (text.size() > limit) {
    return InvalidArgument(
        fmt::format("the {} has {} bytes; at most {} are allowed", what, text.size(), limit));
  }
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (control) {
    return InvalidArgument(
        fmt::format("the {} has control characters (a line break?); write it in one line", what));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckName(std::string_view what, std::string_view name) {
  return CheckText(what, name, kNameBytes);
}

absl::StatusOr<std::string> ActorOf(const AdminCaller& caller, const grpc::ServerContext& context,
                                    const std::string& in_request) {
  std::string name = in_request;
  if (name.empty()) {
    const auto found = context.client_metadata().find("x-understudy-actor");
    if (found != context.client_metadata().end()) {
      name.assign(found->second.data(), found->second.size());
    }
  }
  RETURN_IF_ERROR(CheckText("actor", name, kActorBytes));
  return ActorText(caller, name);
}

absl::StatusOr<Command> MakeCommand(CommandKind kind, const AdminCaller& caller,
                                    const grpc::ServerContext& context,
                                    const v1::RolloutRef& target,
                                    const v1::CommandOptions& options) {
  Command command;
  command.kind = kind;
  RETURN_IF_ERROR(CheckName("rollout's id", target.id()));
  RETURN_IF_ERROR(CheckName("route", target.route()));
  RETURN_IF_ERROR(CheckName("candidate", target.candidate()));
  RETURN_IF_ERROR(CheckText("reason", options.reason(), kReasonBytes));
  ASSIGN_OR_RETURN(command.actor, ActorOf(caller, context, options.actor()));
  if (options.override_verdict() && options.reason().empty()) {
    return InvalidArgument(
        "an override needs a reason: it is recorded and shown in every later report");
  }
  command.rollout = target.id();
  command.route = target.route();
  command.candidate = target.candidate();
  command.reason = options.reason();
  command.override_verdict = options.override_verdict();
  command.dry_run = options.dry_run();
  if (options.has_if_generation()) command.if_generation = options.if_generation();
  return command;
}

absl::StatusOr<std::uint32_t> WeightPpm(double weight_percent) {
  if (!(weight_percent >= 0 && weight_percent <= 100)) {
    return InvalidArgument(fmt::format("a weight is 0 to 100 percent, not {}", weight_percent));
  }
  const double parts = weight_percent * 1e4;
  if (std::fabs(parts - std::round(parts)) > 1e-6) {
    return InvalidArgument(
        fmt::format("weights have steps of 0.0001 percent, which {} is not", weight_percent));
  }
  return static_cast<std::uint32_t>(std::llround(parts));
}

}  // namespace understudy
