// Checks of comparators on routes with a control: the incumbent's own noise is no regression.
#include <catch2/catch.hpp>
#include <random>

#include "evidence_samples.h"
#include "proxy/base/hash.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

Ledger WithControl() {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .control = true});
  ledger.StartWindow(1, At(0));
  return ledger;
}

// `noise`: how often the incumbent differs from itself; `wrong`: how often the candidate is wrong
// whatever the incumbent says.
void AddNoisyPairs(Ledger& ledger, int n, double noise, double wrong, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto happens = [&](double share) { return UnitInterval(random()) < share; };
  for (int i = 0; i < n; ++i) {
    Sample sample = Scored(happens(wrong) || happens(noise) ? 1 : 0);
    sample.control = {{.comparator = 0, .divergence = happens(noise) ? 1.0 : 0.0}};
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(static_cast<std::uint64_t>(n)));
}

Verdict Judged(const Ledger& ledger, const Check& check) {
  return Evaluate(ledger, PlanOf({check}), {}, At(1));
}

TEST_CASE("a candidate as noisy as its incumbent passes, and fails where the noise is kept") {
  for (const double noise : {0.4, 0.66, 0.9}) {
    Ledger ledger = WithControl();
    AddNoisyPairs(ledger, 60'000, noise, 0, 3);
    Check raw = MeanAtMost(0.03);
    raw.raw = true;
    CHECK(Judged(ledger, MeanAtMost(0.03)).kind == VerdictKind::kPass);
    CHECK(Judged(ledger, raw).kind == VerdictKind::kFail);
  }
}

TEST_CASE("an always-wrong candidate is found behind any noise") {
  for (const double noise : {0.4, 0.66, 0.9}) {
    Ledger ledger = WithControl();
    AddNoisyPairs(ledger, 1000, noise, 1, 4);
    const Verdict verdict = Judged(ledger, MeanAtMost(0.02));
    CHECK(verdict.kind == VerdictKind::kFail);
    CHECK(verdict.checks[0].estimate == Approx(1 - noise).margin(0.05));
    CHECK(verdict.checks[0].interval_low > 0.02);
  }
}

TEST_CASE("while the incumbent was hardly asked twice, its noise is unknown and nothing passes") {
  Ledger ledger = WithControl();
  AddPairs(ledger, 5000, 0);
  const Verdict verdict = Judged(ledger, MeanAtMost(0.02));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kNoiseFloorUnknown);
  CHECK(verdict.checks[0].samples_missing == kControlSamples);
  CHECK(verdict.control_samples == 0);
}

TEST_CASE("pairs without a control count for coverage and not for the difference") {
  Ledger ledger = WithControl();
  AddNoisyPairs(ledger, 300, 0, 0, 5);
  AddPairs(ledger, 300, 300);
  const Verdict verdict = Judged(ledger, MeanAtMost(0.02));
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.checks[0].samples == 300);
  CHECK(verdict.control_samples == 300);
}

}  // namespace
}  // namespace understudy
