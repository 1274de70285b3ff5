// Who serves, who could stand in, who gets a copy.
#include "proxy/routing/assign.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "test/unit/routing/traffic_samples.h"

namespace understudy {
namespace {

constexpr int kUsers = 20'000;

std::string User(int i) { return "user-" + std::to_string(i); }

// Which users the candidate serves.
std::set<int> ServedBy(SampleRoute& route, int candidate, int users = kUsers) {
  std::set<int> served;
  for (int i = 0; i < users; ++i) {
    if (AssignUser(route, User(i)).serving_candidate == candidate) served.insert(i);
  }
  return served;
}

bool Includes(const std::set<int>& larger, const std::set<int>& smaller) {
  return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end());
}

// Pearson's statistic against equal shares.
double ChiSquare(const std::vector<int>& counts) {
  double total = 0, sum = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST_CASE("a weight of zero serves nobody and the whole serves everybody") {
  SampleRoute none({0}), all({kWholePpm});
  CHECK(ServedBy(none, 0, 2000).empty());
  CHECK(ServedBy(all, 0, 2000).size() == 2000);
  CHECK(ServedBy(all, -1, 2000).empty());
}

TEST_CASE("a user keeps the arm however often it asks") {
  SampleRoute route({300'000, 300'000});
  for (int i = 0; i < 200; ++i) {
    const Assignment first = AssignUser(route, User(i));
    const Assignment second = AssignUser(route, User(i));
    CHECK(first.serving_candidate == second.serving_candidate);
    CHECK(first.bucket == second.bucket);
    CHECK(first.unit_hash == second.unit_hash);
    CHECK(first.bucket < kWholePpm);
  }
}

TEST_CASE("buckets never change from one version to the next") {
  // A changed hash would move users between arms in the middle of a rollout.
  Route route;
  route.salt = "digits";
  CHECK(BucketOf(route, "alice") == 606'974);
  CHECK(BucketOf(route, "bob") == 515'924);
  CHECK(BucketOf(route, "") == 436'175);
  CHECK(BucketOf(route, std::string(1000, 'x')) == 301'088);
}

TEST_CASE("who is served at a small weight stays served as it grows") {
  std::set<int> before;
  for (const std::uint32_t weight :
       {1'000u, 10'000u, 50'000u, 100'000u, 500'000u, 990'000u, 1'000'000u}) {
    SampleRoute route({weight});
    const std::set<int> now = ServedBy(route, 0);
    CHECK(Includes(now, before));
    CHECK(now.size() > before.size());
    before = now;
  }
}

TEST_CASE("two candidates grow from both ends and take users from the incumbent alone") {
  std::set<int> first_before, second_before;
  for (const std::uint32_t weight : {10'000u, 100'000u, 250'000u, 500'000u}) {
    SampleRoute route({weight, weight});
    const std::set<int> first = ServedBy(route, 0), second = ServedBy(route, 1);
    CHECK(Includes(first, first_before));
    CHECK(Includes(second, second_before));
    first_before = first;
    second_before = second;
  }
  CHECK(first_before.size() + second_before.size() == kUsers);
}

TEST_CASE("the share served is the weight") {
  for (const std::uint32_t weight : {10'000u, 50'000u, 300'000u}) {
    SampleRoute route({weight});
    const double share = weight / 1e6;
    const double served = static_cast<double>(ServedBy(route, 0).size());
    INFO(weight);
    CHECK(std::abs(served - kUsers * share) < 4 * std::sqrt(kUsers * share * (1 - share)));
  }
}

TEST_CASE("users fall evenly into the buckets") {
  Route route;
  route.salt = "digits";
  std::vector<int> sequential(100), addresses(100);
  for (int i = 0; i < 200'000; ++i) {
    ++sequential[BucketOf(route, std::to_string(i)) / 10'000];
    const std::string address = "10." + std::to_string(i >> 16) + "." +
                                std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
    ++addresses[BucketOf(route, address) / 10'000];
  }
  // 99 degrees of freedom: 148 is passed by chance once in a thousand.
  CHECK(ChiSquare(sequential) < 148);
  CHECK(ChiSquare(addresses) < 148);
}

TEST_CASE("routes with other salts deal independently and with the same salt alike") {
  SampleRoute digits({500'000}), alike({500'000}), other({500'000});
  alike.Rules().name = "letters";
  other.Rules().salt = "letters";
  int same = 0;
  for (int i = 0; i < kUsers; ++i) {
    const Assignment plan = AssignUser(digits, User(i));
    CHECK(AssignUser(alike, User(i)).bucket == plan.bucket);
    same += AssignUser(other, User(i)).serving_candidate == plan.serving_candidate ? 1 : 0;
  }
  CHECK(std::abs(same - kUsers / 2) < 4 * std::sqrt(kUsers * 0.25));
}

TEST_CASE("weights beyond the whole are cut and never overlap") {
  SampleRoute route({700'000, 700'000, 700'000});
  const auto first = ServedBy(route, 0), second = ServedBy(route, 1), third = ServedBy(route, 2);
  CHECK(first.size() + second.size() == kUsers);
  CHECK(third.empty());
  SampleRoute huge({4'294'967'295u, 1});
  CHECK(ServedBy(huge, 0, 2000).size() == 2000);
}

TEST_CASE("many candidates share the buckets without gap or overlap") {
  SampleRoute route({100'000, 200'000, 300'000, 400'000});
  std::vector<int> counts(4);
  for (int i = 0; i < kUsers; ++i) {
    const int arm = AssignUser(route, User(i)).serving_candidate;
    REQUIRE(arm >= 0);
    ++counts[static_cast<std::size_t>(arm)];
  }
  for (int i = 0; i < 4; ++i) {
    const double share = (i + 1) * 0.1;
    CHECK(std::abs(counts[static_cast<std::size_t>(i)] - kUsers * share) <
          4 * std::sqrt(kUsers * share * (1 - share)));
  }
}

TEST_CASE("the incumbent stands in where a request may be repeated and the route allows it") {
  const auto falls_back = [](std::uint32_t weight, Effects effects, bool fallback) {
    SampleRoute route({weight});
    route.Rules().effects = effects;
    route.Rules().fallback = fallback;
    return AssignUser(route, "u").may_fall_back;
  };
  CHECK(falls_back(kWholePpm, Effects::kPure, true));
  CHECK(falls_back(kWholePpm, Effects::kIdempotent, true));
  CHECK_FALSE(falls_back(kWholePpm, Effects::kMutating, true));
  CHECK_FALSE(falls_back(kWholePpm, Effects::kUnknown, true));
  CHECK_FALSE(falls_back(kWholePpm, Effects::kPure, false));
  CHECK_FALSE(falls_back(0, Effects::kPure, true));  // the incumbent serves anyhow
}

TEST_CASE("a route without candidates plans nothing") {
  SampleRoute route({});
  const Assignment plan = AssignUser(route, "u");
  CHECK(plan.route == &route.Traffic());
  CHECK(plan.serving_candidate == -1);
  CHECK(plan.draws.empty());
  CHECK_FALSE(plan.AnyMirrored());
}

TEST_CASE("the candidate that serves is drawn for mirroring like any other") {
  // Then the incumbent gets the copy: evidence goes on up to the whole.
  SampleRoute route({kWholePpm});
  const Assignment plan = AssignUser(route, "u");
  CHECK(plan.serving_candidate == 0);
  REQUIRE(plan.draws.size() == 1);
  CHECK(plan.draws[0].mirrored);
}

TEST_CASE("a candidate without a mirror rate has no draw") {
  SampleRoute route({0, 0});
  route.Arm(0).mirror.rate = 0;
  const Assignment plan = AssignUser(route, "u");
  REQUIRE(plan.draws.size() == 1);
  CHECK(plan.draws[0].candidate == 1);
}

TEST_CASE("a kill is told apart from a draw that was lost") {
  SampleRoute route({0, 0});
  route.Traffic().candidates[0].mirroring = false;
  const Assignment plan = AssignUser(route, "u");
  REQUIRE(plan.draws.size() == 2);
  CHECK_FALSE(plan.draws[0].mirrored);
  CHECK(plan.draws[0].switched_off);
  CHECK(plan.draws[1].mirrored);
  CHECK_FALSE(plan.draws[1].switched_off);
  CHECK(plan.AnyMirrored());
  route.Traffic().candidates[1].mirroring = false;
  CHECK_FALSE(AssignUser(route, "u").AnyMirrored());
}

std::set<int> Mirrored(SampleRoute& route) {
  std::set<int> mirrored;
  for (int i = 0; i < kUsers; ++i) {
    if (AssignUser(route, User(i)).AnyMirrored()) mirrored.insert(i);
  }
  return mirrored;
}

TEST_CASE("a raised mirror rate only adds and its share is the rate") {
  std::set<int> before;
  for (const double rate : {0.001, 0.05, 0.5, 0.95, 1.0}) {
    SampleRoute route({0}, rate);
    const std::set<int> now = Mirrored(route);
    CHECK(Includes(now, before));
    CHECK(std::abs(static_cast<double>(now.size()) - kUsers * rate) <=
          4 * std::sqrt(kUsers * rate * (1 - rate)));
    before = now;
  }
  CHECK(before.size() == kUsers);
}

TEST_CASE("who is mirrored is independent of who is served by the candidate") {
  SampleRoute route({500'000}, 0.5);
  int served = 0, both = 0;
  for (int i = 0; i < kUsers; ++i) {
    const Assignment plan = AssignUser(route, User(i));
    served += plan.serving_candidate == 0 ? 1 : 0;
    both += plan.serving_candidate == 0 && plan.AnyMirrored() ? 1 : 0;
  }
  CHECK(std::abs(both - served * 0.5) < 4 * std::sqrt(served * 0.25));
}

TEST_CASE("a plan tells the bucket and draw that explain it") {
  SampleRoute route({500'000}, 0.5);
  for (int i = 0; i < 1000; ++i) {
    const Assignment plan = AssignUser(route, User(i));
    const MirrorDraw draw = DrawMirror(route.Rules(), route.Traffic().candidates[0], User(i), {});
    CHECK(plan.bucket == BucketOf(route.Rules(), User(i)));
    CHECK((plan.serving_candidate == 0) == (plan.bucket < 500'000));
    CHECK(draw.draw >= 0);
    CHECK(draw.draw < 1);
    CHECK(plan.draws[0].mirrored == draw.Mirrored());
  }
}

}  // namespace
}  // namespace understudy
