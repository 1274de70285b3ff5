// The one who is asked before every call of the admin API: who is it, and may they?
//
// Threads: any. Ownership: the denials are borrowed. Invariant: no token is kept, logged or
// sent back.
#pragma once

#include <grpcpp/server_context.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/control/admin_access.h"
#include "proxy/control/admin_denials.h"
#include "proxy/control/admin_tokens.h"
#include "proxy/model/topology.h"

namespace understudy {

class AdminGuard {
 public:
  // INVALID_ARGUMENT with a line for each fault of the file of tokens.
  static absl::StatusOr<std::unique_ptr<AdminGuard>> Make(const AdminConfig& config,
                                                          std::function<SteadyTime()> now,
                                                          AdminDenials& denials);

  // Who calls, when they have the call's least role. UNAUTHENTICATED or PERMISSION_DENIED with a
  // sentence otherwise, which is counted and logged.
  absl::StatusOr<AdminCaller> Admit(const grpc::ServerContextBase& context,
                                    std::string_view service, std::string_view method);

  // For what needs more than the call's least role; `what` begins the sentence. A refusal is
  // counted and logged.
  absl::Status Need(const grpc::ServerContextBase& context, const AdminCaller& caller,
                    AdminRole least, std::string_view what);

 private:
  AdminGuard(AdminAccessRules rules, std::unique_ptr<TokenFile> tokens,
             std::function<SteadyTime()> now, AdminDenials& denials);
  void Record(AdminDenial denial, const grpc::ServerContextBase& context, std::string_view call,
              std::string_view sentence);

  const AdminAccessRules rules_;  // without the tokens, which change
  const std::unique_ptr<TokenFile> tokens_;
  const std::function<SteadyTime()> now_;
  AdminDenials& denials_;
};

// What a call came with.
AdminCredentials CredentialsOf(const grpc::ServerContextBase& context);

}  // namespace understudy
