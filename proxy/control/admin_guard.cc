// Reads the call's metadata and the connection's certificate, decides, keeps account.
#include "proxy/control/admin_guard.h"

#include <fmt/format.h>
#include <grpc/grpc_security_constants.h>

#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

constexpr std::string_view kAuthorization = "authorization";

std::string Text(const grpc::string_ref& text) { return {text.data(), text.size()}; }

std::vector<std::string> Properties(const grpc::AuthContext& connection, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : connection.FindPropertyValues(name)) {
    values.push_back(Text(value));
  }
  return values;
}

std::map<std::string, AdminRole> RolesOf(const AdminConfig& config) {
  std::map<std::string, AdminRole> roles;
  for (const auto& [name, word] : config.certificate_roles) {
    // The configuration has no other words.
    if (const std::optional<AdminRole> role = ParseAdminRole(word)) roles.emplace(name, *role);
  }
  return roles;
}

}  // namespace

AdminCredentials CredentialsOf(const grpc::ServerContextBase& context) {
  AdminCredentials credentials;
  const auto [first, last] = context.client_metadata().equal_range(
      grpc::string_ref(kAuthorization.data(), kAuthorization.size()));
  for (auto at = first; at != last; ++at) credentials.authorization.push_back(Text(at->second));
  const std::shared_ptr<const grpc::AuthContext> connection = context.auth_context();
  if (connection == nullptr) return credentials;
  // Without a certificate of the client's there is no such property.
  credentials.certificate = !Properties(*connection, GRPC_X509_PEM_CERT_PROPERTY_NAME).empty();
  if (!credentials.certificate) return credentials;
  const std::vector<std::string> common = Properties(*connection, GRPC_X509_CN_PROPERTY_NAME);
  if (!common.empty()) credentials.common_name = common.front();
  for (const char* kind : {GRPC_PEER_DNS_PROPERTY_NAME, GRPC_PEER_URI_PROPERTY_NAME}) {
    for (std::string& name : Properties(*connection, kind)) {
      credentials.alternative_names.push_back(std::move(name));
    }
  }
  return credentials;
}

AdminGuard::AdminGuard(AdminAccessRules rules, std::unique_ptr<TokenFile> tokens,
                       std::function<SteadyTime()> now, AdminDenials& denials)
    : rules_(std::move(rules)),
      tokens_(std::move(tokens)),
      now_(std::move(now)),
      denials_(denials) {}

absl::StatusOr<std::unique_ptr<AdminGuard>> AdminGuard::Make(const AdminConfig& config,
                                                             std::function<SteadyTime()> now,
                                                             AdminDenials& denials) {
  AdminAccessRules rules;
  rules.certificates = config.tls.has_value() && !config.tls->client_ca.empty();
  rules.certificate_roles = RolesOf(config);
  std::unique_ptr<TokenFile> file;
  if (!config.tokens.empty()) {
    ASSIGN_OR_RETURN(file, TokenFile::Open(config.tokens));
  }
  return std::unique_ptr<AdminGuard>(
      new AdminGuard(std::move(rules), std::move(file), std::move(now), denials));
}

absl::StatusOr<AdminCaller> AdminGuard::Admit(const grpc::ServerContextBase& context,
                                              std::string_view service, std::string_view method) {
  AdminAccessRules rules = rules_;
  const TokenFile::Tokens tokens = tokens_ != nullptr ? tokens_->Present() : nullptr;
  rules.tokens = tokens.get();
  AdminIdentity identity = WhoAsks(CredentialsOf(context), rules);
  if (identity.denial) {
    Record(*identity.denial, context, method, identity.sentence);
    return absl::UnauthenticatedError(ToAbsl(identity.sentence));
  }
  const AdminCallRole* const call = FindCallRole(service, method);
  if (call == nullptr) return Internal(fmt::format("{} has no role", method));
  RETURN_IF_ERROR(Need(context, identity.caller, call->least, method));
  return std::move(identity.caller);
}

absl::Status AdminGuard::Need(const grpc::ServerContextBase& context, const AdminCaller& caller,
                              AdminRole least, std::string_view what) {
  absl::Status status = NeedRole(caller, least, what);
  if (!status.ok()) Record(AdminDenial::kRoleTooLow, context, what, Message(status));
  return status;
}

void AdminGuard::Record(AdminDenial denial, const grpc::ServerContextBase& context,
                        std::string_view call, std::string_view sentence) {
  const std::optional<std::uint64_t> left_out = denials_.Add(denial, now_());
  if (!left_out) return;
  spdlog::warn(
      "admin API: refused {} to {} ({}): {}{}", call, context.peer(), ToString(denial), sentence,
      *left_out == 0 ? ""
                     : fmt::format("; {} refusals before this one are not in the log", *left_out));
}

}  // namespace understudy
