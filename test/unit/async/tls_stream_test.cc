// TLS under a socket: it reads, writes and ends as a plain one does.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/base/status.h"
#include "test/unit/async/tls_fixture.h"

namespace understudy {
namespace {

using Kind = TlsFailure::Kind;

// Some bytes that no shift of theirs is equal to.
std::string Pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

Task<> SendAll(TcpSocket& socket, std::string_view bytes, bool& done) {
  while (!bytes.empty()) {
    const ssize_t sent = socket.SendNow(bytes);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent > 0) continue;
    if (errno != EAGAIN) co_return;
    const IoResult waited = co_await socket.WaitWritable();
    if (waited.error) co_return;
  }
  done = true;
}

TEST_CASE_METHOD(TlsFixture, "bytes pass through TLS both ways, and an end is an end") {
  Pair pair = Secure();
  CHECK(pair.client->SendNow("question") == 8);
  OneRead question;
  Start(question.Run(*pair.server));
  REQUIRE(RunUntil([&] { return question.result.has_value(); }));
  CHECK(question.Text() == "question");
  CHECK(pair.server->SendNow("answer") == 6);
  std::string all;
  std::optional<error_code> end;
  Start(ReadAll(*pair.client, all, end));
  pair.server->Close();
  REQUIRE(RunUntil([&] { return end.has_value(); }));
  CHECK(all == "answer");
  CHECK(*end == asio::error::eof);
}

TEST_CASE_METHOD(TlsFixture, "an end without notice is a broken connection, not an end") {
  Pair pair = Secure();
  std::string all;
  std::optional<error_code> end;
  Start(ReadAll(*pair.client, all, end));
  CHECK(pair.server->SendNow("half an ans") == 11);
  SECTION("by FIN") { ::shutdown(pair.server->Fd(), SHUT_WR); }
  SECTION("by RST") {
    pair.server->ResetOnClose();
    RunUntil([&] { return all.size() == 11; });
    pair.server->Close();
  }
  REQUIRE(RunUntil([&] { return end.has_value(); }));
  CHECK(all == "half an ans");
  CHECK(*end == asio::error::connection_reset);
  CHECK(pair.client->Peek() == PeerState::kGone);
}

TEST_CASE_METHOD(TlsFixture, "large bodies pass both ways at once, whatever the sockets take") {
  Pair pair = Secure();
  const int small = GENERATE(0, 4096);
  if (small > 0) {
    for (const auto& socket : {pair.client.get(), pair.server.get()}) {
      ::setsockopt(socket->Fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
  }
  const std::string up = Pattern(small > 0 ? 2 << 20 : 20 << 20);
  const std::string down = Pattern(3 << 20);
  std::string up_seen, down_seen;
  std::optional<error_code> up_end, down_end;
  bool up_sent = false, down_sent = false;
  Start(ReadAll(*pair.server, up_seen, up_end));
  Start(ReadAll(*pair.client, down_seen, down_end));
  Start(SendAll(*pair.client, up, up_sent));
  Start(SendAll(*pair.server, down, down_sent));
  REQUIRE(RunUntil([&] { return up_sent && down_sent; }));
  pair.client->ShutdownSend();
  pair.server->ShutdownSend();
  REQUIRE(RunUntil([&] { return up_end && down_end; }));
  CHECK((up_seen == up));
  CHECK((down_seen == down));
  CHECK(*up_end == asio::error::eof);
  CHECK(*down_end == asio::error::eof);
}

TEST_CASE_METHOD(TlsFixture, "pieces are sent in order, and what was taken is never sent twice") {
  Pair pair = Secure();
  const int small = 4096;
  ::setsockopt(pair.client->Fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  const std::string first = Pattern(100), second = Pattern(3 << 20), third = Pattern(5000);
  const std::string whole = first + second + third;
  std::string seen;
  std::optional<error_code> end;
  bool sent = false;
  Start([](TcpSocket& socket, std::array<std::string_view, 3> pieces, bool& done) -> Task<> {
    while (true) {
      std::array<iovec, 3> parts;
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        bytes += pieces[i].size();
      }
      if (bytes == 0) break;
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = 3;
      ssize_t took = socket.SendNow(message, bytes);
      for (std::string_view& piece : pieces) {
        const std::size_t part =
            std::min(piece.size(), static_cast<std::size_t>(std::max<ssize_t>(took, 0)));
        piece.remove_prefix(part);
        took -= static_cast<ssize_t>(part);
      }
      const IoResult waited = co_await socket.WaitWritable();
      if (waited.error) co_return;
    }
    done = true;
  }(*pair.client, {first, second, third}, sent));
  RunFor(std::chrono::milliseconds(20));
  CHECK_FALSE(sent);  // nobody reads
  Start(ReadAll(*pair.server, seen, end));
  REQUIRE(RunUntil([&] { return sent; }));
  pair.client->ShutdownSend();
  REQUIRE(RunUntil([&] { return end.has_value(); }));
  CHECK((seen == whole));
}

TEST_CASE_METHOD(TlsFixture, "a look takes nothing, and tickets are no bytes of the peer's") {
  Pair pair = Secure();
  // The server's tickets have come, or come now.
  RunFor(std::chrono::milliseconds(20));
  CHECK(pair.client->Peek() == PeerState::kQuiet);
  CHECK(pair.server->SendNow("answer") == 6);
  CHECK(RunUntil([&] { return pair.client->Peek() == PeerState::kBytes; }));
  OneRead read;
  Start(read.Run(*pair.client));
  REQUIRE(RunUntil([&] { return read.result.has_value(); }));
  CHECK(read.Text() == "answer");
  pair.server->ShutdownSend();
  CHECK(RunUntil([&] { return pair.client->Peek() == PeerState::kHalfClosed; }));
  CHECK(pair.client->SendNow("more") == 4);  // the other half is open
}

TEST_CASE_METHOD(TlsFixture, "what OpenSSL has read ahead is not waited for") {
  Pair pair = Secure();
  CHECK(pair.client->SendNow(Pattern(1000)) == 1000);
  std::string seen;
  Start([](TcpSocket& socket, std::string& all) -> Task<> {
    Room room(10);
    while (all.size() < 1000) {
      IoResult got = socket.TryRead(room);
      if (got.Blocked()) got = co_await socket.Read(room);
      if (got.error) break;
      all.append(room.memory.data(), got.bytes);
    }
  }(*pair.server, seen));
  REQUIRE(RunUntil([&] { return seen.size() == 1000; }));
  CHECK(seen == Pattern(1000));
}

TEST_CASE_METHOD(TlsFixture, "a session is taken up again, and not under another context") {
  const auto server = Server(ServerRules());
  const auto client = Client(ClientRules());
  const auto session = std::make_shared<TlsSession>();
  for (int i = 0; i < 3; ++i) {
    Pair pair = Shake(*server, *client, "localhost", TlsProtocols::kHttp1, session);
    REQUIRE(pair.Secured());
    CHECK(pair.client->Tls()->Resumed() == (i > 0));
    RunFor(std::chrono::milliseconds(5));
    CHECK(pair.client->Peek() == PeerState::kQuiet);  // takes the tickets
    pair.client->Close();
  }
  Pair other = Shake(*server, *Client(ClientRules()), "localhost", TlsProtocols::kHttp1, session);
  CHECK_FALSE(other.client->Tls()->Resumed());
}

TEST_CASE_METHOD(TlsFixture, "tickets go on under a new context that has the old one's keys") {
  const auto server = Server(ServerRules());
  const auto client = Client(ClientRules());
  const auto session = std::make_shared<TlsSession>();
  const auto once = [&](const TlsContext& context) {
    Pair pair = Shake(context, *client, "localhost", TlsProtocols::kHttp1, session);
    REQUIRE(pair.Secured());
    RunFor(std::chrono::milliseconds(5));
    CHECK(pair.client->Peek() == PeerState::kQuiet);
    return pair.client->Tls()->Resumed();
  };
  CHECK_FALSE(once(*server));
  TlsServerRules next = ServerRules();
  next.keys_of = server.get();
  CHECK(once(*Server(std::move(next))));
  CHECK_FALSE(once(*Server(ServerRules())));
}

TEST_CASE_METHOD(TlsFixture, "both sides choose what is spoken") {
  const bool http2 = GENERATE(false, true);
  TlsServerRules rules = ServerRules();
  rules.http2 = http2;
  const auto server = Server(std::move(rules));
  const auto client = Client(ClientRules());
  const auto chosen = [&](TlsProtocols protocols) {
    Pair pair = Shake(*server, *client, "localhost", protocols);
    return pair.Secured() ? std::string(pair.client->Tls()->Alpn()) : "none";
  };
  CHECK(chosen(TlsProtocols::kHttp1) == "http/1.1");
  CHECK(chosen(TlsProtocols::kBoth) == (http2 ? "h2" : "http/1.1"));
  CHECK(chosen(TlsProtocols::kHttp2) == (http2 ? "h2" : "none"));
}

struct Refusal {
  std::string name;
  TestAuthority::Wish wish;
  std::string asked;
  std::string reason;
};

TEST_CASE_METHOD(TlsFixture,
                 "a server's certificate that does not hold is refused, and why is said") {
  const Refusal refusal = GENERATE(
      Refusal{"another name", {}, "models.test", "hostname mismatch"},
      Refusal{"no address", {}, "127.0.0.1", "IP address mismatch"},
      Refusal{"a part of a label", {{"m*.test"}}, "models.test", "hostname mismatch"},
      Refusal{"two labels under a wildcard", {{"*.test"}}, "a.b.test", "hostname mismatch"},
      Refusal{"a common name alone", {std::vector<std::string>{}}, "late", "hostname mismatch"},
      Refusal{"its time is over", {{"localhost"}, -9, -2}, "localhost", "certificate has expired"},
      Refusal{
          "its time is to come", {{"localhost"}, 2}, "localhost", "certificate is not yet valid"});
  CAPTURE(refusal.name);
  own = authority.Issue("late", refusal.wish);
  Pair pair = Shake(*Server(ServerRules()), *Client(ClientRules()), refusal.asked);
  CHECK_FALSE(pair.Secured());
  CHECK(pair.client_failure.kind == Kind::kCertificate);
  CHECK(pair.client_failure.reason == "its certificate does not hold: " + refusal.reason);
}

TEST_CASE_METHOD(
    TlsFixture,
    "who speaks no TLS, or an older one, or shows no certificate is refused with a reason") {
  const auto client = Client(ClientRules());
  TlsServerRules strict = ServerRules();
  strict.client_authorities = Authorities();
  Pair nobody = Shake(*Server(std::move(strict)), *client);
  CHECK(nobody.server_failure.kind == Kind::kCertificate);
  CHECK(nobody.server_failure.reason == "it has shown no certificate");
  TlsServerRules rules = ServerRules();
  rules.only_13 = true;
  const auto server = Server(std::move(rules));
  CHECK(Shake(*server, *client).Secured());
  SSL_CTX_set_max_proto_version(&client->Native(), TLS1_2_VERSION);
  Pair old = Shake(*server, *client);
  CHECK(old.server_failure.kind == Kind::kProtocol);
  CHECK(old.server_failure.reason == "unsupported protocol");
  CHECK(old.client_failure.reason == "it refused with the alert 'protocol version'");
}

TEST_CASE_METHOD(TlsFixture,
                 "with TLS 1.3 a client hears of a certificate that it lacks when it reads") {
  TlsServerRules rules = ServerRules();
  rules.client_authorities = Authorities();
  Pair pair = Shake(*Server(std::move(rules)), *Client(ClientRules()));
  CHECK(pair.client_done == error_code());
  std::string all;
  std::optional<error_code> end;
  Start(ReadAll(*pair.client, all, end));
  REQUIRE(RunUntil([&] { return end.has_value(); }));
  CHECK(pair.client->Tls()->Failure().kind == Kind::kProtocol);
  CHECK(pair.client->Tls()->Failure().reason == "it refused with the alert 'certificate required'");
}

TEST_CASE_METHOD(TlsFixture, "a client shows its certificate to a server that asks for one") {
  TlsServerRules server_rules = ServerRules();
  server_rules.client_authorities = Authorities();
  const auto server = Server(std::move(server_rules));
  TlsClientRules rules = ClientRules();
  rules.identity = Identity(authority.Issue("client"));
  CHECK(Shake(*server, *Client(std::move(rules))).Secured());
  TestAuthority others(folder.Path(), "others");
  TlsClientRules foreign = ClientRules();
  foreign.identity = Identity(others.Issue("foreigner"));
  Pair pair = Shake(*server, *Client(std::move(foreign)));
  CHECK(pair.server_failure.kind == Kind::kCertificate);
  CHECK_THAT(pair.server_failure.reason,
             Catch::StartsWith("its certificate does not hold: unable"));
}

TEST_CASE_METHOD(TlsFixture, "plaintext HTTP is told from other bytes that are no TLS") {
  const auto server = Server(ServerRules());
  const std::string sent = GENERATE("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-nobody\r\n", "");
  const auto socket = Connected();
  socket->BeginTls(std::make_unique<TlsStream>(server->Native(), TlsSide::kServer));
  std::optional<error_code> done;
  Start([](TcpSocket& s, std::optional<error_code>& out) -> Task<> {
    out = co_await s.Handshake();
  }(*socket, done));
  SendText(Peer(), sent);
  ::shutdown(Peer(), SHUT_WR);
  REQUIRE(RunUntil([&] { return done.has_value(); }));
  CHECK(*done == asio::error::connection_aborted);
  CHECK(socket->Tls()->Failure().kind == (sent.empty()          ? Kind::kLeft
                                          : sent.front() == 'G' ? Kind::kPlaintext
                                                                : Kind::kProtocol));
}

TEST_CASE_METHOD(TlsFixture,
                 "certificates with keys that are too small are refused when the context is made") {
  own = authority.Issue("weak", {{"localhost"}, -1, 30, 1024});
  const auto made = MakeServerContext(ServerRules());
  REQUIRE_FALSE(made.ok());
  CHECK(Message(made.status()) == "the certificate cannot be used: ee key too small");
}

TEST_CASE_METHOD(TlsFixture, "names fit: a host, one label under a wildcard, an address") {
  own = authority.Issue("many", {{"localhost", "*.models.test", "IP:127.0.0.1", "IP:::1"}});
  const auto server = Server(ServerRules());
  const auto client = Client(ClientRules());
  for (const char* name : {"localhost", "LOCALHOST", "v1.models.test", "127.0.0.1", "::1"}) {
    CHECK(Shake(*server, *client, name).Secured());
  }
}

}  // namespace
}  // namespace understudy
