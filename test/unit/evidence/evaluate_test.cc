// Verdicts: when they come, what they say, and when there is none.
#include "proxy/evidence/evaluate.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "evidence_samples.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

Verdict Look(const Ledger& ledger, const Plan& plan, const StageContext& context = {}) {
  return Evaluate(ledger, plan, context, At(1));
}

bool Says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

TEST_CASE("a clean candidate passes a 2 % margin with its 208th pair") {
  Ledger ledger = OneComparator();
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  AddPairs(ledger, 207, 0);
  const Verdict before = Look(ledger, plan);
  CHECK(before.kind == VerdictKind::kInconclusive);
  CHECK(before.reason == InconclusiveReason::kInsufficientSamples);
  CHECK(before.checks[0].samples_missing == 1);
  AddPairs(ledger, 1, 0);
  const Verdict after = Look(ledger, plan);
  CHECK(after.kind == VerdictKind::kPass);
  CHECK(after.samples == 208);
  CHECK(after.coverage == 1);
  CHECK(after.checks[0].interval_high == Approx(0.02).epsilon(0.002));
  CHECK(after.checks[0].estimate == 0);
}

TEST_CASE("an inconclusive verdict says how many pairs are missing and when they will be here") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 100, 0);
  StageContext context;
  context.pairs_per_second = 0.6;
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(0.02)}), context);
  CHECK(Says(verdict.sentence, "about 108 more pairs, 3 min at the present rate"));
  REQUIRE(verdict.eta.has_value());
  CHECK(Seconds(*verdict.eta) == Approx(180));
}

TEST_CASE("an estimate at the limit has no verdict in sight and no time for it") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 1000, 20);
  StageContext context;
  context.pairs_per_second = 10;
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(0.02)}), context);
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK_FALSE(verdict.checks[0].samples_missing.has_value());
  CHECK_FALSE(verdict.eta.has_value());
  CHECK(Says(verdict.sentence, "too near the limit"));
}

TEST_CASE("a candidate beyond its margin fails, with the limit and what was seen") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 400, 40);
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(0.02)}));
  CHECK(verdict.kind == VerdictKind::kFail);
  CHECK(verdict.log_e_rollback > std::log(20));
  CHECK(verdict.checks[0].interval_low > 0.02);
  CHECK(Says(verdict.sentence, "mean divergence of top1 10 %"));
  CHECK(Says(verdict.sentence, "limit 2 %: beyond the limit"));
}

TEST_CASE("there is no verdict either way from fewer than min_samples pairs") {
  Ledger ledger = OneComparator();
  StageContext context;
  context.min_samples = 500;
  AddPairs(ledger, 499, 499);
  const Plan bad_plan = PlanOf({MeanAtMost(0.02)});
  const Verdict early = Look(ledger, bad_plan, context);
  CHECK(early.kind == VerdictKind::kInconclusive);
  CHECK(early.reason == InconclusiveReason::kInsufficientSamples);
  CHECK(early.log_e_rollback > 100);
  AddPairs(ledger, 1, 1);
  CHECK(Look(ledger, bad_plan, context).kind == VerdictKind::kFail);

  Ledger clean = OneComparator();
  AddPairs(clean, 499, 0);
  const Verdict waiting = Look(clean, bad_plan, context);
  CHECK(waiting.kind == VerdictKind::kInconclusive);
  CHECK(waiting.checks[0].kind == VerdictKind::kPass);
  CHECK(Says(waiting.sentence, "499 of 500 pairs"));
  AddPairs(clean, 1, 0);
  CHECK(Look(clean, bad_plan, context).kind == VerdictKind::kPass);
}

TEST_CASE("a new window waits for its own pairs but keeps the rollout's evidence") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 300, 0);
  ledger.StartWindow(2, At(0));
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  CHECK(Look(ledger, plan).reason == InconclusiveReason::kNoTraffic);
  AddPairs(ledger, 1, 0, 2);
  const Verdict verdict = Look(ledger, plan);
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.samples == 1);
  CHECK(verdict.checks[0].samples == 301);
}

TEST_CASE("a regression after long clean traffic is found by the new window's own process") {
  Ledger one = OneComparator();
  AddPairs(one, 20000, 0);
  Ledger two = one;
  two.StartWindow(2, At(0));
  AddPairs(one, 300, 30, 1);
  AddPairs(two, 300, 30, 2);
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  CHECK(Look(one, plan).kind != VerdictKind::kFail);
  CHECK(Look(two, plan).kind == VerdictKind::kFail);
}

TEST_CASE("all checks are judged, and the failing one is named") {
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"}});
  ledger.StartWindow(1, At(0));
  for (int i = 0; i < 600; ++i) {
    Sample sample = Scored(0);
    sample.scores.push_back({.comparator = 1, .divergence = i % 4 == 0 ? 1.0 : 0.0});
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(600));
  Check values = MeanAtMost(0.02, "values");
  values.name = "closeness";
  const Verdict verdict = Look(ledger, PlanOf({values, MeanAtMost(0.02)}));
  REQUIRE(verdict.checks.size() == 2);
  CHECK(verdict.checks[0].kind == VerdictKind::kFail);
  CHECK(verdict.checks[1].kind == VerdictKind::kPass);
  CHECK(verdict.kind == VerdictKind::kFail);
  CHECK(Says(verdict.sentence, "closeness: "));
  CHECK_FALSE(Says(verdict.sentence, "flips: "));
}

TEST_CASE("rollback evidence is shared by the checks of all stages, so weights never change") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 400, 22);
  const Plan alone = PlanOf({MeanAtMost(0.02)});
  Plan with_stage = alone;
  with_stage.stages.resize(2);
  with_stage.stages[1].checks = {MeanAtMost(0.5)};
  const double shared = Look(ledger, with_stage, ContextOfStage(with_stage, 0)).log_e_rollback;
  CHECK(shared == Approx(Look(ledger, alone).log_e_rollback - std::log(2)));
  const Verdict second = Look(ledger, with_stage, ContextOfStage(with_stage, 1));
  CHECK(second.checks.size() == 2);
  CHECK(second.log_e_rollback >= shared);
}

TEST_CASE("a failing check that is not required warns and fails nothing") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 400, 40);
  Check optional = MeanAtMost(0.02);
  optional.required = false;
  Check required = MeanAtMost(0.3);
  required.name = "roomy";
  const Verdict verdict = Look(ledger, PlanOf({optional, required}));
  CHECK(verdict.checks[0].kind == VerdictKind::kWarn);
  CHECK(verdict.checks[1].kind == VerdictKind::kPass);
  CHECK(verdict.kind == VerdictKind::kWarn);
}

TEST_CASE("an inconclusive check that is not required does not hold back a pass") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 400, 8);
  Check optional = MeanAtMost(0.02);
  optional.required = false;
  Check required = MeanAtMost(0.3);
  required.name = "roomy";
  const Verdict verdict = Look(ledger, PlanOf({optional, required}));
  CHECK(verdict.checks[0].kind == VerdictKind::kInconclusive);
  CHECK(verdict.kind == VerdictKind::kPass);
}

TEST_CASE("old evidence is stale, but evidence of harm stays") {
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  Ledger clean = OneComparator();
  AddPairs(clean, 300, 0);
  const Verdict verdict = Evaluate(clean, plan, {}, At(0) + minutes(11));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kEvidenceStale);
  Ledger bad = OneComparator();
  AddPairs(bad, 300, 60);
  CHECK(Evaluate(bad, plan, {}, At(0) + minutes(11)).kind == VerdictKind::kFail);
}

TEST_CASE("nothing is concluded from another window's evidence") {
  Ledger bad = OneComparator();
  AddPairs(bad, 300, 60);
  StageContext context;
  context.window_current = false;
  const Verdict verdict = Look(bad, PlanOf({MeanAtMost(0.02)}), context);
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kEvidenceStale);
  CHECK(verdict.checks[0].kind == VerdictKind::kInconclusive);
}

TEST_CASE("missing coverage is inconclusive and says where the pairs went") {
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  const auto lost = [&plan](auto charge) {
    Ledger ledger = OneComparator();
    AddPairs(ledger, 300, 0);
    Coverage delta{.eligible = 200};
    charge(delta);
    ledger.AddCoverage(delta);
    return Look(ledger, plan);
  };
  const Verdict dropped = lost([](Coverage& delta) {
    delta.dropped[static_cast<std::size_t>(DropReason::kInFlightLimit)] = 200;
  });
  CHECK(dropped.reason == InconclusiveReason::kMirrorLoss);
  CHECK(dropped.coverage == Approx(0.6));
  CHECK(Says(dropped.sentence, "in_flight_limit (200)"));
  const Verdict erring = lost([](Coverage& delta) {
    delta.mirrored = 200;
    delta.uncomparable[static_cast<std::size_t>(UncomparableReason::kComparatorError)] = 200;
  });
  CHECK(erring.reason == InconclusiveReason::kComparatorError);
  const Verdict skipped = lost([](Coverage& delta) {
    delta.skipped[static_cast<std::size_t>(SkipReason::kRequestTooLarge)] = 200;
  });
  CHECK(skipped.reason == InconclusiveReason::kInsufficientCoverage);
  const Verdict in_flight = lost([](Coverage& delta) { delta.mirrored = 200; });
  CHECK(in_flight.kind == VerdictKind::kPass);
}

// A thousand pairs of which each comparator scored every other one.
Ledger ScoredInTurn(std::vector<std::string> partial) {
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"}, .partial = std::move(partial)});
  ledger.StartWindow(1, At(0));
  for (int i = 0; i < 1000; ++i) {
    Sample sample = Scored(0);
    if (i % 2 == 0) sample.scores[0].comparator = 1;
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(1000));
  return ledger;
}

TEST_CASE("a comparator that scored only some of the pairs cannot pass") {
  const Ledger ledger = ScoredInTurn({});
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(0.02)}));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kComparatorError);
  CHECK(Says(verdict.sentence, "500 of 1,000 pairs"));
}

TEST_CASE("a comparator that is for some pairs alone passes on those") {
  const Ledger ledger = ScoredInTurn({"top1", "values"});
  CHECK(Look(ledger, PlanOf({MeanAtMost(0.02)})).kind == VerdictKind::kPass);
}

TEST_CASE("a check that names no comparator of the route is inconclusive") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 300, 0);
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(0.02, "missing")}));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(Says(verdict.sentence, "\"missing\""));
}

TEST_CASE("a coverage check passes at its limit and never fails") {
  Check coverage{.name = "seen", .kind = CheckKind::kCoverage, .at_least = 0.95};
  Ledger ledger = OneComparator();
  AddPairs(ledger, 95, 0);
  ledger.AddCoverage({.eligible = 5, .skipped = {5}});
  CHECK(Look(ledger, PlanOf({coverage})).kind == VerdictKind::kPass);
  ledger.AddCoverage({.eligible = 1, .skipped = {1}});
  const Verdict verdict = Look(ledger, PlanOf({coverage}));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kInsufficientCoverage);
}

TEST_CASE("scores between 0 and 1 are rounded against the verdict") {
  // Each pair differs by exactly the limit's bin: rounded down it is below, rounded up above.
  Ledger ledger = OneComparator();
  for (int i = 0; i < 5000; ++i) ledger.Add(Scored(20.5 / 1024));
  ledger.AddCoverage(FullCoverage(5000));
  const Verdict verdict = Look(ledger, PlanOf({MeanAtMost(20.5 / 1024)}));
  CHECK(verdict.checks[0].log_e_rollback <= 0);
  CHECK(verdict.checks[0].log_e_promotion <= 0);
  CHECK(verdict.checks[0].estimate == Approx(20.5 / 1024).epsilon(1e-4));
}

TEST_CASE("a killed stretch does not lower coverage, and one that is all killed says so") {
  Ledger ledger = OneComparator();
  Coverage off;
  off.eligible = off.skipped[static_cast<std::size_t>(SkipReason::kMirroringOff)] = 5000;
  REQUIRE(ledger.AddCoverage(off));
  const Plan plan = PlanOf({MeanAtMost(0.02)});
  CHECK_THAT(Look(ledger, plan).sentence, Catch::Contains("mirroring was off for all 5,000"));
  AddPairs(ledger, 300, 0);
  const Verdict verdict = Look(ledger, plan);
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.coverage == 1);
}

TEST_CASE("a mirror rate of 0 is named with what to write instead") {
  StageContext context;
  context.mirror_rate = 0;
  const Verdict verdict = Look(OneComparator(), PlanOf({MeanAtMost(0.02)}), context);
  CHECK(verdict.reason == InconclusiveReason::kNoTraffic);
  CHECK_THAT(verdict.sentence,
             Catch::Contains("mirror rate is 0") && Catch::Contains("mirror: {rate: 100%}"));
}

TEST_CASE("an empty ledger is no traffic") {
  const Verdict verdict =
      Look(Ledger(LedgerShape{.comparators = {"top1"}}), PlanOf({MeanAtMost(0.02)}));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kNoTraffic);
  CHECK(verdict.checks[0].samples_missing == 208);
}

}  // namespace
}  // namespace understudy
