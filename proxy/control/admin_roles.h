// Who may do what on the admin API: four roles, each with all that the ones before it may, and the
// least role of every call.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace understudy {

enum class AdminRole {
  kViewer,    // looks
  kOperator,  // begins rollouts, holds and takes back
  kApprover,  // gives a candidate more traffic
  kAdmin,     // changes the configuration
};

std::string_view ToString(AdminRole role);
std::optional<AdminRole> ParseAdminRole(std::string_view word);

// The least role of a call. What a call asks for may need a higher one: see RoleOfCommand().
struct AdminCallRole {
  std::string_view service;  // "understudy.v1.RolloutService"
  std::string_view method;   // "Promote"
  AdminRole least;
};

// Every call that is not open to all. What is not in it nobody may call.
std::span<const AdminCallRole> AdminCallRoles();

// Null for a call that is not in the table.
const AdminCallRole* FindCallRole(std::string_view service, std::string_view method);

}  // namespace understudy
