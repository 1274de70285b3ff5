// The promises of the tests, held against simulated traffic with fixed seeds: how often a healthy
// candidate is rolled back or a bad one promoted, and how soon a regression is found.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "proxy/base/hash.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

constexpr double kAlpha = 0.05;

bool Happens(std::mt19937_64& random, double rate) { return UnitInterval(random()) < rate; }

// How many of `runs` may go wrong when each does with probability at most alpha.
double Tolerated(int runs) { return (kAlpha + 2 * std::sqrt(kAlpha * (1 - kAlpha) / runs)) * runs; }

// The first look, of one after every pair, at which the limit of 1 % is refuted.
std::optional<std::uint64_t> PairsToRollback(std::mt19937_64& random, double rate,
                                             std::uint64_t most) {
  std::uint64_t different = 0;
  for (std::uint64_t n = 1; n <= most; ++n) {
    // Without a difference the evidence only falls, so there is nothing to look at.
    if (!Happens(random, rate)) continue;
    ++different;
    if (LogERollback(n, different, 0.01) >= std::log(1 / kAlpha)) return n;
  }
  return std::nullopt;
}

std::uint64_t MedianPairs(double rate, int runs) {
  std::mt19937_64 random(20240501);
  std::vector<std::uint64_t> pairs;
  for (int i = 0; i < runs; ++i) {
    pairs.push_back(PairsToRollback(random, rate, 200'000).value_or(200'000));
  }
  std::nth_element(pairs.begin(), pairs.begin() + runs / 2, pairs.end());
  return pairs[static_cast<std::size_t>(runs) / 2];
}

TEST_CASE("a candidate at its limit is rolled back in at most alpha of the rollouts") {
  constexpr int kRuns = 1000;
  std::mt19937_64 random(1);
  int false_rollbacks = 0;
  for (int i = 0; i < kRuns; ++i) {
    if (PairsToRollback(random, 0.01, 5000)) ++false_rollbacks;
  }
  CHECK(false_rollbacks <= Tolerated(kRuns));
  // Were it never wrong, the bets would be wasted.
  CHECK(false_rollbacks > 0);
}

TEST_CASE("regressions are found after about as many pairs as the design promises") {
  CHECK(static_cast<double>(MedianPairs(0.015, 501)) == Approx(3475).epsilon(0.1));
  CHECK(static_cast<double>(MedianPairs(0.02, 1001)) == Approx(954).epsilon(0.1));
  CHECK(static_cast<double>(MedianPairs(0.03, 2001)) == Approx(292).epsilon(0.1));
  CHECK(static_cast<double>(MedianPairs(0.05, 2001)) == Approx(86).epsilon(0.1));
  CHECK(static_cast<double>(MedianPairs(0.10, 2001)) == Approx(26).epsilon(0.1));
}

// A rollout of two checks on scores and one on errors, over three windows, looked at every 25
// pairs.
struct Simulated {
  double flip_rate = 0;         // of top1, yes/no; its limit is 2 %
  double mean_distance = 0;     // of values, uniform up to twice the mean; its limit is 10 %
  double candidate_errors = 0;  // limit: the larger of 2 % and 1.5 times the incumbent's
  double incumbent_errors = 0;
};

Sample Draw(std::mt19937_64& random, const Simulated& traffic, std::uint64_t window) {
  Sample sample;
  sample.window = window;
  sample.incumbent = {.outcome = ExchangeOutcome::kAnswered,
                      .status = Happens(random, traffic.incumbent_errors) ? 500 : 200};
  sample.candidate_result = {.outcome = ExchangeOutcome::kAnswered,
                             .status = Happens(random, traffic.candidate_errors) ? 500 : 200};
  const double distance = 2 * traffic.mean_distance * UnitInterval(random());
  sample.scores = {{.comparator = 0, .divergence = Happens(random, traffic.flip_rate) ? 1.0 : 0.0},
                   {.comparator = 1, .divergence = distance}};
  return sample;
}

Plan ThreeChecks() {
  Plan plan;
  plan.alpha_rollback = kAlpha;
  plan.alpha_promotion = kAlpha;
  plan.checks = {
      {.name = "flips", .comparator = "top1", .at_most = 0.02},
      {.name = "distance", .comparator = "values", .at_most = 0.1},
      {.name = "errors", .kind = CheckKind::kErrorRate, .at_most_ratio = 1.5, .floor = 0.02}};
  return plan;
}

// Whether a rollout ever gets this verdict.
bool EverGets(VerdictKind kind, std::mt19937_64& random, const Simulated& traffic) {
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"}});
  const Plan plan = ThreeChecks();
  for (std::uint64_t window = 1; window <= 3; ++window) {
    ledger.StartWindow(window, WallTime{});
    for (int i = 1; i <= 300; ++i) {
      ledger.Add(Draw(random, traffic, window));
      ledger.AddCoverage({.eligible = 1, .mirrored = 1, .compared = 1});
      if (i % 25 == 0 && Evaluate(ledger, plan, {}, WallTime{}).kind == kind) return true;
    }
  }
  return false;
}

TEST_CASE("a rollout of several checks and windows is rolled back wrongly in at most alpha") {
  constexpr int kRuns = 60;
  std::mt19937_64 random(3);
  int wrong = 0;
  for (int i = 0; i < kRuns; ++i) {
    if (EverGets(VerdictKind::kFail, random, {0.02, 0.1, 0.03, 0.02})) ++wrong;
  }
  CHECK(wrong <= Tolerated(kRuns));
}

TEST_CASE("a candidate beyond one margin passes in at most alpha of the rollouts") {
  constexpr int kRuns = 60;
  std::mt19937_64 random(4);
  int wrong = 0;
  for (int i = 0; i < kRuns; ++i) {
    if (EverGets(VerdictKind::kPass, random, {0.02, 0.01, 0, 0})) ++wrong;
  }
  CHECK(wrong <= Tolerated(kRuns));
}

TEST_CASE("a rollout well inside its margins passes and one far beyond any of them fails") {
  std::mt19937_64 random(5);
  CHECK(EverGets(VerdictKind::kPass, random, {0.001, 0.01, 0, 0}));
  CHECK(EverGets(VerdictKind::kFail, random, {0.15, 0.01, 0, 0}));
  CHECK(EverGets(VerdictKind::kFail, random, {0, 0.3, 0, 0}));
  CHECK(EverGets(VerdictKind::kFail, random, {0, 0, 0.2, 0.01}));
}

}  // namespace
}  // namespace understudy
