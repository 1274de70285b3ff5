// What one probe asks, what it takes for health, and that it ends.
#include <catch2/catch.hpp>
#include <optional>

#include "proxy/wire/health_probe.h"
#include "test/support/fake_endpoint.h"
#include "test/support/run_until.h"

namespace understudy {
namespace {

using Catch::Contains;
using std::chrono::milliseconds;
using std::chrono::seconds;

Task<> RunInto(HealthProbe& probe, std::optional<ProbeResult>& result) {
  const ProbeResult got = co_await probe.Run();
  result = got;
}

struct ProbeFixture {
  ~ProbeFixture() { loop.EndAll(); }

  ProbeResult Ask(Duration timeout = seconds(5)) { return AskAt(endpoint.Address(), timeout); }
  ProbeResult AskAt(const SocketAddress& address, Duration timeout = seconds(5)) {
    HealthProbe probe(loop.get_executor(), deadlines, {address, "models.test", "/ready", timeout});
    std::optional<ProbeResult> result;
    asio::co_spawn(loop.get_executor(), RunInto(probe, result), asio::detached);
    REQUIRE(RunUntil(loop, [&] { return result.has_value(); }));
    return *result;
  }

  Loop loop;
  DeadlineWheel deadlines{loop};
  FakeEndpoint endpoint{loop};
};

TEST_CASE("a probe asks with GET, the path and the host, and says that it will close") {
  ProbeFixture f;
  CHECK(f.Ask().passed);
  REQUIRE(f.endpoint.heads.size() == 1);
  CHECK_THAT(f.endpoint.heads[0], Catch::StartsWith("GET /ready HTTP/1.1\r\n"));
  CHECK_THAT(f.endpoint.heads[0], Contains("\r\nHost: models.test\r\n"));
  CHECK_THAT(f.endpoint.heads[0], Contains("\r\nConnection: close\r\n"));
  CHECK(RunUntil(f.loop, [&] { return f.endpoint.open == 0; }));
}

TEST_CASE("a 2xx answer passes, any other fails and is named") {
  ProbeFixture f;
  for (const int status : {200, 204, 299}) {
    f.endpoint.answer = AnswerWith(status, status == 204 ? "" : "ok");
    CHECK(f.Ask().passed);
  }
  for (const int status : {301, 404, 500, 503}) {
    f.endpoint.answer = AnswerWith(status);
    const ProbeResult result = f.Ask();
    CHECK_FALSE(result.passed);
    CHECK(result.reason == "GET /ready was answered with " + std::to_string(status));
  }
}

TEST_CASE("an interim answer is not taken for the answer") {
  ProbeFixture f;
  f.endpoint.answer = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + AnswerWith(503);
  CHECK(f.Ask().reason == "GET /ready was answered with 503");
  f.endpoint.answer = "HTTP/1.1 100 Continue\r\n\r\n" + AnswerWith(200);
  CHECK(f.Ask().passed);
}

TEST_CASE("an endpoint that refuses connections fails with that reason") {
  ProbeFixture f;
  f.endpoint.Refuse();
  const ProbeResult result = f.Ask();
  CHECK_FALSE(result.passed);
  CHECK_THAT(result.reason, Contains("GET /ready: cannot connect: Connection refused"));
}

TEST_CASE("an endpoint that stays silent fails when the timeout is over") {
  ProbeFixture f;
  f.endpoint.answer = "";
  const ProbeResult result = f.Ask(milliseconds(20));
  CHECK_FALSE(result.passed);
  CHECK(result.reason == "GET /ready had no answer within 0.02 s");
}

TEST_CASE("an endpoint that closes without an answer fails with that reason") {
  ProbeFixture f;
  f.endpoint.answers_per_connection = 0;
  CHECK_THAT(f.Ask().reason, Contains("closed without an answer"));
}

TEST_CASE("bytes that are no HTTP answer fail, and none of them is repeated") {
  ProbeFixture f;
  for (const char* bytes : {"SSH-2.0-Server\r\n\r\n", "HTTP/1.1 2OO OK\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    f.endpoint.answer = bytes;
    const ProbeResult result = f.Ask();
    CHECK_FALSE(result.passed);
    CHECK(result.reason == "GET /ready: the answer is no valid HTTP/1.1");
  }
}

TEST_CASE("a head beyond 64 KiB fails, and interim answers without end do") {
  ProbeFixture f;
  f.endpoint.answer = "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n";
  CHECK_FALSE(f.Ask().passed);
  f.endpoint.answer.clear();
  for (int i = 0; i < 100; ++i) f.endpoint.answer += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK_THAT(f.Ask().reason, Contains("too many interim"));
}

TEST_CASE("a large body is cut off after a bounded part, and the answer still counts") {
  ProbeFixture f;
  f.endpoint.answer = AnswerWith(200, std::string(32u << 20, 'x'));
  CHECK(f.Ask().passed);
  CHECK(RunUntil(f.loop, [&] { return f.endpoint.open == 0; }));
}

TEST_CASE("a body that never comes does not hold a probe beyond its timeout") {
  ProbeFixture f;
  f.endpoint.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok";
  CHECK(f.Ask(milliseconds(20)).passed);
}

TEST_CASE("an endpoint may be given by name") {
  ProbeFixture f;
  SocketAddress address = f.endpoint.Address();
  address.host = "localhost";
  CHECK(f.AskAt(address).passed);
}

}  // namespace
}  // namespace understudy
