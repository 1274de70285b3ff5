// Who asks, and whether they may: decided from what a call came with.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/control/admin_roles.h"
#include "proxy/control/admin_tokens.h"

namespace understudy {

// Who asks. Where nobody is asked who they are, everybody is an admin without a name.
struct AdminCaller {
  bool authenticated = false;
  std::string name;  // of the token, or of the certificate; printable
  AdminRole role = AdminRole::kAdmin;
};

// What a call came with.
struct AdminCredentials {
  std::vector<std::string> authorization;  // the values of that metadata
  bool certificate = false;                // one that the handshake has verified
  std::string common_name;
  std::vector<std::string> alternative_names;  // DNS names and URIs
};

// What the configuration asks for.
struct AdminAccessRules {
  const std::vector<AdminToken>* tokens = nullptr;  // null: none are given out
  bool certificates = false;                        // `tls.client_ca` is there
  std::map<std::string, AdminRole> certificate_roles;
};

enum class AdminDenial {
  kNoCredentials,   // neither a token nor a certificate
  kMalformedToken,  // `authorization` is not one bearer token
  kUnknownToken,    // no token of the file
  kRoleTooLow,      // known, and may not do this
};
inline constexpr int kAdminDenials = 4;
std::string_view ToString(AdminDenial denial);  // "no_credentials", ...; the metric's label

// Who asks, or why nobody is answered.
struct AdminIdentity {
  std::optional<AdminDenial> denial;
  AdminCaller caller;    // without a denial
  std::string sentence;  // with one: what to do
};

// A token goes before a certificate: who sends one means to be that one, and a wrong one is refused
// even where the certificate would do.
AdminIdentity WhoAsks(const AdminCredentials& credentials, const AdminAccessRules& rules);

// OK, or PERMISSION_DENIED with the role that `what` needs and the one the caller has.
absl::Status NeedRole(const AdminCaller& caller, AdminRole least, std::string_view what);

// "operator:<name>" of who acts, as the journal has it. What a client calls itself is believed
// where nobody is asked who they are; an authenticated name stands before it: "operator:ci (claims
// ada)". At most kActorTextBytes.
std::string ActorText(const AdminCaller& caller, std::string_view claimed);
inline constexpr std::size_t kActorTextBytes = 128;

}  // namespace understudy
