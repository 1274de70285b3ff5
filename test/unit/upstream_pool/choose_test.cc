// Which endpoint is asked next.
#include <catch2/catch.hpp>

#include "test/unit/upstream_pool/pool_fixture.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Chosen = std::vector<std::size_t>;

TEST_CASE("round robin asks each endpoint in turn") {
  PoolFixture f(3, LoadBalancing::kRoundRobin);
  const Chosen chosen = f.Choose(6);
  CHECK(Chosen(chosen.begin(), chosen.begin() + 3) == Chosen(chosen.begin() + 3, chosen.end()));
  for (std::size_t i = 0; i < 3; ++i) CHECK(Count(chosen, i) == 2);
}

TEST_CASE("round robin stays fair among those that are left when one is unhealthy") {
  PoolFixture f(4, LoadBalancing::kRoundRobin);
  f.boards.For(f.config)->Set(1, false);
  const Chosen chosen = f.Choose(30);
  CHECK(Count(chosen, 1) == 0);
  for (const std::size_t i : {0, 2, 3}) CHECK(Count(chosen, i) == 10);
}

TEST_CASE("least request asks the endpoint with the fewest requests in flight") {
  PoolFixture f(3, LoadBalancing::kLeastRequest);
  f.Endpoint(0).in_flight = 4;
  f.Endpoint(1).in_flight = 2;
  f.Endpoint(2).in_flight = 3;
  CHECK(f.Choose(3) == Chosen{1, 1, 1});
}

TEST_CASE("least request spreads evenly where all have the same in flight") {
  PoolFixture f(3, LoadBalancing::kLeastRequest);
  const Chosen chosen = f.Choose(9);
  for (std::size_t i = 0; i < 3; ++i) CHECK(Count(chosen, i) == 3);
}

TEST_CASE("an unhealthy endpoint is avoided, however idle, until it is healthy again") {
  PoolFixture f(2, LoadBalancing::kLeastRequest);
  f.Endpoint(1).in_flight = 100;
  const auto board = f.boards.For(f.config);
  board->Set(0, false);
  CHECK(f.Choose(3) == Chosen{1, 1, 1});
  board->Set(0, true);
  CHECK(f.Choose(3) == Chosen{0, 0, 0});
}

TEST_CASE("with every endpoint unhealthy they are all asked as if none were") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  const auto board = f.boards.For(f.config);
  board->Set(0, false);
  board->Set(1, false);
  const Chosen chosen = f.Choose(10);
  CHECK(Count(chosen, 0) == 5);
  CHECK(Count(chosen, 1) == 5);
}

TEST_CASE("an only endpoint is asked whatever happened to it") {
  PoolFixture f(1, LoadBalancing::kLeastRequest);
  f.boards.For(f.config)->Set(0, false);
  f.Fail(f.Endpoint(0), 50);
  CHECK(f.Choose(3) == Chosen{0, 0, 0});
}

TEST_CASE("the endpoint to avoid is passed over while there is another, and only then") {
  PoolFixture two(2, LoadBalancing::kRoundRobin);
  EndpointState& first = two.Endpoint(0);
  for (int i = 0; i < 4; ++i) CHECK(two.pool.Choose(two.now, &first)->index == 1);
  PoolFixture one(1, LoadBalancing::kRoundRobin);
  EndpointState& only = one.Endpoint(0);
  CHECK(one.pool.Choose(one.now, &only) == &only);
}

TEST_CASE("five failures in a row eject an endpoint, four do not") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  EndpointState& failing = f.Endpoint(0);
  f.Fail(failing, 4);
  CHECK(Count(f.Choose(4), 0) == 2);
  f.Fail(failing, 1);
  CHECK(Count(f.Choose(4), 0) == 0);
}

TEST_CASE("an answer between failures starts their count anew") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  EndpointState& flaky = f.Endpoint(0);
  for (int i = 0; i < 5; ++i) {
    f.Fail(flaky, 4);
    f.pool.Succeeded(flaky);
  }
  CHECK(Count(f.Choose(4), 0) == 2);
}

TEST_CASE("with every endpoint ejected they are still asked") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  EndpointState& first = f.Endpoint(0);
  EndpointState& second = f.Endpoint(1);
  f.Fail(first, 5);
  f.Fail(second, 5);
  CHECK(Count(f.Choose(4), 0) == 2);
}

TEST_CASE("an ejected endpoint gets one request as a trial, and all its share after an answer") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  EndpointState& ejected = f.Endpoint(0);
  f.Fail(ejected, 5);
  f.now += milliseconds(499);
  CHECK(Count(f.Choose(10), 0) == 0);
  f.now += milliseconds(1);
  CHECK(Count(f.Choose(10), 0) == 1);
  f.pool.Succeeded(ejected);
  CHECK(Count(f.Choose(10), 0) == 5);
}

TEST_CASE("an endpoint that fails its trials is tried again each second") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  EndpointState& dead = f.Endpoint(0);
  f.Fail(dead, 5);
  int trials = 0;
  SteadyTime last = f.now;
  Duration longest = Duration::zero();
  const SteadyTime end = f.now + seconds(60);
  for (; f.now < end; f.now += milliseconds(10)) {
    if (f.Choose() != 0) continue;
    ++trials;
    longest = std::max(longest, f.now - last);
    last = f.now;
    f.pool.Failed(dead, f.now);
  }
  CHECK(trials >= 58);
  CHECK(trials <= 61);
  CHECK(longest <= milliseconds(1020));
}

TEST_CASE("many requests that fail together eject for the first, short time only") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  f.Fail(f.Endpoint(0), 500);
  f.now += milliseconds(500);
  CHECK(Count(f.Choose(2), 0) == 1);
}

TEST_CASE("a trial that never ends does not keep the endpoint from another one") {
  PoolFixture f(2, LoadBalancing::kRoundRobin);
  f.Fail(f.Endpoint(0), 5);
  f.now += milliseconds(500);
  REQUIRE(Count(f.Choose(2), 0) == 1);
  f.now += seconds(5);
  CHECK(Count(f.Choose(2), 0) == 1);
}

}  // namespace
}  // namespace understudy
