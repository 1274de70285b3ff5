// Calls of gRPC: what a client is told when its model server fails, how long a call may take, and
// which calls go to whom.
#include "proxy/model/grpc.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "test/support/fake_http2_upstream.h"
#include "test/support/fake_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;
using namespace std::chrono_literals;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;
using Fields = Http2Client::Fields;

const std::string kHttp2 = ", protocol: http2";
const Fields kGrpc = {{"content-type", "application/grpc"}, {"te", "trailers"}};
const std::string kMessage("\0\0\0\0\3abc", 8);

Answer Echo(const Request& request) {
  return {200, {{"content-type", "application/grpc"}}, request.body, {{"grpc-status", "0"}}};
}

Fields With(std::string name, std::string value) {
  Fields fields = kGrpc;
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

// The status of an answer that has nothing but trailers.
std::string TrailersOnly(const Http2Answer& answer) {
  CHECK(answer.status == 200);
  CHECK(answer.ended);
  CHECK(answer.body.empty());
  CHECK(answer.Field("content-type") == "application/grpc");
  CHECK_FALSE(answer.Field("grpc-message").value_or("").empty());
  return answer.Field("grpc-status").value_or("none");
}

double Skipped(const RunningProxy& proxy, const std::string& reason) {
  return proxy.Metric("understudy_mirror_requests_total", "outcome=\"skipped\"",
                      "reason=\"" + reason + "\"");
}

}  // namespace

TEST_CASE("a call that no server can take is told UNAVAILABLE, and never by a status of HTTP") {
  std::string address;
  {
    FakeHttp2Upstream gone(Echo);
    address = gone.Address();
  }
  RunningProxy proxy(OneModel(address, kHttp2));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/s.S/Infer", kGrpc, kMessage);
  CHECK(TrailersOnly(answer) == "14");
  CHECK(answer.Field("x-understudy-reason") == "connect_refused");
}

TEST_CASE("a server that takes too long is told DEADLINE_EXCEEDED") {
  FakeHttp2Upstream model([](const Request& request) {
    Answer answer = Echo(request);
    answer.held = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2 + ", timeouts: {first_byte: 100ms}"));
  Http2Client client(proxy.Port());
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", kGrpc, kMessage)) == "4");
  model.Release();
}

TEST_CASE(
    "a message beyond the limit is RESOURCE_EXHAUSTED, and a path that no route has "
    "UNIMPLEMENTED") {
  FakeHttp2Upstream model(Echo);
  RunningProxy proxy("limits: {body_bytes: 1KiB}\nclusters:\n  - {name: v1, endpoints: [\"" +
                     model.Address() +
                     "\"], protocol: http2}\nroutes:\n  - {name: all, match: {grpc_service: s.S}, "
                     "incumbent: v1}\n");
  Http2Client client(proxy.Port());
  const std::string large = std::string("\0\0\0\x10\0", 5) + std::string(4096, 'x');
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", kGrpc, large)) == "8");
  CHECK(TrailersOnly(client.Ask("POST", "/t.T/Infer", kGrpc, kMessage)) == "12");
  CHECK(client.Ask("POST", "/s.S/Infer", kGrpc, kMessage).Trailer("grpc-status") == "0");
}

TEST_CASE("a server that dies within its answer: the client has what came, and UNAVAILABLE") {
  FakeHttp2Upstream model([](const Request& request) {
    Answer answer = Echo(request);
    answer.cut = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const Http2Answer answer = client.Ask("POST", "/s.S/Infer", kGrpc, kMessage);
  CHECK(answer.ended);
  CHECK(answer.body == kMessage);
  CHECK(answer.Trailer("grpc-status") == "14");
  CHECK_FALSE(answer.reset);
  // Of anything but gRPC a truncated answer is a reset.
  CHECK(client.Ask("POST", "/x", {}, "{}").reset);
}

TEST_CASE("a grpc-status of a server counts as the HTTP status that it amounts to") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    const std::string code = request.Field("x-code").value_or("0");
    Answer answer = Echo(request);
    if (request.Field("x-early")) {
      return {200, {{"content-type", "application/grpc"}, {"grpc-status", code}}};
    }
    answer.trailers = {{"grpc-status", code}};
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const auto served = [&](const std::string& code_class) {
    return proxy.Metric("understudy_requests_total", "code_class=\"" + code_class + "\"");
  };
  CHECK(client.Ask("POST", "/s.S/I", With("x-code", "14"), kMessage).Trailer("grpc-status") ==
        "14");
  CHECK(served("5xx") == 1);
  Fields early = With("x-code", "13");
  early.emplace_back("x-early", "1");
  const Http2Answer answer = client.Ask("POST", "/s.S/I", early, kMessage);
  CHECK(answer.Field("grpc-status") == "13");
  CHECK_FALSE(answer.Field("content-length"));
  CHECK(served("5xx") == 2);
  client.Ask("POST", "/s.S/I", With("x-code", "3"), kMessage);
  CHECK(served("4xx") == 1);
  client.Ask("POST", "/s.S/I", kGrpc, kMessage);
  CHECK(served("2xx") == 1);
}

TEST_CASE("a server is told what is left of the client's timeout, and not waited for beyond it") {
  FakeHttp2Upstream model([](const Request& request) {
    Answer answer = Echo(request);
    answer.held = request.Field("x-held").has_value();
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  client.Ask("POST", "/s.S/Infer", With("grpc-timeout", "30S"), kMessage);
  const std::string left = model.Requests().at(0).Field("grpc-timeout").value_or("");
  const Duration told = ParseGrpcTimeout(left).value_or(Duration::zero());
  CHECK(told < 30s);
  CHECK(told > 20s);
  Fields held = With("grpc-timeout", "150m");
  held.emplace_back("x-held", "1");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", held, kMessage)) == "4");
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(took >= 140ms);
  CHECK(took < 5s);
  // The server hears of it, and its slowness is counted.
  CHECK(RunningProxy::Eventually([&] { return model.Resets() == 1; }));
  CHECK(proxy.Metric("understudy_requests_total", "code_class=\"none\"") == 1);
  model.Release();
}

TEST_CASE("a client that gives up is passed on to the server within a tenth of a second") {
  FakeHttp2Upstream model([](const Request& request) {
    Answer answer = Echo(request);
    answer.held = true;
    return answer;
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("POST", "/s.S/Infer", kGrpc, false);
  client.Send(stream, kMessage, true);
  REQUIRE(model.WaitForRequests(1));
  client.Reset(stream);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(RunningProxy::Eventually([&] { return model.Resets() == 1; }));
  CHECK(std::chrono::steady_clock::now() - begun < 100ms);
  model.Release();
}

TEST_CASE(
    "calls of a service, or of one method, are a route's; health checks are the incumbent's") {
  FakeHttp2Upstream incumbent(Echo), candidate(Echo);
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n", kHttp2));
  Http2Client client(proxy.Port());
  client.Ask("POST", "/grpc.health.v1.Health/Check", kGrpc, kMessage);
  client.Ask("POST", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", kGrpc, kMessage);
  client.Ask("POST", "/s.S/Infer", kGrpc, kMessage);
  REQUIRE(candidate.WaitForRequests(1));
  CHECK(candidate.Requests().at(0).Field(":path") == "/s.S/Infer");
  CHECK(incumbent.Requests().size() == 3);
  CHECK(Skipped(proxy, "infrastructure") == 2);
}

TEST_CASE("a call whose client sends several messages is served, and mirrored only when kept") {
  FakeHttp2Upstream incumbent(Echo), candidate(Echo);
  const std::string kept =
      GENERATE(as<std::string>(), "", "    mirror_streams: buffered\n    stream_bytes: 1KiB\n");
  CAPTURE(kept);
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n" + kept,
                               kHttp2));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("POST", "/s.S/Chat", kGrpc, false);
  client.Send(stream, kMessage, false);
  client.Send(stream, kMessage, true);
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).body == kMessage + kMessage);
  if (kept.empty()) {
    CHECK(RunningProxy::Eventually([&] { return Skipped(proxy, "streaming_request") == 1; }));
    CHECK(candidate.Requests().empty());
    return;
  }
  REQUIRE(candidate.WaitForRequests(1));
  CHECK(candidate.Requests().at(0).body == kMessage + kMessage);
  const std::string large = std::string("\0\0\0\x10\0", 5) + std::string(4096, 'x');
  client.Ask("POST", "/s.S/Chat", kGrpc, large + kMessage);
  CHECK(RunningProxy::Eventually([&] { return Skipped(proxy, "streaming_request") == 1; }));
}

TEST_CASE("a shadow's timeout is the client's, capped by the mirror's") {
  FakeHttp2Upstream incumbent(Echo), candidate(Echo);
  RunningProxy proxy(
      TwoModels(incumbent.Address(), candidate.Address(),
                "    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 2s}}]\n", kHttp2));
  Http2Client client(proxy.Port());
  client.Ask("POST", "/s.S/Infer", With("grpc-timeout", "1H"), kMessage);
  REQUIRE(candidate.WaitForRequests(1));
  const std::string left = candidate.Requests().at(0).Field("grpc-timeout").value_or("");
  const Duration told = ParseGrpcTimeout(left).value_or(Duration::zero());
  CHECK(told <= 2s);
  CHECK(told > 1s);
}

TEST_CASE("blanks around the values of a call, which gRPC's own servers send, break nothing") {
  FakeHttp2Upstream model([](const Request& request) -> Answer {
    if (request.Field(":path") == "/s.S/Fail") {
      return {200,
              {{"content-type", "application/grpc"},
               {"grpc-status", "3"},
               {"grpc-message", " no such row: "},
               {"x-more", " a "}}};
    }
    return {200,
            {{"content-type", "application/grpc"}},
            request.body,
            {{"grpc-status", "0"}, {"grpc-message", " fine "}}};
  });
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const Http2Answer failed = client.Ask("POST", "/s.S/Fail", With("x-who", " me "), kMessage);
  CHECK(failed.Field("grpc-status") == "3");
  // A blank at an end is not one of HTTP's values; encoded, it is one of the message.
  CHECK(failed.Field("grpc-message") == "%20no such row:%20");
  CHECK(failed.Field("x-more") == "a");
  CHECK(model.Requests().at(0).Field("x-who") == "me");
  const Http2Answer fine = client.Ask("POST", "/s.S/Infer", kGrpc, kMessage);
  CHECK(fine.body == kMessage);
  CHECK(fine.Trailer("grpc-message") == "%20fine%20");
}

TEST_CASE(
    "a call's messages beyond the limit are RESOURCE_EXHAUSTED, also once its answer has begun") {
  FakeUpstream model = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos && !c.ending) c.socket.Read(head, 20);
    c.socket.Send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
        "Transfer-Encoding: chunked\r\n\r\n8\r\n" +
        kMessage + "\r\n");
    c.Pause(5000);
    return false;
  });
  RunningProxy proxy("limits: {body_bytes: 1KiB}\n" + OneModel(model.Address()));
  Http2Client client(proxy.Port());
  const std::int32_t stream = client.Begin("POST", "/s.S/Chat", kGrpc, false);
  client.Send(stream, kMessage, false);
  REQUIRE(client.WaitUntil([&] { return client.Of(stream).body == kMessage; }));
  client.Send(stream, std::string(2000, 'x'), false);
  REQUIRE(client.Wait(stream));
  CHECK(client.Of(stream).Trailer("grpc-status") == "8");
  CHECK(client.Of(stream).Trailer("grpc-message") == "the request's body is larger than allowed");
  CHECK(proxy.Metric("understudy_bad_requests_total") == 1);
}

TEST_CASE("a call whose fields are refused is told by a status of gRPC") {
  FakeHttp2Upstream model(Echo);
  RunningProxy proxy("limits: {header_bytes: 1KiB}\n" + OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const Fields large = With("x-large", std::string(2000, 'x'));
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", large, kMessage)) == "8");
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", With("expect", "more"), kMessage)) == "13");
  CHECK(model.Requests().empty());
}

TEST_CASE("a call may name all the addresses that its client knows, and nothing else may") {
  FakeHttp2Upstream model(Echo);
  RunningProxy proxy(OneModel(model.Address(), kHttp2));
  Http2Client client(proxy.Port());
  const std::string two = "127.0.0.1:8001,127.0.0.1:8002";
  const Fields call = With(":authority", two);
  CHECK(client.Ask("POST", "/s.S/Infer", call, kMessage).Trailer("grpc-status") == "0");
  CHECK(client.Ask("POST", "/s.S/Infer", {{":authority", two}}, kMessage).status == 400);
  const Fields broken = With(":authority", "127.0.0.1:8001,");
  CHECK(TrailersOnly(client.Ask("POST", "/s.S/Infer", broken, kMessage)) == "13");
}
