// The table.
#include "proxy/control/admin_roles.h"

#include <array>

namespace understudy {
namespace {

using enum AdminRole;

constexpr std::string_view kRollouts = "understudy.v1.RolloutService";
constexpr std::string_view kReports = "understudy.v1.ReportService";
constexpr std::string_view kTraffic = "understudy.v1.TrafficService";
constexpr std::string_view kConfig = "understudy.v1.ConfigService";

// What takes traffic away needs less than what gives it: at night, who is on call must be able to.
constexpr AdminCallRole kTable[] = {
    {kRollouts, "Get", kViewer},
    {kRollouts, "List", kViewer},
    {kRollouts, "Watch", kViewer},
    {kRollouts, "Create", kOperator},  // approver: of a version that was rolled back before
    {kRollouts, "Start", kOperator},
    {kRollouts, "Hold", kOperator},
    {kRollouts, "Resume", kOperator},
    {kRollouts, "RollBack", kOperator},
    {kRollouts, "Cancel", kOperator},
    {kRollouts, "SetWeight", kOperator},  // approver: to raise it
    {kRollouts, "Kill", kOperator},
    {kRollouts, "Freeze", kOperator},
    {kRollouts, "Approve", kApprover},
    {kRollouts, "Advance", kApprover},
    {kRollouts, "Promote", kApprover},
    {kRollouts, "Unkill", kApprover},
    {kRollouts, "Unfreeze", kApprover},
    {kReports, "GetReport", kViewer},
    {kReports, "Gate", kViewer},
    {kReports, "Explain", kViewer},
    {kTraffic, "ListRoutes", kViewer},
    {kTraffic, "GetRoute", kViewer},
    {kTraffic, "ExplainRequest", kViewer},
    {kTraffic, "ListDivergences", kViewer},
    {kTraffic, "GetDivergence", kViewer},  // operator: with what clients wrote and got
    {kConfig, "Get", kViewer},
    {kConfig, "Check", kViewer},  // admin: of a text with values of the server's machine
    {kConfig, "Reload", kAdmin},
    {"grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo", kViewer},
};

constexpr std::array<std::string_view, 4> kWords = {"viewer", "operator", "approver", "admin"};

}  // namespace

std::string_view ToString(AdminRole role) { return kWords[static_cast<std::size_t>(role)]; }

std::optional<AdminRole> ParseAdminRole(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<AdminRole>(i);
  }
  return std::nullopt;
}

std::span<const AdminCallRole> AdminCallRoles() { return kTable; }

const AdminCallRole* FindCallRole(std::string_view service, std::string_view method) {
  for (const AdminCallRole& call : kTable) {
    if (call.service == service && call.method == method) return &call;
  }
  return nullptr;
}

}  // namespace understudy
