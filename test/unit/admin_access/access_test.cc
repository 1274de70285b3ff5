// Who asks, and what they are told.
#include <catch2/catch.hpp>

#include "proxy/base/status.h"
#include "proxy/control/admin_access.h"

namespace understudy {
namespace {

using Catch::Contains;

const std::vector<AdminToken>& Tokens() {
  static const std::vector<AdminToken> tokens = {
      {"ci", AdminRole::kViewer, DigestOfToken("ci-token")},
      {"ada", AdminRole::kApprover, DigestOfToken("ada-token")}};
  return tokens;
}

AdminAccessRules ByTokens() { return {&Tokens(), false, {}}; }
AdminAccessRules ByCertificates() {
  return {nullptr,
          true,
          {{"spiffe://team/ci", AdminRole::kOperator},
           {"deploy.example", AdminRole::kApprover},
           {"root", AdminRole::kAdmin}}};
}
AdminAccessRules ByEither() {
  AdminAccessRules rules = ByCertificates();
  rules.tokens = &Tokens();
  return rules;
}

AdminCredentials Bearer(const std::string& value) { return {{value}, false, "", {}}; }
AdminCredentials Shown(const std::string& common_name, std::vector<std::string> names = {}) {
  return {{}, true, common_name, std::move(names)};
}

TEST_CASE("where nobody is asked who they are, everybody is an admin without a name") {
  for (const AdminCredentials& credentials : {AdminCredentials(), Bearer("Bearer x")}) {
    const AdminIdentity identity = WhoAsks(credentials, {});
    CHECK_FALSE(identity.denial.has_value());
    CHECK_FALSE(identity.caller.authenticated);
    CHECK(identity.caller.role == AdminRole::kAdmin);
  }
}

TEST_CASE("a token's entry says who asks") {
  for (const char* value : {"Bearer ada-token", "bearer ada-token", "BEARER ada-token"}) {
    const AdminIdentity identity = WhoAsks(Bearer(value), ByTokens());
    CHECK_FALSE(identity.denial.has_value());
    CHECK(identity.caller.authenticated);
    CHECK(identity.caller.name == "ada");
    CHECK(identity.caller.role == AdminRole::kApprover);
  }
}

TEST_CASE("without a token nobody is answered, and is told what to do") {
  const AdminIdentity identity = WhoAsks({}, ByTokens());
  CHECK(identity.denial == AdminDenial::kNoCredentials);
  CHECK_THAT(identity.sentence, Contains("send a token") && Contains("--token-file"));
  // A certificate that nobody has verified says nothing.
  CHECK(WhoAsks(Shown("root"), ByTokens()).denial == AdminDenial::kNoCredentials);
}

TEST_CASE("a token that is not known, or not one, is refused and not repeated") {
  const AdminIdentity unknown = WhoAsks(Bearer("Bearer guessed-token"), ByTokens());
  CHECK(unknown.denial == AdminDenial::kUnknownToken);
  CHECK_THAT(unknown.sentence, !Contains("guessed-token"));
  for (const char* value : {"ada-token", "Basic YWRhOnRva2Vu", "Bearer ", "Bearer", "",
                            "Bearer ada-token ada-token", "Bearer  ada-token"}) {
    const AdminIdentity malformed = WhoAsks(Bearer(value), ByTokens());
    CAPTURE(value);
    CHECK(malformed.denial == AdminDenial::kMalformedToken);
    CHECK_THAT(malformed.sentence, !Contains("ada-token"));
  }
  const AdminCredentials twice{{"Bearer ada-token", "Bearer ada-token"}, false, "", {}};
  CHECK(WhoAsks(twice, ByTokens()).denial == AdminDenial::kMalformedToken);
}

TEST_CASE("a certificate has the role of its name, the highest of several") {
  AdminIdentity identity = WhoAsks(Shown("root"), ByCertificates());
  CHECK(identity.caller.name == "root");
  CHECK(identity.caller.role == AdminRole::kAdmin);
  identity = WhoAsks(Shown("x", {"deploy.example", "spiffe://team/ci"}), ByCertificates());
  CHECK(identity.caller.name == "deploy.example");
  CHECK(identity.caller.role == AdminRole::kApprover);
  identity = WhoAsks(Shown("", {"spiffe://team/ci"}), ByCertificates());
  CHECK(identity.caller.role == AdminRole::kOperator);
}

TEST_CASE("a certificate that is not listed is a viewer's") {
  AdminIdentity identity = WhoAsks(Shown("someone", {"a.example"}), ByCertificates());
  CHECK(identity.caller.authenticated);
  CHECK(identity.caller.name == "someone");
  CHECK(identity.caller.role == AdminRole::kViewer);
  CHECK(WhoAsks(Shown(""), ByCertificates()).caller.name == "a certificate without a name");
  // A name with a NUL in it is another name.
  identity = WhoAsks(Shown(std::string("root\0.example", 13)), ByCertificates());
  CHECK(identity.caller.role == AdminRole::kViewer);
  CHECK(identity.caller.name == "root?.example");
}

TEST_CASE("one of token and certificate is enough, and a wrong token is refused with either") {
  CHECK(WhoAsks(Bearer("Bearer ci-token"), ByEither()).caller.name == "ci");
  CHECK(WhoAsks(Shown("root"), ByEither()).caller.name == "root");
  AdminCredentials both = Shown("root");
  both.authorization = {"Bearer ci-token"};
  CHECK(WhoAsks(both, ByEither()).caller.name == "ci");
  both.authorization = {"Bearer wrong"};
  CHECK(WhoAsks(both, ByEither()).denial == AdminDenial::kUnknownToken);
  CHECK_THAT(WhoAsks({}, ByEither()).sentence, Contains("--token-file") && Contains("--tls-cert"));
}

TEST_CASE("a role too low is named with the one that is needed") {
  const AdminCaller ci{true, "ci", AdminRole::kViewer};
  const absl::Status status = NeedRole(ci, AdminRole::kApprover, "Promote");
  CHECK(status.code() == absl::StatusCode::kPermissionDenied);
  CHECK(Message(status) == "Promote needs the role approver; 'ci' has the role viewer");
  CHECK(NeedRole(ci, AdminRole::kViewer, "Get").ok());
  CHECK(NeedRole({true, "root", AdminRole::kAdmin}, AdminRole::kOperator, "Kill").ok());
}

TEST_CASE("an authenticated name stands before what a client calls itself") {
  const AdminCaller nobody;
  CHECK(ActorText(nobody, "") == "operator");
  CHECK(ActorText(nobody, "ada") == "operator:ada");
  const AdminCaller ci{true, "ci", AdminRole::kOperator};
  CHECK(ActorText(ci, "") == "operator:ci");
  CHECK(ActorText(ci, "ci") == "operator:ci");
  CHECK(ActorText(ci, "ada") == "operator:ci (claims ada)");
  CHECK(ActorText(ci, "root) (claims ci") == "operator:ci (claims root) (claims ci)");
}

TEST_CASE("an actor's text is bounded and stays UTF-8") {
  const AdminCaller ci{true, std::string(60, 'c'), AdminRole::kOperator};
  std::string claim;
  for (int i = 0; i < 60; ++i) claim += "é";
  const std::string text = ActorText(ci, claim);
  CHECK(text.size() <= kActorTextBytes);
  CHECK(text.size() > kActorTextBytes - 2);
  CHECK(text.ends_with("é)"));
  const AdminCaller long_name{true, std::string(120, 'c'), AdminRole::kOperator};
  CHECK(ActorText(long_name, "ada") == "operator:" + std::string(120, 'c'));
}

}  // namespace
}  // namespace understudy
