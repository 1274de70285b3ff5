// Latency quantiles against a frozen threshold.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "evidence_samples.h"
#include "proxy/base/hash.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;

// An exponential latency around `mean_ms`, never below half a millisecond.
Duration Exponential(std::mt19937_64& random, double mean_ms) {
  const double ms = 0.5 - mean_ms * std::log(1 - UnitInterval(random()));
  return Duration(static_cast<std::int64_t>(ms * 1e6));
}

struct Traffic {
  double incumbent_ms = 10;
  double candidate_ms = 10;
  int pairs = 0;
};

Ledger After(const std::vector<Traffic>& phases, unsigned seed = 5) {
  Ledger ledger = OneComparator();
  std::mt19937_64 random(seed);
  for (const Traffic& phase : phases) {
    for (int i = 0; i < phase.pairs; ++i) {
      Sample sample = Scored(0);
      sample.incumbent = Answered(Exponential(random, phase.incumbent_ms));
      sample.candidate_result = Answered(Exponential(random, phase.candidate_ms));
      ledger.Add(sample);
    }
    ledger.AddCoverage(FullCoverage(static_cast<std::uint64_t>(phase.pairs)));
  }
  return ledger;
}

Check Latency(double quantile, double ratio) {
  return {
      .name = "latency", .kind = CheckKind::kLatency, .quantile = quantile, .at_most_ratio = ratio};
}

Verdict Judge(const Ledger& ledger, const Check& check) {
  return Evaluate(ledger, PlanOf({check}), {}, At(1));
}

TEST_CASE("before the threshold is frozen the noise floor is unknown") {
  const Verdict verdict = Judge(After({{10, 10, 60}}), Latency(0.5, 1.25));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kNoiseFloorUnknown);
  CHECK(verdict.checks[0].samples_missing == 40);
}

TEST_CASE("an equally fast candidate passes, and its ratio is about 1") {
  const Verdict verdict = Judge(After({{10, 10, 3000}}), Latency(0.9, 1.5));
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.checks[0].samples == 2900);
  // The threshold itself was estimated from 100 latencies.
  CHECK(verdict.checks[0].estimate == Approx(1).epsilon(0.3));
  CHECK(verdict.checks[0].interval_low < verdict.checks[0].estimate);
  CHECK(verdict.checks[0].interval_high > verdict.checks[0].estimate);
  CHECK(verdict.checks[0].interval_high <= 1.5);
}

TEST_CASE("a candidate twice as slow fails") {
  const Verdict verdict = Judge(After({{10, 20, 2000}}), Latency(0.9, 1.25));
  CHECK(verdict.kind == VerdictKind::kFail);
  CHECK(verdict.checks[0].interval_low > 1.25);
  CHECK(verdict.sentence.find("latency p90") != std::string::npos);
}

TEST_CASE("both arms slowing down together is no regression of the candidate") {
  const Verdict verdict = Judge(After({{10, 10, 100}, {30, 30, 3000}}), Latency(0.9, 1.25));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.checks[0].log_e_rollback < 0.5);
}

TEST_CASE("timeouts of the candidate count as slow") {
  Ledger ledger = After({{10, 10, 200}});
  for (int i = 0; i < 200; ++i) {
    Sample sample = Scored(1);
    sample.incumbent = Answered(milliseconds(1));
    sample.candidate_result = Failed(ExchangeOutcome::kFirstByteTimeout);
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(200));
  CHECK(Judge(ledger, Latency(0.5, 1.25)).kind == VerdictKind::kFail);
}

TEST_CASE("a latency check of an unknown quantile or without a ratio concludes nothing") {
  const Ledger ledger = After({{10, 50, 2000}});
  CHECK(Judge(ledger, Latency(0.42, 1.25)).kind == VerdictKind::kInconclusive);
  Check no_ratio = Latency(0.5, 1.25);
  no_ratio.at_most_ratio.reset();
  CHECK(Judge(ledger, no_ratio).kind == VerdictKind::kInconclusive);
}

}  // namespace
}  // namespace understudy
