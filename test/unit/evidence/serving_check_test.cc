// Checks of what each arm served: error rates over stages with changing shares, latencies against a
// frozen threshold, and whether the split holds.
#include <catch2/catch.hpp>

#include "evidence_samples.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

ServingSums Served(std::uint32_t share_ppm, std::uint64_t candidate, std::uint64_t incumbent) {
  ServingSums delta;
  delta.share_ppm = share_ppm;
  delta.candidate_assigned = delta.candidate_requests = candidate;
  delta.incumbent_assigned = delta.incumbent_requests = incumbent;
  return delta;
}

Check ServingErrors(double ratio) {
  return {.name = "served", .kind = CheckKind::kServingErrors, .at_most_ratio = ratio};
}

Ledger Split() {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .split_by_request = true});
  ledger.StartWindow(1, At(0));
  AddPairs(ledger, 1000, 0);
  return ledger;
}

TEST_CASE("errors of what arms served give the evidence of the reference, over all shares") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 100, 0);
  ServingSums served = Served(200'000, 2000, 8000);
  served.candidate_errors = 62;
  served.incumbent_errors = 148;
  ledger.AddServing(served);
  ledger.StartWindow(2, At(1));
  served = Served(100'000, 1000, 9000);
  served.candidate_errors = 10;
  served.incumbent_errors = 30;
  ledger.AddServing(served);
  const Verdict verdict = Evaluate(ledger, PlanOf({ServingErrors(1)}), {}, At(2));
  const CheckResult& check = verdict.checks[0];
  CHECK(check.samples == 3000);
  CHECK(check.estimate == Approx(72.0 / 3000));
  // Twice the rate at both shares: more than either share says alone.
  CHECK(check.log_e_rollback > 2.941470607);
}

TEST_CASE("a candidate that serves twice the errors fails, one that serves as many passes") {
  const auto judged = [](std::uint64_t candidate_errors) {
    Ledger ledger = OneComparator();
    AddPairs(ledger, 100, 0);
    ServingSums served = Served(500'000, 50'000, 50'000);
    served.candidate_errors = candidate_errors;
    served.incumbent_errors = 200;
    ledger.AddServing(served);
    return Evaluate(ledger, PlanOf({ServingErrors(1.5)}), {}, At(1)).checks[0].kind;
  };
  CHECK(judged(450) == VerdictKind::kFail);
  CHECK(judged(200) == VerdictKind::kPass);
}

TEST_CASE("without traffic of its own the check says where to write it") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 1000, 0);
  const CheckResult check = Evaluate(ledger, PlanOf({ServingErrors(1.5)}), {}, At(1)).checks[0];
  CHECK(check.kind == VerdictKind::kInconclusive);
  CHECK(check.sentence.find("stages with a weight") != std::string::npos);
}

TEST_CASE("a slower p99 of what the candidate serves fails, an equal one passes") {
  const auto judged = [](bool slower) {
    Ledger ledger = OneComparator();
    AddPairs(ledger, 100, 0);
    for (int second = 0; second < 60; ++second) {
      ServingSums served = Served(500'000, 100, 100);
      for (std::uint32_t i = 0; i < 100; ++i) served.incumbent_latency.Add(600 + i);
      for (std::uint32_t i = 0; i < 100; ++i) {
        served.candidate_latency.Add(slower && i % 10 == 0 ? 900 : 600 + i);
      }
      ledger.AddServing(served);
    }
    const Check check{
        .name = "p99", .kind = CheckKind::kServingLatency, .quantile = 0.99, .at_most_ratio = 1.25};
    return Evaluate(ledger, PlanOf({check}), {}, At(1)).checks[0];
  };
  CHECK(judged(true).kind == VerdictKind::kFail);
  CHECK(judged(false).kind == VerdictKind::kPass);
  CHECK(judged(false).samples == 5900);  // the first second made the threshold
}

TEST_CASE("arms that get other shares than their weights are a mismatch") {
  Ledger ledger = Split();
  ledger.AddServing(Served(100'000, 1000, 9000));
  CHECK(Evaluate(ledger, PlanOf({MeanAtMost(0.02)}), {}, At(1)).kind == VerdictKind::kPass);
  ledger.AddServing(Served(100'000, 1500, 8500));
  const Verdict verdict = Evaluate(ledger, PlanOf({MeanAtMost(0.02)}), {}, At(1));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kSampleRatioMismatch);
  CHECK(verdict.sentence.find("2,500 of 20,000") != std::string::npos);
}

TEST_CASE("where users keep their arm, request counts say nothing about the split") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 1000, 0);
  ledger.AddServing(Served(100'000, 3000, 7000));
  CHECK(Evaluate(ledger, PlanOf({MeanAtMost(0.02)}), {}, At(1)).kind == VerdictKind::kPass);
}

}  // namespace
}  // namespace understudy
