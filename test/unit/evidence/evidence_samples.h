// Samples, plans and ledgers in few words, for the tests of the evidence.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "proxy/evidence/ledger.h"
#include "proxy/model/plan.h"
#include "proxy/model/sample.h"

namespace understudy {

inline WallTime At(double seconds) {
  return WallTime(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1'700'000'000 + seconds)));
}

inline ArmResult Answered(Duration latency = std::chrono::milliseconds(10), int status = 200) {
  return {.outcome = ExchangeOutcome::kAnswered, .status = status, .latency = latency};
}

inline ArmResult Failed(ExchangeOutcome outcome = ExchangeOutcome::kReset) {
  return {.outcome = outcome};
}

// A pair that one comparator scored.
inline Sample Scored(double divergence, std::uint64_t window = 1, double seconds = 0) {
  Sample sample;
  sample.window = window;
  sample.at = At(seconds);
  sample.incumbent = Answered();
  sample.candidate_result = Answered();
  sample.scores = {{.comparator = 0, .divergence = divergence}};
  return sample;
}

inline Coverage FullCoverage(std::uint64_t pairs) {
  return {.eligible = pairs, .mirrored = pairs, .compared = pairs};
}

// Adds `n` pairs of which `different` differ wholly, with their coverage.
inline void AddPairs(Ledger& ledger, std::uint64_t n, std::uint64_t different,
                     std::uint64_t window = 1) {
  for (std::uint64_t i = 0; i < n; ++i) ledger.Add(Scored(i < different ? 1 : 0, window));
  ledger.AddCoverage(FullCoverage(n));
}

inline Ledger OneComparator(const std::string& name = "top1") {
  Ledger ledger(LedgerShape{.comparators = {name}});
  ledger.StartWindow(1, At(0));
  return ledger;
}

inline Check MeanAtMost(double limit, const std::string& comparator = "top1") {
  return {.name = "flips",
          .kind = CheckKind::kComparatorMean,
          .comparator = comparator,
          .at_most = limit};
}

inline Plan PlanOf(std::vector<Check> checks) {
  Plan plan;
  plan.alpha_rollback = 0.05;
  plan.alpha_promotion = 0.05;
  plan.checks = std::move(checks);
  return plan;
}

}  // namespace understudy
