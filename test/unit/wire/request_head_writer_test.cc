// The head of a request as an upstream gets it: what goes on, what stays behind, what is added.
#include <catch2/catch.hpp>

#include "proxy/wire/head_writer.h"
#include "proxy/wire/http1_head.h"

namespace understudy {
namespace {

struct Arm {
  Cluster cluster;
  RequestRewrite rewrite;

  Arm() {
    rewrite.client_address = "192.0.2.7";
    rewrite.endpoint = "10.0.0.1:9001";
  }
};

Arm ShadowArm() {
  Arm arm;
  arm.rewrite.role = "shadow";
  arm.rewrite.route = "digits";
  arm.rewrite.candidate = "v2";
  arm.rewrite.pair_id = "p1";
  arm.rewrite.traceparent_parent = "00f067aa0ba902b7";
  return arm;
}

std::string Write(const std::string& raw, Arm arm = Arm()) {
  RequestHead head;
  const auto error = ParseRequestHead(raw, HeadLimits(), head);
  REQUIRE_FALSE(error.has_value());
  arm.rewrite.cluster = &arm.cluster;
  std::string out = "left over";
  WriteRequestHead(head, arm.rewrite, out);
  // Whatever is written is a request that we would take ourselves, unless it was the last hop's.
  if (out.find("Max-Forwards: 0\r\n") != std::string::npos) return out;
  HeadScanner scanner;
  RequestHead again;
  CHECK(scanner.Scan(out, HeadLimits()) == HeadScanner::State::kFound);
  CHECK(scanner.HeadBytes() == out.size());
  CHECK_FALSE(ParseRequestHead(out, HeadLimits(), again).has_value());
  CHECK(again.framing ==
        (arm.rewrite.set_length && arm.rewrite.length > 0 ? Framing::kLength : head.framing));
  return out;
}

std::string WithFields(const std::string& fields, Arm arm = Arm()) {
  return Write("POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n", std::move(arm));
}

bool Has(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

bool Names(std::string head, std::string name) {
  for (std::string* text : {&head, &name}) {
    for (char& c : *text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return head.find("\r\n" + name + ":") != std::string::npos;
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_CASE("a request goes on with its fields in their order and case") {
  CHECK(Write("POST /v2/models/a%2Fb:predict?x=1 HTTP/1.1\r\naccept: */*\r\nHost: a.example\r\n"
              "X-B: 1\r\nx-a:  2  \r\nX-B: 3\r\nContent-Length: 5\r\nUser-Agent: t/1\r\n\r\n") ==
        "POST /v2/models/a%2Fb:predict?x=1 HTTP/1.1\r\nHost: a.example\r\naccept: */*\r\nX-B: 1\r\n"
        "x-a: 2\r\nX-B: 3\r\nUser-Agent: t/1\r\nContent-Length: 5\r\nX-Forwarded-For: 192.0.2.7\r\n"
        "X-Forwarded-Proto: http\r\nX-Forwarded-Host: a.example\r\n\r\n");
}

TEST_CASE("fields go on alike whether they lie as they are written or not") {
  const std::string head = WithFields(
      "A: 1\r\nB: 2\r\nTE: x\r\nC:3\r\nD: 4\r\nE: 5 \r\nF: 6\r\nG:\r\nConnection: h\r\nH: 8\r\n"
      "I: 9\r\n");
  CHECK(
      head.starts_with("POST /x HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"
                       "F: 6\r\nG: \r\nI: 9\r\nX-Forwarded-For: "));
}

TEST_CASE("an old client's request goes on as one of HTTP 1.1") {
  CHECK(Write("GET / HTTP/1.0\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: 10.0.0.1:9001\r\nX-Forwarded-For: 192.0.2.7\r\n"
        "X-Forwarded-Proto: http\r\n\r\n");
}

TEST_CASE("the authority of an absolute target is the Host that goes on") {
  const std::string out = Write("GET http://b.example:81/x HTTP/1.1\r\nHost: a.example\r\n\r\n");
  CHECK(out.starts_with("GET /x HTTP/1.1\r\nHost: b.example:81\r\n"));
  CHECK(Count(out, "a.example") == 0);
}

TEST_CASE("a cluster's authority replaces the Host and the client's is kept beside it") {
  Arm literal;
  literal.cluster.authority_mode = AuthorityMode::kLiteral;
  literal.cluster.authority = "model.internal";
  const std::string out = WithFields("", literal);
  CHECK(Has(out, "Host: model.internal"));
  CHECK(Has(out, "X-Forwarded-Host: a"));
  Arm upstream;
  upstream.cluster.authority_mode = AuthorityMode::kUpstream;
  CHECK(Has(WithFields("", upstream), "Host: 10.0.0.1:9001"));
}

TEST_CASE("fields of one hop stay behind in any case and with underscores") {
  for (const std::string name :
       {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "Proxy-Authorization",
        "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy", "HTTP2-Settings", "keep_alive",
        "PROXY_AUTHORIZATION", "Transfer_Encoding", "Content_Length"}) {
    const std::string out = WithFields(name + ": x\r\nKept: 1\r\n");
    INFO(name);
    CHECK_FALSE(Names(out, name));
    CHECK(Has(out, "Kept: 1"));
  }
}

TEST_CASE("fields that Connection names stay behind with it") {
  const std::string out = WithFields(
      "Connection: close, X-Foo\r\nX-Foo: 1\r\nx-foo: 2\r\nX-Foobar: 3\r\nConnection: , ,BAR\r\n"
      "bar: 4\r\nKept: 5\r\n");
  CHECK_FALSE(Names(out, "x-foo"));
  CHECK_FALSE(Names(out, "bar"));
  CHECK_FALSE(Names(out, "connection"));
  CHECK(Has(out, "X-Foobar: 3"));
  CHECK(Has(out, "Kept: 5"));
  CHECK_FALSE(
      Names(WithFields("Connection: Authorization\r\nAuthorization: b\r\n"), "authorization"));
  CHECK(Has(WithFields("Connection: keep-alive\r\nX: y\r\n"), "X: y"));
}

TEST_CASE("Connection cannot take away what the proxy itself writes") {
  const std::string out = WithFields(
      "Connection: close, Host, Content-Length, X-Forwarded-For, X-Forwarded-Host, "
      "X-Forwarded-Proto, X-Understudy-Role\r\nContent-Length: 5\r\nX-Forwarded-For: 10.1.1.1\r\n",
      ShadowArm());
  CHECK(Has(out, "Host: a"));
  CHECK(Has(out, "Content-Length: 5"));
  CHECK(Has(out, "X-Forwarded-For: 10.1.1.1, 192.0.2.7"));
  CHECK(Has(out, "X-Forwarded-Host: a"));
  CHECK(Has(out, "X-Forwarded-Proto: http"));
  CHECK(Has(out, "x-understudy-role: shadow"));
}

TEST_CASE("the way a request came is told in one X-Forwarded-For") {
  CHECK(Has(WithFields(""), "X-Forwarded-For: 192.0.2.7"));
  CHECK(Has(WithFields("x-forwarded-for: 10.0.0.1, 10.0.0.2\r\n"),
            "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 192.0.2.7"));
  // Some proxies add a line of their own; all lines are one list (RFC 9110 section 5.3).
  const std::string out = WithFields(
      "X-Forwarded-For: 10.0.0.1\r\nX: y\r\nX-Forwarded-For:\r\nX-FORWARDED-FOR: 10.0.0.2\r\n");
  CHECK(Has(out, "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 192.0.2.7"));
  CHECK(Count(out, "orwarded-") == 3);
}

TEST_CASE("a client cannot pass on its own idea of scheme and host") {
  const std::string out = WithFields(
      "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX_Forwarded_For: evil\r\n"
      "x_forwarded_proto: evil\r\nX-Forwarded_Host: evil\r\n");
  CHECK(Count(out, "evil") == 0);
  CHECK(Has(out, "X-Forwarded-Proto: http"));
  CHECK(Has(out, "X-Forwarded-Host: a"));
}

TEST_CASE("an underscore of its own is no reason to drop a field") {
  const std::string out = WithFields("serve_multiplexed_model_id: m1\r\napi_version: 2\r\n");
  CHECK(Has(out, "serve_multiplexed_model_id: m1"));
  CHECK(Has(out, "api_version: 2"));
}

TEST_CASE("a client's own understudy fields stay behind") {
  const std::string out =
      WithFields("x-understudy-role: shadow\r\nX-Understudy-Pair: p\r\nX_Understudy_Route: r\r\n");
  CHECK_FALSE(Names(out, "x-understudy-role"));
  CHECK_FALSE(Names(out, "x-understudy-pair"));
  CHECK_FALSE(Names(out, "x_understudy_route"));
}

TEST_CASE("an expectation is answered by the proxy and goes no further") {
  CHECK_FALSE(Names(WithFields("Expect: 100-continue\r\nContent-Length: 1\r\n"), "expect"));
}

TEST_CASE("the framing that goes on is the one that was read") {
  CHECK(Has(WithFields("Content-Length: 0005\r\n"), "Content-Length: 5"));
  CHECK(Has(WithFields("Content-Length: 0\r\n"), "Content-Length: 0"));
  const std::string chunked = WithFields("transfer-encoding:  CHUNKED \r\n");
  CHECK(Has(chunked, "Transfer-Encoding: chunked"));
  CHECK_FALSE(Names(chunked, "content-length"));
  const std::string none = WithFields("");
  CHECK_FALSE(Names(none, "content-length"));
  CHECK_FALSE(Names(none, "transfer-encoding"));
}

TEST_CASE("a rewritten body has its own length whatever the client's framing was") {
  Arm arm;
  arm.rewrite.set_length = true;
  arm.rewrite.length = 77;
  for (const std::string fields : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
    const std::string out = WithFields(fields, arm);
    CHECK(Has(out, "Content-Length: 77"));
    CHECK(Count(out, "ontent-") == 1);
    CHECK_FALSE(Names(out, "transfer-encoding"));
  }
}

TEST_CASE("a cluster's header edits replace and remove in any case") {
  Arm arm;
  arm.cluster.headers.set = {{"Authorization", "Bearer own"}, {"x-team", "risk"}};
  arm.cluster.headers.remove = {"X-Debug"};
  const std::string out = WithFields(
      "authorization: Bearer theirs\r\nX-Team: a\r\nX-TEAM: b\r\nx-debug: 1\r\nKept: 1\r\n", arm);
  CHECK(Has(out, "Authorization: Bearer own"));
  CHECK(Has(out, "x-team: risk"));
  CHECK(Count(out, "theirs") == 0);
  CHECK(Count(out, "eam: ") == 1);
  CHECK_FALSE(Names(out, "x-debug"));
  CHECK(Has(out, "Kept: 1"));
}

TEST_CASE("a cluster's header edits hold for the forwarding fields as well") {
  Arm arm;
  arm.cluster.headers.set = {{"x-forwarded-proto", "https"}};
  arm.cluster.headers.remove = {"X-Forwarded-For", "x-forwarded-host"};
  const std::string out = WithFields("X-Forwarded-For: 10.0.0.1\r\n", arm);
  CHECK(Has(out, "x-forwarded-proto: https"));
  CHECK(Count(out, "orwarded-") == 1);
}

TEST_CASE("a cluster's path prefix and replacement change the target alone") {
  const auto line = [](const std::string& target, Arm arm) {
    const std::string out = Write("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", arm);
    return out.substr(0, out.find("\r\n"));
  };
  Arm prefix;
  prefix.cluster.path_prefix = "/serve";
  CHECK(line("/v1/x?y=/v1", prefix) == "GET /serve/v1/x?y=/v1 HTTP/1.1");
  Arm replace;
  replace.cluster.path_replace = {"/v1/", "/v2/models/"};
  CHECK(line("/v1/x?y=/v1/", replace) == "GET /v2/models/x?y=/v1/ HTTP/1.1");
  CHECK(line("/other/v1/", replace) == "GET /other/v1/ HTTP/1.1");
}

TEST_CASE("a shadow carries its role and never a credential") {
  const std::string out = WithFields(
      "Authorization: Bearer s\r\nPROXY-AUTHORIZATION: s\r\nCookie: s\r\nx-api-key: s\r\nApi-Key: "
      "s\r\n"
      "Idempotency-Key: s\r\nX-Auth-Token: s\r\nx-goog-api-key: s\r\nx-amz-security-token: s\r\n"
      "X_API_KEY: s\r\napi_key: s\r\nOpenAI-Organization: s\r\nSec-WebSocket-Protocol: s\r\nKept: "
      "1\r\n",
      ShadowArm());
  CHECK(Count(out, ": s\r\n") == 0);
  CHECK(Count(out, "Bearer") == 0);
  CHECK(Has(out, "Kept: 1"));
  CHECK(Has(out, "x-understudy-role: shadow"));
  CHECK(Has(out, "x-understudy-route: digits"));
  CHECK(Has(out, "x-understudy-candidate: v2"));
  CHECK(Has(out, "x-understudy-pair: p1"));
}

TEST_CASE("the serving arm gets the client's credentials and no role") {
  const std::string out =
      WithFields("Authorization: Bearer s\r\nCookie: c\r\nIdempotency-Key: k\r\n");
  CHECK(Has(out, "Authorization: Bearer s"));
  CHECK(Has(out, "Cookie: c"));
  CHECK(Has(out, "Idempotency-Key: k"));
  CHECK(Count(out, "x-understudy") == 0);
}

TEST_CASE("a shadow gets the credentials that are listed and its cluster's own") {
  Arm arm = ShadowArm();
  const std::vector<std::string> listed = {"authorization"};
  arm.rewrite.forward_credentials = &listed;
  arm.cluster.headers.set = {{"X-Api-Key", "own"}};
  const std::string out =
      WithFields("AUTHORIZATION: Bearer s\r\nCookie: c\r\nx-api-key: theirs\r\n", arm);
  CHECK(Has(out, "AUTHORIZATION: Bearer s"));
  CHECK_FALSE(Names(out, "cookie"));
  CHECK(Has(out, "X-Api-Key: own"));
  CHECK(Count(out, "theirs") == 0);
}

TEST_CASE("a shadow's trace has a parent of its own") {
  const std::string trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-01";
  CHECK(Has(WithFields(trace + "\r\ntracestate: a=b\r\n"), trace));
  const std::string out = WithFields(trace + "\r\ntracestate: a=b\r\n", ShadowArm());
  CHECK(Has(out, "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  CHECK(Has(out, "tracestate: a=b"));
  CHECK_FALSE(Names(WithFields("traceparent: 00-short-01\r\n", ShadowArm()), "traceparent"));
}

TEST_CASE("Max-Forwards counts down for OPTIONS alone") {
  const auto options = [](const std::string& value) {
    return Write("OPTIONS /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: " + value + "\r\n\r\n");
  };
  CHECK(Has(options("10"), "Max-Forwards: 9"));
  CHECK(Has(options("1"), "Max-Forwards: 0"));
  CHECK(Has(options("many"), "Max-Forwards: many"));
  CHECK(Has(WithFields("Max-Forwards: 10\r\n"), "Max-Forwards: 10"));
}

TEST_CASE("a request is known as a shadow by its role") {
  const auto is_shadow = [](const std::string& fields) {
    RequestHead head;
    const std::string raw = "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    REQUIRE_FALSE(ParseRequestHead(raw, HeadLimits(), head).has_value());
    return IsShadowRequest(head);
  };
  CHECK(is_shadow("X-Understudy-Role: shadow\r\n"));
  CHECK(is_shadow("x-understudy-role: control\r\n"));
  CHECK_FALSE(is_shadow("x-understudy-role: other\r\n"));
  CHECK_FALSE(is_shadow("x-understudy-route: shadow\r\n"));
  CHECK_FALSE(is_shadow(""));
}

}  // namespace
}  // namespace understudy
