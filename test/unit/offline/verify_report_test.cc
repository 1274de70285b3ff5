// A report's verdict is concluded again from the sums it carries.
#include "proxy/offline/verify_report.h"

#include <catch2/catch.hpp>
#include <memory>

#include "proxy/control/report_document.h"
#include "proxy/control/report_render.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

constexpr WallTime kNow{Duration(1'700'000'000'123'456'789)};

Ledger SomeEvidence() {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .segments = {{"language", {"en", "de"}}}});
  ledger.StartWindow(1, kNow - std::chrono::minutes(1));
  for (int i = 0; i < 900; ++i) {
    Sample sample;
    sample.window = 1;
    sample.at = kNow - std::chrono::seconds(1);
    sample.incumbent = sample.candidate_result = {.outcome = ExchangeOutcome::kAnswered,
                                                  .status = 200,
                                                  .latency = std::chrono::milliseconds(3)};
    sample.scores = {{0, i % 300 == 2 ? 0.7 : 0.0}};
    sample.segments = {static_cast<std::uint16_t>(i % 3)};
    ledger.Add(sample);
  }
  ledger.AddCoverage({.eligible = 900, .mirrored = 900, .compared = 900});
  return ledger;
}

Plan SomePlan() {
  Plan plan;
  plan.name = "default";
  plan.hash = "0123456789abcdef";
  plan.stages.resize(2);
  plan.checks = {
      {.name = "flips", .comparator = "top1", .at_most = 0.02},
      {.name = "errors", .kind = CheckKind::kErrorRate, .at_most_ratio = 1.5, .floor = 0.02}};
  return plan;
}

std::string Report() {
  const Ledger ledger = SomeEvidence();
  CandidateView candidate;
  candidate.route = "digits";
  candidate.candidate = "v2";
  candidate.candidate_version = "2";
  candidate.plan = SomePlan();
  StageContext context = ContextOfStage(candidate.plan, 0);
  context.pairs_per_second = 12.345678901234567;
  candidate.verdict = Evaluate(ledger, candidate.plan, context, kNow);
  candidate.basis = {std::make_shared<const std::string>(ledger.Encode()),
                     std::make_shared<const Plan>(candidate.plan),
                     0,
                     context.pairs_per_second,
                     context.mirror_rate,
                     {}};
  ControlView view;
  view.routes.push_back(RouteView{.name = "digits"});
  view.candidates = {candidate};
  return RenderReportJson(BuildReport(view, "digits", {candidate}, {}, kNow));
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::vector<std::string> DifferencesOf(const std::string& report) {
  const auto verified = VerifyReport(report);
  REQUIRE(verified.ok());
  REQUIRE(verified->size() == 1);
  CHECK(verified->front().has_evidence);
  return verified->front().differences;
}

TEST_CASE("a report says what its sums say, to the last bit") {
  CHECK(DifferencesOf(Report()).empty());
  CHECK(VerifyReport(Report())->front().verdict == "PASS");
}

TEST_CASE("whatever is changed in the verdict is told with its place") {
  const std::string report = Report();
  const auto told = DifferencesOf(Replaced(report, "\"samples\": 900", "\"samples\": 901"));
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("/verdict/") == 0);
  CHECK(told[0].find("901") != std::string::npos);
  CHECK_FALSE(DifferencesOf(Replaced(report, "\"kind\": \"PASS\"", "\"kind\": \"FAIL\"")).empty());
  CHECK_FALSE(
      DifferencesOf(Replaced(report, "\"check\": \"flips\"", "\"check\": \"flop\"")).empty());
  const std::size_t at = report.find("\"log_e_promotion\": ");
  std::string bit = report;
  const std::size_t digit = report.find_first_of(",\n", at) - 1;
  bit[digit] = bit[digit] == '5' ? '6' : '5';
  CHECK_FALSE(DifferencesOf(bit).empty());
}

TEST_CASE("changed sums, and another headline, are told") {
  const std::string report = Report();
  const std::size_t at = report.find("\"ledger\": \"") + 60;
  std::string changed = report;
  changed[at] = changed[at] == 'A' ? 'B' : 'A';
  CHECK_FALSE(DifferencesOf(changed).empty());
  const auto told =
      DifferencesOf(Replaced(report, "\"headline\": \"PASS\"", "\"headline\": \"WARN\""));
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("/headline") == 0);
  CHECK_FALSE(
      DifferencesOf(Replaced(report, "\"evaluated_at_ns\": \"17", "\"evaluated_at_ns\": \"18"))
          .empty());
}

TEST_CASE("numbers that no report has do no harm, and times beyond all clocks are told") {
  const std::string report = Report();
  for (const std::string stage : {"1e300", "-1"}) {
    CHECK(VerifyReport(Replaced(report, "\"stage\": 0,", "\"stage\": " + stage + ",")).ok());
  }
  CHECK_FALSE(DifferencesOf(Replaced(report, "\"evaluated_at_ns\": \"1700000000123456789",
                                     "\"evaluated_at_ns\": \"-9223372036854775808"))
                  .empty());
}

TEST_CASE("a candidate without evidence has nothing to be verified") {
  const auto verified = VerifyReport(
      R"({"schema": "understudy.report/v1", "candidates": [{"candidate": "v2", "evidence": null,
          "headline": "INCONCLUSIVE", "verdict": {"kind": "INCONCLUSIVE"}}]})");
  REQUIRE(verified.ok());
  CHECK_FALSE(verified->front().has_evidence);
  CHECK(verified->front().differences.empty());
}

TEST_CASE("what is no report is refused") {
  CHECK_FALSE(VerifyReport("").ok());
  CHECK_FALSE(VerifyReport("[1]").ok());
  CHECK_FALSE(VerifyReport("{\"schema\": \"understudy.report/v0\"}").ok());
}

}  // namespace
}  // namespace understudy
