// The table of roles against the services there are.
#include <google/protobuf/descriptor.h>

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "proxy/control/admin_roles.h"
#include "test/support/temporary_directory.h"
#include "understudy/v1/config_service.pb.h"
#include "understudy/v1/report.pb.h"
#include "understudy/v1/rollout.pb.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {
namespace {

std::vector<const google::protobuf::ServiceDescriptor*> Services() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const google::protobuf::FileDescriptor* file :
       {v1::RolloutRef::descriptor()->file(), v1::GetReportRequest::descriptor()->file(),
        v1::ListRoutesRequest::descriptor()->file(), v1::GetConfigRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

AdminRole LeastOf(std::string_view method) {
  const AdminCallRole* call = FindCallRole("understudy.v1.RolloutService", method);
  REQUIRE(call != nullptr);
  return call->least;
}

TEST_CASE("every call of the services has a role, and every role is of a call") {
  std::set<std::string> calls = {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
  CHECK(Services().size() == 4);
  for (const auto* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& method = service->method(i)->name();
      CAPTURE(service->full_name(), method);
      CHECK(FindCallRole(service->full_name(), method) != nullptr);
      calls.insert(service->full_name() + "/" + method);
    }
  }
  for (const AdminCallRole& call : AdminCallRoles()) {
    CAPTURE(call.service, call.method);
    CHECK(calls.erase(std::string(call.service) + "/" + std::string(call.method)) == 1);
  }
  CHECK(calls.empty());
}

// The calls of a role's row in the document: "`Service` Method, Method; `Service` ...".
std::set<std::string> CallsOfRow(const std::string& row) {
  std::set<std::string> calls;
  static const std::regex kGroup("`(\\w+)` ([\\w, ]+)");
  static const std::regex kMethod("\\w+");
  for (std::sregex_iterator group(row.begin(), row.end(), kGroup), end; group != end; ++group) {
    const std::string methods = (*group)[2];
    for (std::sregex_iterator method(methods.begin(), methods.end(), kMethod); method != end;
         ++method) {
      calls.insert((*group)[1].str() + "/" + method->str());
    }
  }
  return calls;
}

TEST_CASE("docs/admin-security.md has the same table") {
  const std::string text = ReadWholeFile(UNDERSTUDY_SOURCE_DIR "/docs/admin-security.md");
  for (const AdminRole role :
       {AdminRole::kViewer, AdminRole::kOperator, AdminRole::kApprover, AdminRole::kAdmin}) {
    std::set<std::string> expected;
    for (const AdminCallRole& call : AdminCallRoles()) {
      const std::string service(call.service.substr(call.service.rfind('.') + 1));
      if (call.least == role) expected.insert(service + "/" + std::string(call.method));
    }
    const std::size_t at = text.find("\n| " + std::string(ToString(role)) + " |");
    REQUIRE(at != std::string::npos);
    CHECK(CallsOfRow(text.substr(at + 1, text.find('\n', at + 1) - at - 1)) == expected);
  }
}

TEST_CASE("taking traffic away needs less than giving it") {
  for (const char* down : {"RollBack", "Hold", "Kill", "Freeze", "Cancel"}) {
    CHECK(LeastOf(down) == AdminRole::kOperator);
  }
  for (const char* up : {"Promote", "Advance", "Approve", "Unkill", "Unfreeze"}) {
    CHECK(LeastOf(up) == AdminRole::kApprover);
  }
}

TEST_CASE("what only looks needs a viewer, and the configuration an admin") {
  CHECK(LeastOf("Get") == AdminRole::kViewer);
  CHECK(LeastOf("Watch") == AdminRole::kViewer);
  CHECK(FindCallRole("understudy.v1.ReportService", "Gate")->least == AdminRole::kViewer);
  CHECK(FindCallRole("understudy.v1.ConfigService", "Reload")->least == AdminRole::kAdmin);
  CHECK(FindCallRole("understudy.v1.ConfigService", "Delete") == nullptr);
}

TEST_CASE("roles are read as they are written") {
  for (const AdminRole role :
       {AdminRole::kViewer, AdminRole::kOperator, AdminRole::kApprover, AdminRole::kAdmin}) {
    CHECK(ParseAdminRole(ToString(role)) == role);
  }
  CHECK_FALSE(ParseAdminRole("Admin").has_value());
  CHECK_FALSE(ParseAdminRole("").has_value());
}

}  // namespace
}  // namespace understudy
