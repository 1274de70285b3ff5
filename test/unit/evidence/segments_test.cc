// Segments: a slice that goes wrong is found behind a fine average, a small one is not covered, and
// what they say together.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "evidence_samples.h"
#include "proxy/base/hash.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/evidence/segment_summary.h"

namespace understudy {
namespace {

Ledger ByLanguage(bool required = true) {
  Ledger ledger(LedgerShape{.comparators = {"top1"},
                            .segments = {{"language", {"en", "de", "fr"}, required}}});
  ledger.StartWindow(1, At(0));
  return ledger;
}

void AddIn(Ledger& ledger, std::uint16_t slot, std::uint64_t n, std::uint64_t different) {
  for (std::uint64_t i = 0; i < n; ++i) {
    // Spread evenly, so that no order helps.
    Sample sample = Scored((i + 1) * different / n > i * different / n ? 1 : 0);
    sample.segments = {slot};
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(n));
}

const CheckResult& In(const Verdict& verdict, const std::string& segment) {
  for (const CheckResult& check : verdict.checks) {
    if (check.segment == segment) return check;
  }
  FAIL("no result of " << segment);
  return verdict.checks.front();
}

Verdict Judged(const Ledger& ledger, const StageContext& context = {}) {
  return Evaluate(ledger, PlanOf({MeanAtMost(0.02)}), context, At(1));
}

TEST_CASE("a segment that is 6 % worse fails behind an average within its limit") {
  Ledger ledger = ByLanguage();
  AddIn(ledger, 0, 9000, 0);
  AddIn(ledger, 1, 1200, 72);
  AddIn(ledger, 2, 1000, 0);
  const Verdict verdict = Judged(ledger);
  CHECK(verdict.kind == VerdictKind::kFail);
  CHECK(In(verdict, "").kind == VerdictKind::kPass);
  CHECK(In(verdict, "language=de").kind == VerdictKind::kFail);
  CHECK(In(verdict, "language=de").estimate == Approx(0.06));
  CHECK(In(verdict, "language=fr").kind == VerdictKind::kPass);
  CHECK(verdict.sentence.find("language=de") != std::string::npos);
}

TEST_CASE("a required segment with few pairs holds the verdict up, and is told as not covered") {
  Ledger ledger = ByLanguage();
  AddIn(ledger, 0, 5000, 0);
  AddIn(ledger, 1, 5000, 0);
  AddIn(ledger, 2, 100, 0);
  StageContext context;
  context.pairs_per_second = 101;
  const Verdict verdict = Judged(ledger, context);
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kInsufficientSamples);
  const CheckResult& small = In(verdict, "language=fr");
  CHECK_FALSE(small.covered);
  CHECK(small.samples_missing == 108);
  CHECK(small.sentence.find("not covered") == 0);
  // One pair a second of it, of 101 in all.
  REQUIRE(small.eta.has_value());
  CHECK(Seconds(*small.eta) == Approx(108));
  REQUIRE(verdict.eta.has_value());
  CHECK(Seconds(*verdict.eta) == Approx(108));
  CHECK(In(verdict, "language=en").covered);
}

TEST_CASE("segments that are not required warn and hold nothing up") {
  Ledger ledger = ByLanguage(false);
  AddIn(ledger, 0, 5000, 0);
  AddIn(ledger, 1, 500, 60);
  AddIn(ledger, 2, 10, 0);
  const Verdict verdict = Judged(ledger);
  CHECK(verdict.kind == VerdictKind::kWarn);
  CHECK(In(verdict, "language=de").kind == VerdictKind::kWarn);
  CHECK(In(verdict, "language=fr").kind == VerdictKind::kInconclusive);
}

TEST_CASE("what is of no declared value is counted and not judged") {
  Ledger ledger = ByLanguage();
  for (const std::uint16_t slot : {0, 1, 2}) AddIn(ledger, slot, 1000, 0);
  AddIn(ledger, 3, 10, 10);
  AddIn(ledger, 4, 10, 10);
  const Verdict verdict = Judged(ledger);
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.checks.size() == 4);
  CHECK(ledger.Total().slots.at(ledger.shape().Slot(0, 4)).scores[0].ones == 10);
}

TEST_CASE("without segments a check has the whole weight, with them one half") {
  Ledger plain = OneComparator();
  AddPairs(plain, 1000, 60);
  Ledger sliced = ByLanguage();
  AddIn(sliced, 0, 1000, 60);
  const Verdict whole = Judged(plain);
  const Verdict half = Judged(sliced);
  CHECK(whole.log_e_rollback == Approx(In(whole, "").log_e_rollback));
  CHECK(half.log_e_rollback > In(half, "").log_e_rollback - 0.6931472);
  CHECK(half.log_e_rollback < In(half, "").log_e_rollback);
}

TEST_CASE("the worst and the best segment of each rule are named, and how far apart they lie") {
  Ledger ledger = ByLanguage();
  AddIn(ledger, 0, 100, 1);
  AddIn(ledger, 1, 100, 11);
  AddIn(ledger, 3, 100, 99);
  const auto spreads = SpreadsOf(ledger.shape(), ledger.Total());
  REQUIRE(spreads.size() == 1);
  CHECK(spreads[0].worst == "language=de");
  CHECK(spreads[0].best == "language=en");
  CHECK(spreads[0].spread == Approx(0.10).margin(1e-6));
}

TEST_CASE("a segment against the tendency of all traffic is told, chance is not") {
  Ledger ledger = ByLanguage();
  const auto add = [&](std::uint16_t slot, int n, bool candidate_fails, bool incumbent_fails) {
    for (int i = 0; i < n; ++i) {
      Sample sample = Scored(0);
      sample.segments = {slot};
      if (candidate_fails) sample.candidate_result = Failed();
      if (incumbent_fails) sample.incumbent = Failed();
      ledger.Add(sample);
    }
  };
  add(0, 4000, false, false);
  add(0, 300, true, false);
  add(1, 400, false, false);
  add(1, 60, false, true);
  add(2, 400, false, false);
  add(2, 1, false, true);
  const auto reversals = SignReversalsOf(ledger.shape(), ledger.Total());
  REQUIRE(reversals.size() == 1);
  CHECK(reversals[0].segment == "language=de");
  CHECK(reversals[0].metric == "error rate");
  CHECK(reversals[0].here < 0);
  CHECK(reversals[0].overall > 0);
}

TEST_CASE("the difference in demographic parity has an interval that holds the truth") {
  std::mt19937_64 random(11);
  int outside = 0;
  for (int run = 0; run < 40; ++run) {
    Ledger ledger = ByLanguage();
    for (int i = 0; i < 6000; ++i) {
      const auto slot = static_cast<std::uint16_t>(i % 2);
      Sample sample = Scored(0);
      sample.segments = {slot};
      const bool incumbent = UnitInterval(random()) < 0.5;
      sample.decision = SampleDecision{incumbent, UnitInterval(random()) < (slot == 0 ? 0.6 : 0.4)};
      ledger.Add(sample);
    }
    const auto parity = ParityOf(ledger.shape(), ledger.Total(), 0.05);
    REQUIRE(parity.size() == 1);
    CHECK(parity[0].higher == "language=en");
    CHECK(parity[0].lower == "language=de");
    CHECK(parity[0].pairs == 6000);
    CHECK(std::abs(parity[0].incumbent) < 0.08);
    CHECK(parity[0].interval_high - parity[0].interval_low < 0.25);
    if (parity[0].interval_low > 0.2 || parity[0].interval_high < 0.2) ++outside;
  }
  CHECK(outside <= 4);
}

}  // namespace
}  // namespace understudy
