// Commands of the admin API, checked and made into the model's.
//
// Threads: pure functions.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "proxy/control/admin_access.h"
#include "proxy/model/rollout.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

inline constexpr std::size_t kActorBytes = 128;
inline constexpr std::size_t kReasonBytes = 1024;
inline constexpr std::size_t kNameBytes = 256;  // of routes, candidates, plans, ids

// Who acts, as the journal has it: see ActorText(). The client's own claim is the name in the
// request, or else the metadata `x-understudy-actor`. INVALID_ARGUMENT when it is too long or has
// control characters.
absl::StatusOr<std::string> ActorOf(const AdminCaller& caller, const grpc::ServerContext& context,
                                    const std::string& in_request);

// What all commands share. INVALID_ARGUMENT: an override without a reason, a text that is too long
// or has control characters.
absl::StatusOr<Command> MakeCommand(CommandKind kind, const AdminCaller& caller,
                                    const grpc::ServerContext& context,
                                    const v1::RolloutRef& target,
                                    const v1::CommandOptions& options);

// Percent to parts per million. INVALID_ARGUMENT unless 0..100.
absl::StatusOr<std::uint32_t> WeightPpm(double weight_percent);

// A name from outside: at most kNameBytes and no control characters. `what` names it in the error.
absl::Status CheckName(std::string_view what, std::string_view name);

}  // namespace understudy
