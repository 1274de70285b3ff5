// TLS and tokens from the command line: what is sent, what is refused, and what a failure is told
// as.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "test/support/certificates.h"
#include "test/support/temporary_directory.h"
#include "test/unit/cli/command_run.h"
#include "test/unit/cli/scripted_server.h"

namespace understudy {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

struct Files {
  Files() {
    WriteWholeFile(File("ca.pem"), authority.Certificate());
    const CertificatePair client = authority.Sign({"ci"});
    WriteWholeFile(File("ci.pem"), client.certificate);
    WriteSecret("ci.key", client.key);
    WriteSecret("token", "the-token\n");
  }
  std::string File(const std::string& name) const { return folder.File(name); }
  void WriteSecret(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    WriteWholeFile(File(name), text);
    REQUIRE(chmod(File(name).c_str(), mode) == 0);
  }

  std::shared_ptr<grpc::ServerCredentials> Credentials(
      const CertificatePair& own, grpc_ssl_client_certificate_request_type clients =
                                      GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE) const {
    grpc::SslServerCredentialsOptions options(clients);
    options.pem_key_cert_pairs = {{own.key, own.certificate}};
    options.pem_root_certs = authority.Certificate();
    return grpc::SslServerCredentials(options);
  }

  TemporaryDirectory folder;
  PemAuthority authority;
};

CommandRun List(const std::string& address, Words flags) {
  flags.insert(flags.end(), {"rollout", "list"});
  return RunCommand(flags, address);
}

TEST_CASE("with --tls-ca the server is reached over TLS, and the token goes along") {
  const Files files;
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  const CommandRun run =
      List(server.address, {"--tls-ca", files.File("ca.pem"), "--token-file", files.File("token")});
  CAPTURE(run.err);
  CHECK(run.code == ExitCode::kYes);
  CHECK(server.script.authorization == "Bearer the-token");
}

TEST_CASE("a watch sends the token, too") {
  const Files files;
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  v1::WatchRolloutResponse end;
  end.mutable_status()->mutable_rollout()->set_terminal(true);
  server.rollouts.pictures = {end};
  RunCommand({"rollout", "get", "r-1", "--watch", "--tls-ca", files.File("ca.pem"), "--token-file",
              files.File("token")},
             server.address);
  CHECK(server.script.authorization == "Bearer the-token");
}

TEST_CASE("the environment says the same as flags, and flags win") {
  const Files files;
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  ConnectionFlags environment;
  environment.ca = files.File("ca.pem");
  environment.token_file = files.File("token");
  CHECK(RunCommand({"rollout", "list"}, server.address, false, environment).code == ExitCode::kYes);
  CHECK(server.script.authorization == "Bearer the-token");
  files.WriteSecret("other", "another");
  CHECK(RunCommand({"rollout", "list", "--token-file", files.File("other")}, server.address, false,
                   environment)
            .code == ExitCode::kYes);
  CHECK(server.script.authorization == "Bearer another");
}

TEST_CASE("a token goes in plaintext to this machine alone") {
  const Files files;
  ScriptedServer server;
  const Words token = {"--token-file", files.File("token")};
  CHECK(List(server.address, token).code == ExitCode::kYes);
  CHECK(server.script.authorization == "Bearer the-token");
  for (const char* address : {"10.0.0.1:9900", "admin.example:9900", "[2001:db8::1]:9900"}) {
    const CommandRun run = List(address, token);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains("would go to") && Contains("in plaintext") &&
                            Contains("add --tls or --tls-ca") && !Contains("the-token"));
  }
}

TEST_CASE("what is of this machine alone is known without asking for names") {
  for (const char* own : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"}) {
    CHECK(IsLoopbackAddress(own));
  }
  for (const char* other : {"0.0.0.0:1", "10.0.0.1:1", "localhost.example:1", "[::]:1", "::1",
                            "127.0.0.1.example:1", "dns:///localhost:1"}) {
    CAPTURE(other);
    CHECK_FALSE(IsLoopbackAddress(other));
  }
}

TEST_CASE("secrets that everybody may read are refused") {
  const Files files;
  files.WriteSecret("token", "the-token\n", 0644);
  CommandRun run = List("127.0.0.1:9", {"--token-file", files.File("token")});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("--token-file: '") && Contains("can be read by everybody") &&
                          Contains("chmod o-r") && !Contains("the-token"));
  REQUIRE(chmod(files.File("ci.key").c_str(), 0644) == 0);
  run =
      List("127.0.0.1:9", {"--tls-cert", files.File("ci.pem"), "--tls-key", files.File("ci.key")});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("--tls-key: '") && Contains("can be read by everybody"));
}

TEST_CASE("files that cannot be used are named with their flag") {
  const Files files;
  files.WriteSecret("two", "a token\nand another\n");
  files.WriteSecret("empty", "");
  const std::vector<std::pair<Words, std::string>> lines = {
      {{"--token-file", files.File("nowhere")}, "--token-file: cannot read '"},
      {{"--token-file", files.File("two")}, "must hold one token and nothing else"},
      {{"--token-file", files.File("empty")}, "must hold one token and nothing else"},
      {{"--tls-ca", files.File("nowhere")}, "--tls-ca: cannot read '"},
      {{"--tls-ca", files.File("token")}, "--tls-ca: '"},
      {{"--tls-cert", files.File("ci.pem")}, "go together: --tls-cert and --tls-key"},
      {{"--tls-key", files.File("ci.key")}, "go together: --tls-cert and --tls-key"},
      {{"--tls-cert", files.File("ci.pem"), "--tls-key", files.File("token")},
       "holds no PRIVATE KEY in PEM"},
  };
  for (const auto& [flags, expected] : lines) {
    const CommandRun run = List("127.0.0.1:9", flags);
    CAPTURE(run.err);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains(expected));
  }
}

TEST_CASE("commands without a server do not mind a token that is not there") {
  ConnectionFlags environment;
  environment.token_file = "/nowhere/token";
  const CommandRun run = RunCommand(
      {"evidence", "--pairs", "10", "--different", "0", "--at-most", "1%"}, "", false, environment);
  CHECK(run.code == ExitCode::kYes);
}

TEST_CASE("a plaintext client is told that the server may speak TLS") {
  const Files files;
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  const CommandRun run = List(server.address, {});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("if it speaks TLS, say so with --tls-ca or --tls"));
}

TEST_CASE("a TLS client is told that the server speaks none") {
  const Files files;
  ScriptedServer server;
  const CommandRun run = List(server.address, {"--tls-ca", files.File("ca.pem")});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("It does not speak TLS: leave out --tls"));
}

TEST_CASE("a server of another authority, or another name, is told as that") {
  const Files files;
  const PemAuthority other("Another authority");
  WriteWholeFile(files.File("other.pem"), other.Certificate());
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  CommandRun run = List(server.address, {"--tls-ca", files.File("other.pem")});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("no authority that is trusted signed it: --tls-ca"));
  CHECK_THAT(List(server.address, {"--tls"}).err, Contains("no authority that is trusted"));
  run = List(server.address,
             {"--tls-ca", files.File("ca.pem"), "--tls-server-name", "admin.example"});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("is for another name") && Contains("--tls-server-name"));
}

TEST_CASE("which name the certificate must have is said by --tls-server-name") {
  const Files files;
  ScriptedServer server(files.Credentials(files.authority.Sign({"", {"DNS:admin.example"}})));
  CHECK(List(server.address, {"--tls-ca", files.File("ca.pem")}).code == ExitCode::kUnreachable);
  CHECK(
      List(server.address, {"--tls-ca", files.File("ca.pem"), "--tls-server-name", "admin.example"})
          .code == ExitCode::kYes);
}

TEST_CASE("a server that wants a certificate gets it, and without one that is said") {
  const Files files;
  ScriptedServer server(files.Credentials(
      files.authority.SignServer(), GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY));
  const std::string ca = files.File("ca.pem");
  CHECK(List(server.address, {"--tls-ca", ca, "--tls-cert", files.File("ci.pem"), "--tls-key",
                              files.File("ci.key")})
            .code == ExitCode::kYes);
  const CommandRun run = List(server.address, {"--tls-ca", ca});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("it may want to see a certificate (--tls-cert and --tls-key)"));
}

TEST_CASE("a key of another certificate is told as that") {
  const Files files;
  files.WriteSecret("ci.key", files.authority.Sign({"ci"}).key);
  ScriptedServer server(files.Credentials(files.authority.SignServer()));
  const CommandRun run =
      List(server.address, {"--tls-ca", files.File("ca.pem"), "--tls-cert", files.File("ci.pem"),
                            "--tls-key", files.File("ci.key")});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("do --tls-cert and --tls-key belong together?"));
}

TEST_CASE("a refusal for want of a right exits 7 with the server's sentence") {
  ScriptedServer server;
  server.script.failure = {grpc::StatusCode::UNAUTHENTICATED, "this server asks who you are"};
  CommandRun run = List(server.address, {});
  CHECK(run.code == ExitCode::kPermission);
  CHECK(run.err == "understudyctl: this server asks who you are\n");
  server.script.failure = {grpc::StatusCode::PERMISSION_DENIED, "Promote needs the role approver"};
  run = RunCommand({"rollout", "promote", "r-1", "--override", "--reason", "x"}, server.address);
  CHECK(run.code == ExitCode::kPermission);
}

}  // namespace
}  // namespace understudy
