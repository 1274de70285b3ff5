// Both ends of TLS connections on one reactor that is turned by hand.
#pragma once

#include <fcntl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/async/tls_context.h"
#include "proxy/async/tls_files.h"
#include "test/support/temporary_directory.h"
#include "test/support/tls_files.h"
#include "test/unit/async/reactor_fixture.h"

namespace understudy {

struct TlsFixture : ReactorFixture {
  struct Pair {
    std::unique_ptr<TcpSocket> client;
    std::unique_ptr<TcpSocket> server;
    std::optional<error_code> client_done, server_done;
    TlsFailure client_failure, server_failure;
    bool Secured() const { return client_done == error_code() && server_done == error_code(); }
  };

  TlsIdentity Identity(const TestCertificate& files) {
    auto loaded = LoadIdentity(RealPemFiles(), files.certificate, files.private_key);
    REQUIRE(loaded.ok());
    return *std::move(loaded);
  }
  TlsServerRules ServerRules() {
    TlsServerRules rules;
    rules.identities.push_back(Identity(own));
    rules.sessions = "test";
    return rules;
  }
  std::shared_ptr<const TlsContext> Server(TlsServerRules rules) {
    auto made = MakeServerContext(std::move(rules));
    REQUIRE(made.ok());
    return *std::move(made);
  }
  TlsHandle<STACK_OF(X509)> Authorities() {
    auto loaded = LoadAuthorities(RealPemFiles(), authority.Path());
    REQUIRE(loaded.ok());
    return *std::move(loaded);
  }
  TlsClientRules ClientRules() {
    TlsClientRules rules;
    rules.authorities = Authorities();
    return rules;
  }
  std::shared_ptr<const TlsContext> Client(TlsClientRules rules) {
    auto made = MakeClientContext(std::move(rules));
    REQUIRE(made.ok());
    return *std::move(made);
  }

  // Connected, and both sides have done with their handshakes, one way or the other.
  Pair Shake(const TlsContext& server, const TlsContext& client,
             const std::string& name = "localhost", TlsProtocols protocols = TlsProtocols::kHttp1,
             const std::shared_ptr<TlsSession>& session = nullptr) {
    Pair pair;
    pair.client = Connected();
    const int peer = peers.back();
    peers.pop_back();
    ::fcntl(peer, F_SETFL, O_NONBLOCK);
    pair.server = std::make_unique<TcpSocket>(reactor);
    REQUIRE_FALSE(pair.server->Open(peer));
    pair.server->BeginTls(std::make_unique<TlsStream>(server.Native(), TlsSide::kServer));
    auto tls = std::make_unique<TlsStream>(client.Native(), TlsSide::kClient);
    REQUIRE(AskFor(tls->Native(), name, protocols));
    if (session != nullptr) tls->Remember(session, client.Generation());
    pair.client->BeginTls(std::move(tls));
    const auto shake = [](TcpSocket& socket, TlsFailure& failure,
                          std::optional<error_code>& done) -> Task<> {
      const error_code error = co_await socket.Handshake();
      done = error;
      failure = socket.Tls()->Failure();
      if (error) socket.Close();
    };
    std::optional<error_code> client_done, server_done;
    Start(shake(*pair.client, pair.client_failure, client_done));
    Start(shake(*pair.server, pair.server_failure, server_done));
    REQUIRE(RunUntil([&] { return client_done && server_done; }));
    pair.client_done = client_done;
    pair.server_done = server_done;
    return pair;
  }
  Pair Secure() {
    Pair pair = Shake(*Server(ServerRules()), *Client(ClientRules()));
    REQUIRE(pair.Secured());
    return pair;
  }
  // Everything that is to be read, until that ends.
  static Task<> ReadAll(TcpSocket& socket, std::string& all, std::optional<error_code>& end) {
    Room room(64 << 10);
    while (!end) {
      IoResult got = socket.TryRead(room);
      if (got.Blocked()) got = co_await socket.Read(room);
      all.append(room.memory.data(), got.bytes);
      if (got.error) end = got.error;
    }
  }

  TemporaryDirectory folder;
  TestAuthority authority{folder.Path(), "ca"};
  TestCertificate own = authority.Issue("own");
};

}  // namespace understudy
