// The error rate's limits: a rate, a multiple of the incumbent's, and the floor between them.
#include <catch2/catch.hpp>
#include <cmath>

#include "evidence_samples.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

struct Rates {
  int pairs = 0;
  int candidate_errors = 0;
  int incumbent_errors = 0;
};

Verdict Judge(const Rates& rates, const Check& check) {
  Ledger ledger = OneComparator();
  for (int i = 0; i < rates.pairs; ++i) {
    Sample sample = Scored(0);
    if (i < rates.candidate_errors) sample.candidate_result = Failed();
    // From the other end, so that the arms fail on different requests.
    if (i >= rates.pairs - rates.incumbent_errors) sample.incumbent = Failed();
    ledger.Add(sample);
  }
  ledger.AddCoverage(FullCoverage(static_cast<std::uint64_t>(rates.pairs)));
  return Evaluate(ledger, PlanOf({check}), {}, At(1));
}

Check AtMost(double rate) {
  return {.name = "errors", .kind = CheckKind::kErrorRate, .at_most = rate};
}

Check AtMostRatio(double ratio, double floor) {
  return {.name = "errors", .kind = CheckKind::kErrorRate, .at_most_ratio = ratio, .floor = floor};
}

TEST_CASE("a fixed error rate is a yes/no test of the candidate's answers") {
  CHECK(Judge({207, 0, 0}, AtMost(0.02)).kind == VerdictKind::kInconclusive);
  CHECK(Judge({208, 0, 0}, AtMost(0.02)).kind == VerdictKind::kPass);
  CHECK(Judge({300, 30, 0}, AtMost(0.02)).kind == VerdictKind::kFail);
  CHECK(Judge({300, 30, 200}, AtMost(0.02)).kind == VerdictKind::kFail);
}

TEST_CASE("without errors the floor decides, and the missing pairs are told") {
  const Verdict early = Judge({1000, 0, 0}, AtMostRatio(1.5, 0.01));
  CHECK(early.kind == VerdictKind::kPass);
  const Verdict strict = Judge({1000, 0, 0}, AtMostRatio(1.5, 0.001));
  CHECK(strict.kind == VerdictKind::kInconclusive);
  REQUIRE(strict.checks[0].samples_missing.has_value());
  const auto missing = static_cast<int>(*strict.checks[0].samples_missing);
  CHECK(Judge({1000 + missing, 0, 0}, AtMostRatio(1.5, 0.001)).kind == VerdictKind::kPass);
  CHECK(Judge({999 + missing, 0, 0}, AtMostRatio(1.5, 0.001)).kind != VerdictKind::kPass);
}

TEST_CASE("a candidate that fails below the floor is not rolled back for its ratio") {
  const Verdict verdict = Judge({4000, 30, 0}, AtMostRatio(1.5, 0.02));
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.checks[0].limit == 0.02);
}

TEST_CASE("a candidate no worse than a failing incumbent is not rolled back for the floor") {
  const Verdict verdict = Judge({4000, 400, 400}, AtMostRatio(1.5, 0.02));
  CHECK(verdict.kind == VerdictKind::kPass);
  CHECK(verdict.checks[0].limit == Approx(0.15));
}

TEST_CASE("a candidate beyond the floor and beyond the ratio fails") {
  CHECK(Judge({2000, 200, 20}, AtMostRatio(1.5, 0.02)).kind == VerdictKind::kFail);
}

TEST_CASE("a ratio without a floor and without errors says what to configure") {
  const Verdict verdict = Judge({5000, 0, 0}, AtMostRatio(1.5, 0));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.sentence.find("floor") != std::string::npos);
}

TEST_CASE("an error check without a limit concludes nothing") {
  Check check{.name = "errors", .kind = CheckKind::kErrorRate};
  CHECK(Judge({5000, 5000, 0}, check).kind == VerdictKind::kInconclusive);
  CHECK(Judge({5000, 5000, 0}, AtMost(1.5)).kind == VerdictKind::kInconclusive);
}

}  // namespace
}  // namespace understudy
