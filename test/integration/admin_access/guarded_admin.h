// An admin server behind TLS and a file of tokens, with certificates made for it, and calls to it
// as somebody.
//
// Threads: one owner.
#pragma once

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "proxy/control/token_digest.h"
#include "test/support/certificates.h"
#include "test/support/temporary_directory.h"
#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/rollout.grpc.pb.h"

namespace understudy {

// Readable by its owner alone.
inline void WriteSecret(const std::string& path, const std::string& text) {
  WriteWholeFile(path, text);
  REQUIRE(chmod(path.c_str(), 0600) == 0);
}

inline std::string TokenLine(const std::string& name, const std::string& role,
                             const std::string& token) {
  return fmt::format("{} {} {}\n", name, role, DigestText(DigestOfToken(token)));
}

// The files of one server.
class AdminFiles {
 public:
  AdminFiles() {
    Use(authority.SignServer());
    WriteWholeFile(folder.File("ca.pem"), authority.Certificate());
    GiveOut({{"viewer", "viewer"},
             {"operator", "operator"},
             {"approver", "approver"},
             {"admin", "admin"}});
  }

  // The server's own certificate from now on.
  void Use(const CertificatePair& pair) const {
    WriteWholeFile(folder.File("server.pem"), pair.certificate);
    WriteSecret(folder.File("server.key"), pair.key);
  }
  // Names and roles; the token of a name is "<name>-token".
  void GiveOut(const std::vector<std::pair<std::string, std::string>>& tokens) const {
    std::string text = "# made by a test\n";
    for (const auto& [name, role] : tokens) text += TokenLine(name, role, name + "-token");
    WriteSecret(folder.File("tokens"), text);
  }

  AdminConfig WithTls() const {
    AdminConfig config;
    config.tls = AdminConfig::Tls{{folder.File("server.pem"), folder.File("server.key")}, ""};
    return config;
  }
  AdminConfig WithTokens() const {
    AdminConfig config = WithTls();
    config.tokens = folder.File("tokens");
    return config;
  }
  AdminConfig WithClientCertificates() const {
    AdminConfig config = WithTls();
    config.tls->client_ca = folder.File("ca.pem");
    config.certificate_roles = {{"deploy.example", "approver"}, {"spiffe://team/ci", "operator"}};
    return config;
  }

  TemporaryDirectory folder;
  PemAuthority authority;
};

// Who calls: what a channel shows and what a call sends.
struct Someone {
  std::string token;
  CertificatePair certificate;
  std::string trusted;  // the authority of the server
  std::string actor;    // what it calls itself
  std::string scheme = "Bearer ";
};

class GuardedAdmin {
 public:
  explicit GuardedAdmin(const AdminConfig& config) : fixture({}, samples::PassingView(), config) {}

  std::string Address() const { return "127.0.0.1:" + std::to_string(fixture.server->port()); }

  // A new connection each time: no other call's handshake counts.
  std::shared_ptr<grpc::Channel> Channel(const Someone& someone) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    if (someone.trusted.empty()) {
      return grpc::CreateCustomChannel(Address(), grpc::InsecureChannelCredentials(), arguments);
    }
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = someone.trusted;
    options.pem_private_key = someone.certificate.key;
    options.pem_cert_chain = someone.certificate.certificate;
    return grpc::CreateCustomChannel(Address(), grpc::SslCredentials(options), arguments);
  }

  static void Prepare(grpc::ClientContext& context, const Someone& someone) {
    AdminFixture::Bound(context);
    if (!someone.token.empty()) {
      context.AddMetadata("authorization", someone.scheme + someone.token);
    }
    if (!someone.actor.empty()) context.AddMetadata("x-understudy-actor", someone.actor);
  }

  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(const Someone& someone, std::unique_ptr<Stub> stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    Prepare(context, someone);
    TakeTurn();
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    TakeTurn();
    return status;
  }

  using Stub = v1::RolloutService::Stub;
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const v1::RolloutCommandRequest&,
                                        v1::RolloutCommandResponse*);
  // A command about the rollout of the samples.
  grpc::Status Command(const Someone& someone, Method method) {
    v1::RolloutCommandRequest request;
    request.mutable_rollout()->set_route("digits");
    v1::RolloutCommandResponse response;
    return Call(someone, v1::RolloutService::NewStub(Channel(someone)), method, request, response);
  }
  grpc::Status List(const Someone& someone) {
    v1::ListRolloutsResponse response;
    return Call(someone, v1::RolloutService::NewStub(Channel(someone)), &Stub::List,
                v1::ListRolloutsRequest(), response);
  }
  // Of the last command that came through.
  std::string LastActor() const {
    const std::vector<understudy::Command> commands = fixture.control.Commands();
    return commands.empty() ? "" : commands.back().actor;
  }

  AdminFixture fixture;
};

}  // namespace understudy
