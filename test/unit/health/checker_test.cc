// What the checks make of endpoints over time, and what a reload does to them.
#include <catch2/catch.hpp>

#include "proxy/wire/health_checker.h"
#include "test/support/captured_log.h"
#include "test/support/fake_endpoint.h"
#include "test/support/run_until.h"

namespace understudy {
namespace {

using Catch::Contains;
using std::chrono::milliseconds;

struct CheckerFixture {
  ~CheckerFixture() { loop.EndAll(); }

  Topology With(const std::vector<const FakeEndpoint*>& endpoints,
                const std::string& path = "/ready") const {
    Topology topology;
    Cluster& cluster = topology.clusters.emplace_back();
    cluster.name = "v1";
    for (const FakeEndpoint* endpoint : endpoints) {
      cluster.endpoints.push_back(endpoint->Address());
    }
    cluster.health.emplace();
    cluster.health->path = path;
    cluster.health->interval = milliseconds(2);
    return topology;
  }
  bool Healthy(const FakeEndpoint& endpoint) {
    return boards.Of("v1", endpoint.Address().text)->Healthy();
  }
  // Runs until `endpoint` was asked `times` more and the loop has seen the answers.
  bool Asked(FakeEndpoint& endpoint, std::size_t times) {
    const std::size_t enough = endpoint.heads.size() + times + 1;
    return RunUntil(loop, [&] { return endpoint.heads.size() >= enough; });
  }
  bool Becomes(const FakeEndpoint& endpoint, bool healthy) {
    return RunUntil(loop, [&] { return Healthy(endpoint) == healthy; });
  }

  CapturedLog log;
  Loop loop;
  HealthBoards boards;
  TlsCredentials credentials;
  HealthChecker checker{loop, boards, credentials};
  FakeEndpoint first{loop};
  FakeEndpoint second{loop};
};

TEST_CASE("an endpoint that fails is unhealthy until it answers again, and its neighbour stays") {
  CheckerFixture f;
  f.checker.Update(f.With({&f.first, &f.second}));
  REQUIRE(f.Asked(f.first, 3));
  REQUIRE(f.Asked(f.second, 3));
  CHECK(f.Healthy(f.first));
  f.first.answer = AnswerWith(503);
  CHECK(f.Becomes(f.first, false));
  CHECK(f.Healthy(f.second));
  f.first.answer = AnswerWith(200);
  CHECK(f.Becomes(f.first, true));
  CHECK(f.checker.Transitions() == 2);
}

TEST_CASE("workers see on their board what the checks found") {
  CheckerFixture f;
  const Topology topology = f.With({&f.first, &f.second});
  const auto board = f.boards.For(topology.clusters[0]);
  f.second.answer = AnswerWith(500);
  f.checker.Update(topology);
  CHECK(f.Becomes(f.second, false));
  CHECK(board->Healthy(0));
  CHECK_FALSE(board->Healthy(1));
}

TEST_CASE("only changes are logged, each with the cluster, the endpoint and the reason") {
  CheckerFixture f;
  const std::string name = f.first.Address().text;
  f.checker.Update(f.With({&f.first}));
  REQUIRE(f.Asked(f.first, 5));
  CHECK(f.log.Lines().empty());
  f.first.answer = AnswerWith(503);
  REQUIRE(f.Asked(f.first, 8));
  f.first.answer = AnswerWith(200);
  REQUIRE(f.Asked(f.first, 8));
  CHECK(f.log.Lines() ==
        std::vector<std::string>{"warning cluster v1: endpoint " + name +
                                     " is unhealthy and is avoided: GET /ready was answered with "
                                     "503",
                                 "info cluster v1: endpoint " + name +
                                     " is healthy again: GET /ready was answered with 200"});
}

TEST_CASE("an endpoint that refuses connections from the start is unhealthy at once") {
  CheckerFixture f;
  f.first.Refuse();
  Topology topology = f.With({&f.first, &f.second});
  topology.clusters[0].health->interval = std::chrono::hours(1);
  f.checker.Update(topology);
  CHECK(f.Becomes(f.first, false));
}

TEST_CASE("a failure alone, after passed probes, changes nothing") {
  CheckerFixture f;
  Topology topology = f.With({&f.first});
  topology.clusters[0].health->unhealthy_after = 1000;
  f.checker.Update(topology);
  REQUIRE(f.Asked(f.first, 1));
  f.first.answer = AnswerWith(503);
  REQUIRE(f.Asked(f.first, 10));
  CHECK(f.Healthy(f.first));
}

TEST_CASE("a cluster that a reload removes is asked no more and counts as healthy") {
  CheckerFixture f;
  f.first.answer = AnswerWith(503);
  const auto health = f.boards.Of("v1", f.first.Address().text);
  f.checker.Update(f.With({&f.first}));
  REQUIRE(f.Becomes(f.first, false));
  f.checker.Update(Topology());
  CHECK(f.checker.Checks() == 0);
  CHECK(health->Healthy());
  REQUIRE(RunUntil(f.loop, [&] { return f.first.open == 0; }));
  const std::size_t asked = f.first.heads.size();
  f.checker.Update(f.With({&f.second}));
  REQUIRE(f.Asked(f.second, 10));
  CHECK(f.first.heads.size() == asked);
  CHECK(health->Healthy());
}

TEST_CASE("a cluster that a reload leaves without a health check counts as healthy") {
  CheckerFixture f;
  f.first.answer = AnswerWith(503);
  Topology topology = f.With({&f.first});
  f.checker.Update(topology);
  REQUIRE(f.Becomes(f.first, false));
  topology.clusters[0].health.reset();
  f.checker.Update(topology);
  CHECK(f.Healthy(f.first));
  CHECK(f.checker.Checks() == 0);
}

TEST_CASE("an endpoint that a reload keeps stays unhealthy, also in a longer list") {
  CheckerFixture f;
  f.first.answer = AnswerWith(503);
  f.checker.Update(f.With({&f.first}));
  REQUIRE(f.Becomes(f.first, false));
  const Topology longer = f.With({&f.second, &f.first});
  f.checker.Update(longer);
  const auto board = f.boards.For(longer.clusters[0]);
  CHECK(board->Healthy(0));
  CHECK_FALSE(board->Healthy(1));
  REQUIRE(f.Asked(f.first, 3));
  CHECK(f.checker.Transitions() == 1);
}

TEST_CASE(
    "a reload that changes the path has it asked at once, and the endpoint keeps its health") {
  CheckerFixture f;
  f.first.answer = AnswerWith(503);
  Topology topology = f.With({&f.first});
  topology.clusters[0].health->interval = std::chrono::hours(1);
  f.checker.Update(topology);
  REQUIRE(f.Becomes(f.first, false));
  f.checker.Update(f.With({&f.first}, "/healthz"));
  CHECK_FALSE(f.Healthy(f.first));
  REQUIRE(f.Asked(f.first, 1));
  CHECK_THAT(f.first.heads.back(), Catch::StartsWith("GET /healthz "));
}

TEST_CASE("a reload during a probe discards the answer to the old question") {
  CheckerFixture f;
  f.first.answer = "";
  f.checker.Update(f.With({&f.first}));
  REQUIRE(RunUntil(f.loop, [&] { return f.first.heads.size() == 1; }));
  f.first.answer = AnswerWith(200);
  f.checker.Update(f.With({&f.first}, "/healthz"));
  REQUIRE(f.Asked(f.first, 2));
  CHECK(f.Healthy(f.first));
  CHECK(f.checker.Transitions() == 0);
}

TEST_CASE("the Host header is the cluster's literal authority, or else the endpoint") {
  CheckerFixture f;
  Topology topology = f.With({&f.first, &f.second});
  f.checker.Update(topology);
  REQUIRE(f.Asked(f.first, 1));
  CHECK_THAT(f.first.heads.back(), Contains("\r\nHost: " + f.first.Address().text + "\r\n"));
  topology.clusters[0].authority_mode = AuthorityMode::kLiteral;
  topology.clusters[0].authority = "models.internal";
  f.checker.Update(topology);
  REQUIRE(f.Asked(f.first, 2));
  CHECK_THAT(f.first.heads.back(), Contains("\r\nHost: models.internal\r\n"));
}

TEST_CASE("every probe has a connection of its own, and one at a time") {
  CheckerFixture f;
  f.checker.Update(f.With({&f.first}));
  REQUIRE(f.Asked(f.first, 5));
  CHECK(f.first.connections == static_cast<int>(f.first.heads.size()));
  CHECK(f.first.open <= 2);  // the one before may not have been seen closing
}

TEST_CASE("after Stop nobody is asked, also when a probe was under way") {
  CheckerFixture f;
  f.first.answer = "";
  f.checker.Update(f.With({&f.first}));
  REQUIRE(RunUntil(f.loop, [&] { return f.first.heads.size() == 1; }));
  f.checker.Stop();
  CHECK(RunUntil(f.loop, [&] { return f.first.open == 0; }));
  CHECK(f.Healthy(f.first));
  CHECK(f.first.connections == 1);
}

TEST_CASE("what nobody refers to any more is forgotten") {
  HealthBoards boards;
  boards.Of("v1", "127.0.0.1:1")->Set(false);
  CHECK(boards.Of("v1", "127.0.0.1:1")->Healthy());
}

}  // namespace
}  // namespace understudy
