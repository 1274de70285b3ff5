// Ignore rules that were meant to go.
#include <catch2/catch.hpp>
#include <chrono>

#include "proxy/control/config_notes.h"

namespace understudy {
namespace {

using namespace std::chrono_literals;

// 2026-05-01 at this time of the day.
WallTime OnFirstOfMay(Duration time) {
  return WallTime(std::chrono::seconds(1'777'593'600)) + time;
}

Topology WithRule(const std::string& expires, const std::string& owner = "") {
  Topology topology;
  Route route;
  route.name = "digits";
  route.compare.ignore = {{"/created", "a time", owner, expires}};
  topology.routes = {route};
  return topology;
}

TEST_CASE("a rule expires when its last day is over in UTC, and never without one") {
  CHECK_FALSE(HasExpired("", OnFirstOfMay(0s)));
  CHECK_FALSE(HasExpired("2026-05-01", OnFirstOfMay(23h + 59min + 59s)));
  CHECK(HasExpired("2026-05-01", OnFirstOfMay(24h)));
  CHECK(HasExpired("2025-12-31", OnFirstOfMay(0s)));
  CHECK_FALSE(HasExpired("2027-01-01", OnFirstOfMay(0s)));
}

TEST_CASE("an expired rule is noted with its route, day and owner") {
  const auto notes = ExpiryNotes(WithRule("2026-04-30", "team serving"), OnFirstOfMay(0s));
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "note: route digits: the ignore rule '/created' expired on 2026-04-30 and still applies; "
        "ask 'team serving' whether it is needed, then remove it or give it a later day");
  CHECK(ExpiryNotes(WithRule("2026-05-01"), OnFirstOfMay(0s)).empty());
  CHECK(ExpiryNotes(WithRule(""), OnFirstOfMay(0s)).empty());
}

TEST_CASE("notes are bounded and the last counts the rest") {
  Topology topology = WithRule("2026-04-30");
  topology.routes[0].compare.ignore.resize(250, topology.routes[0].compare.ignore[0]);
  const auto notes = ExpiryNotes(topology, OnFirstOfMay(0s));
  REQUIRE(notes.size() == kMostNotes);
  CHECK(notes.back() == "note: 151 more ignore rules have expired");
}

}  // namespace
}  // namespace understudy
