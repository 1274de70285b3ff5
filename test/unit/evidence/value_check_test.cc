// Checks of numbers in the answers, of paired error rates, exposure risk and late changes.
#include <catch2/catch.hpp>
#include <cmath>

#include "evidence_samples.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

Ledger WithTokens(double incumbent, double candidate, int n, int missing = 0) {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .values = {"tokens"}});
  ledger.StartWindow(1, At(0));
  for (int i = 0; i < n; ++i) {
    Sample sample = Scored(0);
    sample.values = {
        {.rule = 0, .present = i >= missing, .incumbent = incumbent, .candidate = candidate}};
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(static_cast<std::uint64_t>(n)));
  return ledger;
}

CheckResult Tokens(const Ledger& ledger, std::optional<double> at_most,
                   std::optional<double> increase) {
  const Check check{.name = "tokens",
                    .kind = CheckKind::kValue,
                    .value = "tokens",
                    .at_most = at_most,
                    .at_most_increase = increase};
  return Evaluate(ledger, PlanOf({check}), {}, At(1)).checks[0];
}

TEST_CASE("a mean beyond its share of the cap fails, one within passes") {
  CHECK(Tokens(WithTokens(0.2, 0.5, 500), 0.4, {}).kind == VerdictKind::kFail);
  CHECK(Tokens(WithTokens(0.2, 0.3, 500), 0.4, {}).kind == VerdictKind::kPass);
}

TEST_CASE("an increase is of the same requests, and has the incumbent's beside it") {
  const CheckResult more = Tokens(WithTokens(0.2, 0.3, 1000), {}, 0.02);
  CHECK(more.kind == VerdictKind::kFail);
  CHECK(more.estimate == Approx(0.1).margin(1e-6));
  CHECK(more.sentence.find("incumbent 20 %") != std::string::npos);
  CHECK(Tokens(WithTokens(0.3, 0.3, 1000), {}, 0.02).kind == VerdictKind::kPass);
  CHECK(Tokens(WithTokens(0.3, 0.2, 1000), {}, 0.02).kind == VerdictKind::kPass);
}

TEST_CASE("answers that often lack the number prove nothing") {
  const CheckResult check = Tokens(WithTokens(0.3, 0.2, 1000, 500), {}, 0.02);
  CHECK(check.kind == VerdictKind::kInconclusive);
  CHECK(check.reason == InconclusiveReason::kComparatorError);
}

// Pairs of a time whose incumbent's is 100 ms to 200 ms and the candidate's so many times that.
Ledger WithTimes(double ratio, int n, int missing = 0) {
  Ledger ledger(
      LedgerShape{.comparators = {"top1"}, .values = {"tokens", "first"}, .times = {false, true}});
  ledger.StartWindow(1, At(0));
  for (int i = 0; i < n; ++i) {
    Sample sample = Scored(0);
    const Duration incumbent = std::chrono::milliseconds(100 + i * 37 % 100);
    const auto candidate = std::chrono::duration_cast<Duration>(incumbent * ratio);
    sample.values = {{.rule = 1,
                      .present = i >= missing,
                      .incumbent = 0.1,
                      .candidate = 0.1,
                      .incumbent_time = incumbent,
                      .candidate_time = candidate}};
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(static_cast<std::uint64_t>(n)));
  return ledger;
}

CheckResult Times(const Ledger& ledger, double at_most_ratio, const std::string& value = "first") {
  const Check check{.name = "first",
                    .kind = CheckKind::kValue,
                    .value = value,
                    .quantile = 0.95,
                    .at_most_ratio = at_most_ratio};
  return Evaluate(ledger, PlanOf({check}), {}, At(1)).checks[0];
}

TEST_CASE("a quantile of a time is held against the incumbent's own, frozen at the start") {
  const CheckResult slower = Times(WithTimes(1.6, 1500), 1.2);
  CHECK(slower.kind == VerdictKind::kFail);
  CHECK(slower.metric == "first p95");
  CHECK(slower.estimate == Approx(1.6).epsilon(0.05));
  CHECK(Times(WithTimes(1.0, 1500), 1.2).kind == VerdictKind::kPass);
  CHECK(Times(WithTimes(0.5, 1500), 1.2).kind == VerdictKind::kPass);
}

TEST_CASE("a quantile is withheld while the incumbent's is unknown or answers lack the time") {
  const CheckResult few = Times(WithTimes(1.0, 60), 1.2);
  CHECK(few.kind == VerdictKind::kInconclusive);
  CHECK(few.reason == InconclusiveReason::kNoiseFloorUnknown);
  const CheckResult missing = Times(WithTimes(1.0, 1500, 700), 1.2);
  CHECK(missing.kind == VerdictKind::kInconclusive);
  CHECK(missing.reason == InconclusiveReason::kComparatorError);
}

TEST_CASE("what is no time has no quantile to pass by") {
  CHECK(Times(WithTimes(1.0, 1500), 1.2, "tokens").kind == VerdictKind::kInconclusive);
}

TEST_CASE("an increase of the error rate counts only pairs in which one arm failed") {
  const auto judged = [](int only_candidate, int only_incumbent, int both) {
    Ledger ledger = OneComparator();
    for (int i = 0; i < 2000; ++i) {
      Sample sample = Scored(0);
      const bool candidate = i < only_candidate || i >= 2000 - both;
      const bool incumbent =
          (i >= only_candidate && i < only_candidate + only_incumbent) || i >= 2000 - both;
      if (candidate) sample.candidate_result = Failed();
      if (incumbent) sample.incumbent = Failed();
      ledger.Add(sample);
    }
    ledger.AddCoverage(FullCoverage(2000));
    const Check check{.name = "errors", .kind = CheckKind::kErrorRate, .at_most_increase = 0.01};
    return Evaluate(ledger, PlanOf({check}), {}, At(1)).checks[0];
  };
  CHECK(judged(80, 5, 100).kind == VerdictKind::kFail);
  CHECK(judged(5, 5, 500).kind == VerdictKind::kPass);
  CHECK(judged(80, 5, 100).estimate == Approx(0.0375));
}

TEST_CASE("a stage's exposure risk asks for the evidence it names before the weight may rise") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 300, 0);
  Plan plan = PlanOf({MeanAtMost(0.02)});
  plan.stages.resize(3);
  CHECK(Evaluate(ledger, plan, ContextOfStage(plan, 0), At(1)).kind == VerdictKind::kPass);
  plan.stages[2].exposure_risk = 0.001;
  CHECK(Evaluate(ledger, plan, ContextOfStage(plan, 0), At(1)).kind == VerdictKind::kPass);
  CHECK(Evaluate(ledger, plan, ContextOfStage(plan, 1), At(1)).kind == VerdictKind::kInconclusive);
  AddPairs(ledger, 200, 0);
  CHECK(Evaluate(ledger, plan, ContextOfStage(plan, 1), At(1)).kind == VerdictKind::kPass);
  plan.exposure_risk = 1e-6;  // of the stages that name none
  CHECK(Evaluate(ledger, plan, ContextOfStage(plan, 0), At(1)).kind == VerdictKind::kInconclusive);
}

TEST_CASE("a check whose alarm is on fails, and says that the change is late") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 5000, 10);
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  StageContext context;
  CHECK(Evaluate(ledger, plan, context, At(1)).kind == VerdictKind::kPass);
  context.late = {{"flips", 30, 5000}};
  const Verdict verdict = Evaluate(ledger, plan, context, At(1));
  CHECK(verdict.kind == VerdictKind::kFail);
  CHECK(verdict.sentence.find("began lately") != std::string::npos);
}

}  // namespace
}  // namespace understudy
