// When results in a row turn the opinion about an endpoint.
#include <catch2/catch.hpp>

#include "proxy/wire/health_checker.h"

namespace understudy {
namespace {

HealthCheck Rules(int unhealthy_after, int healthy_after) {
  HealthCheck rules;
  rules.unhealthy_after = unhealthy_after;
  rules.healthy_after = healthy_after;
  return rules;
}

TEST_CASE("as many failures in a row as the rules say make an endpoint unhealthy, fewer do not") {
  const HealthCheck rules = Rules(3, 1);
  HealthTally tally;
  CHECK_FALSE(tally.Count(true, rules));
  CHECK_FALSE(tally.Count(false, rules));
  CHECK_FALSE(tally.Count(false, rules));
  CHECK(tally.Healthy());
  CHECK(tally.Count(false, rules));
  CHECK_FALSE(tally.Healthy());
}

TEST_CASE("a passed probe between failures starts their count anew") {
  const HealthCheck rules = Rules(2, 1);
  HealthTally tally;
  tally.Count(true, rules);
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(tally.Count(false, rules));
    CHECK_FALSE(tally.Count(true, rules));
  }
  CHECK(tally.Healthy());
}

TEST_CASE("as many passed probes in a row as the rules say make it healthy again") {
  const HealthCheck rules = Rules(1, 3);
  HealthTally tally;
  CHECK(tally.Count(false, rules));
  CHECK_FALSE(tally.Count(true, rules));
  CHECK_FALSE(tally.Count(true, rules));
  CHECK_FALSE(tally.Count(false, rules));
  CHECK_FALSE(tally.Count(true, rules));
  CHECK_FALSE(tally.Count(true, rules));
  CHECK(tally.Count(true, rules));
  CHECK(tally.Healthy());
}

TEST_CASE("the very first probe decides alone, and only the first") {
  const HealthCheck rules = Rules(2, 2);
  HealthTally failed;
  CHECK(failed.Count(false, rules));
  CHECK_FALSE(failed.Count(true, rules));
  CHECK_FALSE(failed.Healthy());
  HealthTally passed;
  CHECK_FALSE(passed.Count(true, rules));
  CHECK_FALSE(passed.Count(false, rules));
  CHECK(passed.Healthy());
}

}  // namespace
}  // namespace understudy
