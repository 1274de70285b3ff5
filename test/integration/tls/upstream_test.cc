// TLS to model servers: whom the proxy believes, what is spoken, and what a failure becomes.
#include <catch2/catch.hpp>
#include <future>

#include "test/integration/tls/tls_setting.h"
#include "test/support/fake_http2_upstream.h"
#include "test/support/http2_client.h"

using namespace understudy;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;

Answer Scheme(const Request& request) { return {200, {}, *request.Field(":scheme")}; }

std::uint16_t PortOf(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
}

// A request that no server answers for a fault of TLS.
void CheckRefused(const RunningProxy& proxy) {
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.Status() == 502);
  CHECK(answer.Field("x-understudy-reason") == "tls_failed");
  CHECK(proxy.Metric("understudy_upstream_tls_failures_total") > 0);
}

}  // namespace

TEST_CASE_METHOD(TlsSetting, "a server is asked over TLS, on connections that are kept") {
  FakeUpstream model(JsonAnswer("1"));
  TlsRelay::Options options{.own = own};
  options.most_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsRelay front = TlsRelay::Server(model.Port(), options);
  RunningProxy proxy(OneModel(front.Address(), Cluster()));
  for (int i = 0; i < 5; ++i) {
    CHECK(proxy.Post("/x", "{}").body == "1");
    LetPass(40);  // the server's tickets have come meanwhile
  }
  CHECK(front.Handshakes().size() == 1);
  CHECK(front.Handshakes().at(0).server_name.empty());  // an address
  CHECK(front.Handshakes().at(0).alpn.empty());
  CHECK(proxy.Metric("understudy_upstream_reuses_total") == 4);
}

TEST_CASE_METHOD(TlsSetting, "a name is asked for, and is the one that is believed") {
  FakeUpstream model(JsonAnswer("1"));
  TlsRelay front = TlsRelay::Server(model.Port(), {.own = authority.Issue("m", {{"models.test"}})});
  RunningProxy proxy(OneModel(front.Address(), Cluster(", server_name: models.test")));
  CHECK(proxy.Post("/x", "{}").body == "1");
  CHECK(front.Handshakes().at(0).server_name == "models.test");
  RunningProxy by_host(OneModel("localhost:" + std::to_string(front.Port()), Cluster()));
  CheckRefused(by_host);
  REQUIRE(front.WaitForHandshakes(2));
  CHECK(front.Handshakes().at(1).server_name == "localhost");
}

TEST_CASE_METHOD(TlsSetting, "a session with a server is taken up again") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1");
    return false;
  });
  TlsRelay::Options options{.own = own};
  options.most_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsRelay front = TlsRelay::Server(model.Port(), options);
  RunningProxy proxy(OneModel(front.Address(), Cluster()));
  for (int i = 0; i < 3; ++i) CHECK(proxy.Post("/x", "{}").body == "1");
  for (std::size_t i = 0; i < 3; ++i) CHECK(front.Handshakes().at(i).resumed == (i > 0));
}

TEST_CASE_METHOD(TlsSetting, "a server that is not to be believed is not asked") {
  FakeUpstream model(JsonAnswer("1"));
  TestAuthority others(folder.Path(), "others");
  TlsRelay::Options options{.own = own};
  std::string more;
  SECTION("another name") { options.own = authority.Issue("m", {{"other.test"}}); }
  SECTION("another authority") { options.own = others.Issue("m", {{"IP:127.0.0.1"}}); }
  SECTION("its time is over") { options.own = authority.Issue("m", {{"IP:127.0.0.1"}, -9, -2}); }
  SECTION("an older version") {
    options.most_version = TLS1_2_VERSION;
    more = ", min_version: \"1.3\"";
  }
  TlsRelay front = TlsRelay::Server(model.Port(), options);
  RunningProxy proxy(OneModel(front.Address(), Cluster(more)));
  CheckRefused(proxy);
  CHECK(model.Requests().empty());
}

TEST_CASE_METHOD(TlsSetting,
                 "a server that speaks no TLS, and one that hangs in the handshake, fail") {
  FakeUpstream plaintext = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    return false;
  });
  RunningProxy proxy(OneModel(plaintext.Address(), Cluster()));
  CheckRefused(proxy);
  FakeUpstream silent = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(5000);
    return false;
  });
  RunningProxy waits(OneModel(silent.Address(), Cluster({}, ", timeouts: {connect: 50ms}")));
  const HttpText answer = waits.Post("/x", "{}");
  CHECK(answer.Status() == 504);
  CHECK(answer.Field("x-understudy-reason") == "connect_timeout");
}

TEST_CASE_METHOD(TlsSetting, "a server that asks for a certificate is shown the cluster's") {
  FakeUpstream model(JsonAnswer("1"));
  TlsRelay::Options options{.own = own, .ca = authority.Path()};
  options.most_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsRelay front = TlsRelay::Server(model.Port(), options);
  const TestCertificate client = authority.Issue("proxy");
  RunningProxy proxy(
      OneModel(front.Address(), Cluster(fmt::format(", certificate: \"{}\", private_key: \"{}\"",
                                                    client.certificate, client.private_key))));
  CHECK(proxy.Post("/x", "{}").body == "1");
  CHECK(front.Handshakes().at(0).peer == "proxy");
  RunningProxy nobody(OneModel(front.Address(), Cluster()));
  CheckRefused(nobody);
}

TEST_CASE_METHOD(TlsSetting,
                 "servers of HTTP/2 are asked over TLS, many requests to a connection") {
  FakeHttp2Upstream model(Scheme);
  TlsRelay front = TlsRelay::Server(PortOf(model.Address()), {.own = own, .alpn = {"h2"}});
  RunningProxy proxy(OneModel(front.Address(), Cluster({}, ", protocol: http2")));
  for (int i = 0; i < 5; ++i) CHECK(proxy.Post("/x", "{}").body == "https");
  CHECK(model.Connections() == 1);
  CHECK(front.Handshakes().at(0).alpn == "h2");
}

TEST_CASE_METHOD(TlsSetting, "a server that is to speak HTTP/2 and does not choose it fails") {
  FakeUpstream model(JsonAnswer("1"));
  TlsRelay front = TlsRelay::Server(model.Port(), {.own = own, .alpn = {"http/1.1"}});
  RunningProxy proxy(OneModel(front.Address(), Cluster({}, ", protocol: http2")));
  CheckRefused(proxy);
  CHECK(model.Requests().empty());
}

TEST_CASE_METHOD(TlsSetting,
                 "with auto each server chooses, and both kinds go together in a cluster") {
  FakeHttp2Upstream two(Scheme);
  FakeUpstream one(JsonAnswer("one"));
  TlsRelay two_front = TlsRelay::Server(PortOf(two.Address()), {.own = own, .alpn = {"h2"}});
  TlsRelay one_front = TlsRelay::Server(
      one.Port(),
      {.own = own,
       .alpn = GENERATE(std::vector<std::string>{"http/1.1"}, std::vector<std::string>{})});
  RunningProxy proxy(OneModel(one_front.Address() + "\", \"" + two_front.Address(),
                              Cluster({}, ", protocol: auto, load_balancing: round_robin")));
  int ones = 0, twos = 0;
  for (int i = 0; i < 8; ++i) {
    const std::string body = proxy.Post("/x", "{}").body;
    ones += body == "one" ? 1 : 0;
    twos += body == "https" ? 1 : 0;
  }
  CHECK(ones == 4);
  CHECK(twos == 4);
  CHECK(two.Connections() == 1);
  CHECK(one.Connections() == 1);
}

TEST_CASE_METHOD(TlsSetting, "with auto, requests that come at once share what they find out") {
  FakeHttp2Upstream model(
      [](const Request&) -> Answer { return {.status = 200, .body = "1", .held = true}; });
  TlsRelay front = TlsRelay::Server(PortOf(model.Address()), {.own = own, .alpn = {"h2"}});
  RunningProxy proxy(OneModel(front.Address(), Cluster({}, ", protocol: auto")));
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 10; ++i) {
    answers.push_back(
        std::async(std::launch::async, [&] { return proxy.Post("/x", "{}").Status(); }));
  }
  CHECK(model.WaitForRequests(10));
  model.Release();
  for (auto& answer : answers) CHECK(answer.get() == 200);
  CHECK(model.Connections() == 1);
}

TEST_CASE_METHOD(TlsSetting,
                 "an answer that only its connection's end ends needs the end's notice") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\n\r\nto the end");
    return false;
  });
  const bool notice = GENERATE(true, false);
  TlsRelay front = TlsRelay::Server(model.Port(), {.own = own, .notice = notice});
  RunningProxy proxy(OneModel(front.Address(), Cluster()));
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(answer.body == "to the end");
  CHECK(answer.whole == notice);
}

TEST_CASE_METHOD(TlsSetting, "a kept connection that its server ends is no failure") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send(JsonAnswer("1"));
    return false;  // without having said so
  });
  const bool notice = GENERATE(true, false);
  TlsRelay front = TlsRelay::Server(model.Port(), {.own = own, .notice = notice});
  RunningProxy proxy(OneModel(front.Address(), Cluster()));
  for (int i = 0; i < 5; ++i) {
    CHECK(proxy.Post("/x", "{}").body == "1");
    LetPass(i * 10);
  }
  CHECK(model.Requests().size() == 5);
}

TEST_CASE_METHOD(TlsSetting, "large bodies pass over TLS on both sides, in any version of HTTP") {
  const bool http2 = GENERATE(false, true);
  std::string body(20 << 20, '\0');
  std::uint32_t state = 7;
  for (char& c : body) c = static_cast<char>('a' + ((state = state * 1664525 + 1013904223) >> 28));
  FakeHttp2Upstream two([](const Request& request) -> Answer { return {200, {}, request.body}; });
  FakeUpstream one([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer(request.body));
  });
  TlsRelay front = TlsRelay::Server(http2 ? PortOf(two.Address()) : one.Port(),
                                    {.own = own, .alpn = {http2 ? "h2" : "http/1.1"}});
  RunningProxy proxy(OneModel(front.Address(), Cluster({}, ", protocol: auto")), {}, Listener(own));
  TlsRelay::Options options = Believing();
  options.alpn = {http2 ? "h2" : "http/1.1"};
  TlsRelay relay = TlsRelay::Client(proxy.Port(), options);
  if (http2) {
    Http2Client client(relay.Port());
    CHECK((client.Ask("POST", "/x", {}, body).body == body));
  } else {
    CHECK((AskAt(relay.Port(), PostOf(body)).body == body));
  }
}

TEST_CASE_METHOD(TlsSetting,
                 "shadows are sent over TLS, too, and a candidate without it diverges") {
  FakeUpstream incumbent(JsonAnswer("1")), candidate(JsonAnswer("1"));
  TlsRelay one = TlsRelay::Server(incumbent.Port(), {.own = own});
  TestAuthority others(folder.Path(), "others");
  const bool good = GENERATE(true, false);
  TlsRelay two = TlsRelay::Server(candidate.Port(),
                                  {.own = good ? own : others.Issue("m", {{"IP:127.0.0.1"}})});
  RunningProxy proxy(TwoModels(one.Address(), two.Address(), {}, Cluster()), {}, Listener(own));
  TlsRelay relay = TlsRelay::Client(proxy.Port(), Believing());
  CHECK(AskAt(relay.Port(), PostOf("{}")).Status() == 200);
  CHECK(RunningProxy::Eventually(
      [&] { return Comparisons(proxy, "exact", good ? "same" : "different") == 1; }));
  if (good) CHECK(candidate.Requests().at(0).Field("x-forwarded-proto") == "https");
}

TEST_CASE_METHOD(TlsSetting, "health checks are made over TLS, in what the server chose") {
  const bool http2 = GENERATE(false, true);
  const std::string protocol = GENERATE("auto", "fixed");
  FakeHttp2Upstream two([](const Request& request) -> Answer {
    return {request.Field(":path") == "/ready" && request.Field(":scheme") != "https" ? 503 : 200,
            {},
            "1"};
  });
  FakeUpstream one(JsonAnswer("1"));
  TlsRelay good = TlsRelay::Server(http2 ? PortOf(two.Address()) : one.Port(),
                                   {.own = own, .alpn = {http2 ? "h2" : "http/1.1"}});
  // Its certificate is for somebody else, so its health is not even asked for.
  FakeUpstream never(JsonAnswer("never"));
  TlsRelay bad = TlsRelay::Server(
      never.Port(), {.own = authority.Issue("m", {{"other.test"}}), .alpn = {"h2", "http/1.1"}});
  RunningProxy proxy(OneModel(
      bad.Address() + "\", \"" + good.Address(),
      Cluster({}, fmt::format(", protocol: {}, load_balancing: round_robin, "
                              "health: {{path: /ready, interval: 20ms}}",
                              protocol == "auto" ? "auto" : (http2 ? "http2" : "http1")))));
  // The other one is asked in its place while that is not known, and then not tried any more.
  CHECK(RunningProxy::Eventually([&] {
    const double before = proxy.Metric("understudy_upstream_tls_failures_total");
    for (int i = 0; i < 4; ++i) CHECK(proxy.Post("/x", "{}").body == "1");
    return proxy.Metric("understudy_upstream_tls_failures_total") == before;
  }));
  CHECK(never.Requests().empty());
}

TEST_CASE_METHOD(TlsSetting,
                 "new authorities are believed, and a reload changes who is asked for") {
  FakeUpstream model(JsonAnswer("1"));
  TestAuthority others(folder.Path(), "others");
  TlsRelay front = TlsRelay::Server(model.Port(), {.own = others.Issue("m", {{"models.test"}})});
  RunningProxy proxy(OneModel(front.Address(), Cluster(", server_name: models.test")));
  CheckRefused(proxy);
  WriteWholeFile(authority.Path(), ReadWholeFile(others.Path()));
  CHECK(RunningProxy::Eventually([&] { return proxy.Post("/x", "{}").body == "1"; }, 10000));
  REQUIRE(proxy.Reload(OneModel(front.Address(), Cluster(", server_name: other.test"))));
  CHECK(RunningProxy::Eventually([&] { return proxy.Post("/x", "{}").Status() == 502; }));
  CHECK_FALSE(proxy.Reload(OneModel(front.Address(), ", tls: {ca: /nowhere}")));
}
