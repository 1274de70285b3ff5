// TLS on a listener's address: who is served, by which certificate and version, and who is not.
#include <catch2/catch.hpp>
#include <filesystem>
#include <future>

#include "test/integration/tls/tls_setting.h"
#include "test/support/fake_http2_upstream.h"
#include "test/support/http2_client.h"

using namespace understudy;

namespace {

double Failures(const RunningProxy& proxy, const std::string& reason) {
  return proxy.Metric("understudy_tls_handshake_failures_total", "reason=\"" + reason + "\"");
}

// How a handshake with these options ends: empty, or why it failed.
std::string Shake(const RunningProxy& proxy, TlsRelay::Options options) {
  TlsRelay relay = TlsRelay::Client(proxy.Port(), std::move(options));
  const TestSocket client = TestSocket::Connect(relay.Port());
  relay.WaitForHandshakes(1);
  return relay.Handshakes().at(0).error;
}

}  // namespace

TEST_CASE_METHOD(TlsSetting,
                 "a client asks over TLS, and its model server hears that it was https") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  const bool old = GENERATE(false, true);
  TlsRelay::Options options = Believing();
  if (old) options.most_version = TLS1_2_VERSION;
  TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
  const TestSocket client = TestSocket::Connect(relay.Port());
  HttpReader reader(client);
  for (int i = 0; i < 3; ++i) {
    client.Send(PostOf("{}"));
    const HttpText answer = reader.Read();
    CHECK(answer.Status() == 200);
    CHECK(answer.body == "1");
  }
  CHECK(relay.Handshakes().at(0).version == (old ? "TLSv1.2" : "TLSv1.3"));
  CHECK(relay.Handshakes().at(0).alpn.empty());
  const auto requests = model.Requests();
  CHECK(requests.at(0).Field("x-forwarded-proto") == "https");
  CHECK(requests.at(0).Field("x-forwarded-for") == "127.0.0.1");
  CHECK(proxy.Metric("understudy_tls_handshakes_total") == 1);
}

TEST_CASE_METHOD(TlsSetting, "HTTP/2 is chosen where both sides have it") {
  FakeHttp2Upstream model([](const FakeHttp2Upstream::Request& request) {
    return FakeHttp2Upstream::Answer{200, {}, *request.Field("x-forwarded-proto")};
  });
  const bool enabled = GENERATE(true, false);
  RunningProxy proxy(OneModel(model.Address(), ", protocol: http2"), {},
                     Listener(own) + (enabled ? "" : ", http2: {enabled: false}"));
  TlsRelay::Options options = Believing();
  options.alpn = {"h2", "http/1.1"};
  TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
  if (!enabled) {
    CHECK(AskAt(relay.Port(), PostOf("{}")).body == "https");
    CHECK(relay.Handshakes().at(0).alpn == "http/1.1");
    return;
  }
  Http2Client client(relay.Port());
  for (int i = 0; i < 3; ++i) CHECK(client.Ask("POST", "/x", {}, "{}").body == "https");
  CHECK(relay.Handshakes().at(0).alpn == "h2");
  CHECK(proxy.Metric("understudy_client_requests_total", "protocol=\"HTTP/2\"") == 3);
}

TEST_CASE_METHOD(TlsSetting, "what was chosen holds: no other version of HTTP on that connection") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  TlsRelay::Options options = Believing();
  SECTION("a preface where HTTP/1.1 was chosen is a bad request") {
    TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
    CHECK(AskAt(relay.Port(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").Status() == 505);
  }
  SECTION("a request of HTTP/1.1 where HTTP/2 was chosen ends the connection") {
    options.alpn = {"h2"};
    TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
    const TestSocket client = TestSocket::Connect(relay.Port());
    client.Send(PostOf("{}"));
    HttpReader reader(client);
    CHECK(reader.Rest().find("HTTP/1.1") == std::string::npos);
    CHECK(model.Requests().empty());
  }
  SECTION("a protocol that nobody has is refused in the handshake") {
    options.alpn = {"spdy/1"};
    CHECK(Shake(proxy, options) == "tlsv1 alert no application protocol");
    CHECK(RunningProxy::Eventually([&] { return Failures(proxy, "protocol") == 1; }));
  }
}

TEST_CASE_METHOD(TlsSetting, "a client that names a host gets the certificate for it") {
  FakeUpstream model(JsonAnswer("1"));
  const TestCertificate a = authority.Issue("a", {{"a.test", "*.models.test"}, -1, 30, 2048});
  const TestCertificate b = authority.Issue("b", {{"b.test", "v1.models.test"}});
  RunningProxy proxy(
      OneModel(model.Address()), {},
      Listener(own, fmt::format(", certificates: [{{certificate: \"{}\", private_key: \"{}\"}}, "
                                "{{certificate: \"{}\", private_key: \"{}\"}}]",
                                a.certificate, a.private_key, b.certificate, b.private_key)));
  const auto shown_to = [&](const std::string& host, int version) {
    TlsRelay::Options options;
    options.server_name = host;
    options.most_version = version;
    TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
    CHECK(AskAt(relay.Port(), PostOf("{}")).Status() == 200);
    return relay.Handshakes().at(0).peer;
  };
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    CHECK(shown_to("a.test", version) == "a");
    CHECK(shown_to("v2.models.test", version) == "a");
    CHECK(shown_to("v1.models.test", version) == "a");
    CHECK(shown_to("b.test", version) == "b");
    CHECK(shown_to("c.test", version) == "own");
    CHECK(shown_to("", version) == "own");
  }
}

TEST_CASE_METHOD(TlsSetting, "with client_ca only clients with a certificate of its are served") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {},
                     Listener(own, fmt::format(", client_ca: \"{}\"", authority.Path())));
  TlsRelay::Options options = Believing();
  options.own = authority.Issue("client");
  TlsRelay known = TlsRelay::Client(proxy.Port(), options);
  // A session that is taken up again has its certificate in it.
  for (int i = 0; i < 2; ++i) CHECK(AskAt(known.Port(), PostOf("{}")).Status() == 200);
  CHECK(known.Handshakes().at(1).resumed);
  TestAuthority others(folder.Path(), "others");
  for (const TestCertificate& wrong : {TestCertificate{}, others.Issue("foreign"),
                                       authority.Issue("late", {{"localhost"}, -9, -2})}) {
    options.own = wrong;
    TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
    CHECK(AskAt(relay.Port(), PostOf("{}")).Status() == 0);
  }
  CHECK(model.Requests().size() == 2);
  CHECK(Failures(proxy, "certificate") == 3);
  CHECK(Failures(proxy, "protocol") == 0);
}

TEST_CASE_METHOD(TlsSetting, "clients with an older version than the least are refused") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own, ", min_version: \"1.3\""));
  TlsRelay::Options options = Believing();
  CHECK(Shake(proxy, options).empty());
  options.most_version = TLS1_2_VERSION;
  CHECK(Shake(proxy, options) == "tlsv1 alert protocol version");
  CHECK(RunningProxy::Eventually([&] { return Failures(proxy, "protocol") == 1; }));
}

TEST_CASE_METHOD(TlsSetting, "a session is taken up again by whichever worker comes by") {
  FakeUpstream model(JsonAnswer("1"));
  const std::string config = OneModel(model.Address());
  RunningProxy proxy("workers: 3\n" + config.substr(config.find("clusters")), {}, Listener(own));
  TlsRelay::Options options = Believing();
  options.most_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
  for (int i = 0; i < 12; ++i) CHECK(AskAt(relay.Port(), PostOf("{}")).Status() == 200);
  for (std::size_t i = 0; i < 12; ++i) CHECK(relay.Handshakes().at(i).resumed == (i > 0));
  CHECK(proxy.Metric("understudy_tls_handshakes_total", "resumed=\"yes\"") == 11);
  CHECK(proxy.Metric("understudy_tls_handshakes_total", "resumed=\"no\"") == 1);
}

TEST_CASE_METHOD(TlsSetting, "new files are for new connections, and open ones stay") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  const auto shown = [&] {
    TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
    CHECK(AskAt(relay.Port(), PostOf("{}")).Status() == 200);
    return relay.Handshakes().at(0).peer;
  };
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  const TestSocket open = TestSocket::Connect(relay.Port());
  HttpReader reader(open);
  open.Send(PostOf("{}"));
  CHECK(reader.Read().Status() == 200);
  const TestCertificate next = authority.Issue("next");
  std::filesystem::rename(next.private_key, own.private_key);
  std::filesystem::rename(next.certificate, own.certificate);
  CHECK(RunningProxy::Eventually([&] { return shown() == "next"; }, 10000));
  open.Send(PostOf("{}"));
  CHECK(reader.Read().Status() == 200);
  CHECK(relay.Handshakes().size() == 1);
  CHECK(relay.Handshakes().at(0).peer == "own");
}

TEST_CASE_METHOD(TlsSetting, "a handshake that is not over in time is cut and counted") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), "handshake: 50ms", Listener(own));
  const TestSocket silent = proxy.Connect();
  const TestSocket slow = proxy.Connect();
  slow.Send("\x16\x03\x01\x02");
  HttpReader first(silent), second(slow);
  CHECK(first.AtEnd());
  CHECK(second.AtEnd());
  CHECK(RunningProxy::Eventually([&] { return Failures(proxy, "timeout") == 2; }));
  CHECK(proxy.Metric("understudy_connections_open") == 0);
  // Nor does a deadline of a handshake hold for what comes after it.
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  const TestSocket client = TestSocket::Connect(relay.Port());
  REQUIRE(relay.WaitForHandshakes(1));
  LetPass(150);
  client.Send(PostOf("{}"));
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 200);
}

TEST_CASE_METHOD(
    TlsSetting,
    "who ends a handshake is counted, and who only looks whether somebody listens is not") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  proxy.Connect().Close();
  REQUIRE(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_connections_accepted_total") == 1 &&
           proxy.Metric("understudy_connections_open") == 0;
  }));
  CHECK(proxy.Metric("understudy_tls_handshake_failures_total") == 0);
  proxy.Connect().Send("\x16\x03\x01\x02");
  CHECK(RunningProxy::Eventually([&] { return Failures(proxy, "protocol") == 1; }));
}

TEST_CASE_METHOD(TlsSetting,
                 "a quarter of the connections may be in their handshakes, and no more") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy("limits: {connections: 8}\n" + OneModel(model.Address()), {}, Listener(own));
  const TestSocket first = proxy.Connect();
  const TestSocket second = proxy.Connect();
  REQUIRE(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 2; }));
  const TestSocket third = proxy.Connect();
  HttpReader reader(third);
  CHECK(reader.AtEnd());
  CHECK(Failures(proxy, "too_many") == 1);
}

TEST_CASE_METHOD(TlsSetting, "beyond the limit of connections a client is closed without a word") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy("limits: {connections: 1}\n" + OneModel(model.Address()), {}, Listener(own));
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  const TestSocket client = TestSocket::Connect(relay.Port());
  REQUIRE(relay.WaitForHandshakes(1));
  const TestSocket refused = proxy.Connect();
  HttpReader reader(refused);
  CHECK(reader.AtEnd());
  CHECK(proxy.Metric("understudy_connections_refused_total") == 1);
}

TEST_CASE_METHOD(TlsSetting, "who speaks HTTP without TLS is told so, and counted") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == 400);
  CHECK(answer.body.find("this address speaks TLS") != std::string::npos);
  CHECK(Failures(proxy, "protocol") == 1);
  CHECK(model.Requests().empty());
}

TEST_CASE_METHOD(TlsSetting, "large bodies pass both ways, and a slow reader holds up nobody") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer(request.body));
  });
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  std::string body(20 << 20, '\0');
  std::uint32_t state = 7;
  for (char& c : body) c = static_cast<char>('a' + ((state = state * 1664525 + 1013904223) >> 28));
  const TestSocket slow = TestSocket::Connect(relay.Port());
  HttpReader slow_reader(slow);
  auto sent = std::async(std::launch::async, [&] { slow.Send(PostOf(body)); });
  CHECK((AskAt(relay.Port(), PostOf(body)).body == body));
  CHECK((slow_reader.Read(false, 20000).body == body));
  sent.get();
}

TEST_CASE_METHOD(TlsSetting, "an answer that breaks off has no notice of an end") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    LetPass(20);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  const TestSocket client = TestSocket::Connect(relay.Port());
  client.Send(PostOf("{}"));
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 200);
  CHECK_FALSE(answer.whole);
  CHECK(reader.Last() == TestSocket::Got::kReset);
}

TEST_CASE_METHOD(TlsSetting,
                 "a last answer ends with a notice, also where its end is the only frame") {
  FakeUpstream model("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
  model.SetScript([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  const TestSocket client = TestSocket::Connect(relay.Port());
  client.Send("GET /x HTTP/1.0\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.body == "to the end");
  CHECK(reader.Last() == TestSocket::Got::kEnd);
}

TEST_CASE_METHOD(TlsSetting, "a client that leaves while its answer is made is noticed") {
  std::promise<void> asked;
  std::atomic<bool> gone{false};
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    asked.set_value();
    gone = c.socket.WaitReadable(5000);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  const bool notice = GENERATE(true, false);
  TlsRelay::Options options = Believing();
  options.notice = notice;
  TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
  {
    const TestSocket client = TestSocket::Connect(relay.Port());
    client.Send(PostOf("{}"));
    asked.get_future().wait();
  }
  CHECK(RunningProxy::Eventually([&] { return gone.load(); }));
  CHECK(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_clients_left_total") == 1; }));
}

TEST_CASE_METHOD(TlsSetting, "handshakes under way do not hold up the end of the process") {
  FakeUpstream model(JsonAnswer("1"));
  RunningProxy proxy(OneModel(model.Address()), {}, Listener(own));
  const TestSocket silent = proxy.Connect();
  REQUIRE(
      RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  proxy.Own().Drain();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE_METHOD(TlsSetting,
                 "a proxy with files that cannot be used does not start, and says why") {
  FakeUpstream model(JsonAnswer("1"));
  own.private_key = authority.Issue("other").private_key;
  CHECK_THROWS_WITH(RunningProxy(OneModel(model.Address()), {}, Listener(own)),
                    Catch::Contains("is not that of the certificate in"));
}
