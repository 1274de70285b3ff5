// The report's formats against golden files, and what must never get into them.
// UPDATE_GOLDEN=1 in the environment rewrites the files; read the difference before keeping it.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "proxy/control/report_render.h"
#include "proxy/control/report_text.h"
#include "test/support/control_view_samples.h"

namespace understudy {
namespace {

using samples::Noon;

ReportDocument Build(const ControlView& view, const ExampleRecords& records = {}) {
  const auto subjects = ReportSubjects(view, "digits", "");
  REQUIRE(subjects.has_value());
  return BuildReport(view, "digits", *subjects, records, Noon());
}

// A record of example p-1 whose values must stay out of every report.
ExampleRecords RecordsWithValues() {
  DivergenceRecord record;
  record.id = "p-1";
  RecordedScore score;
  score.comparator = "top1";
  score.compared = true;
  score.divergence = 1;
  score.differences = {{"/outputs/0/data/3", "value", "secret-three", "secret-eight"}};
  record.scores = {score};
  return {{"p-1", record}};
}

void CheckGolden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(UNDERSTUDY_GOLDEN_DIR) + "/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::ostringstream expected;
  expected << file.rdbuf();
  CHECK(actual == expected.str());
}

void CheckAllFormats(const std::string& name, const ReportDocument& document) {
  CheckGolden(name + ".json", RenderReportJson(document));
  CheckGolden(name + ".md", RenderReportMarkdown(document));
  CheckGolden(name + ".xml", RenderReportJunit(document));
}

}  // namespace

TEST_CASE("the report of a passing rollout reads as its golden files") {
  CheckAllFormats("passing", Build(samples::PassingView(), RecordsWithValues()));
}

TEST_CASE("the report of a rolled-back rollout reads as its golden files") {
  CheckAllFormats("rolled_back", Build(samples::RolledBackView()));
}

TEST_CASE("the report of a candidate without a rollout reads as its golden files") {
  CheckAllFormats("observed", Build(samples::ObservedView()));
}

TEST_CASE("a report shows where an example differs and never the values there") {
  const ReportDocument document = Build(samples::PassingView(), RecordsWithValues());
  for (const std::string& text :
       {RenderReportJson(document), RenderReportMarkdown(document), RenderReportJunit(document)}) {
    CHECK(text.find("secret") == std::string::npos);
  }
  CHECK(RenderReportJson(document).find("/outputs/0/data/3") != std::string::npos);
  CHECK(RenderReportMarkdown(document).find("/outputs/0/data/3") != std::string::npos);
}

TEST_CASE("a report has numbers that are finite, or null") {
  ControlView view = samples::PassingView();
  CheckResult& check = view.candidates[0].verdict.checks[0];
  check.estimate = std::numeric_limits<double>::quiet_NaN();
  check.interval_high = std::numeric_limits<double>::infinity();
  const std::string json = RenderReportJson(Build(view));
  CHECK(json.find("\"estimate\": null") != std::string::npos);
  CHECK(json.find("\"interval_high\": null") != std::string::npos);
  CHECK(json.find("nan") == std::string::npos);
  CHECK(json.find("inf,") == std::string::npos);
}

TEST_CASE("text from outside stays text in every format") {
  ControlView view = samples::PassingView();
  view.candidates[0].worst[0].reason = "</error><script>|\n# heading \"quoted\" \x01\xFF";
  view.candidates[0].verdict.checks[0].kind = VerdictKind::kFail;
  view.candidates[0].verdict.checks[0].sentence = view.candidates[0].worst[0].reason;
  const ReportDocument document = Build(view);
  const std::string xml = RenderReportJunit(document);
  CHECK(xml.find("<script>") == std::string::npos);
  CHECK(xml.find("&lt;script&gt;") != std::string::npos);
  CHECK(xml.find('\x01') == std::string::npos);
  CHECK(xml.find('\xFF') == std::string::npos);
  const std::string markdown = RenderReportMarkdown(document);
  CHECK(markdown.find("\n# heading") == std::string::npos);
  CHECK(markdown.find("<script>") == std::string::npos);
  CHECK(RenderReportJson(document).find("\\\"quoted\\\"") != std::string::npos);
}

TEST_CASE("JUnit carries a verdict that no single check explains") {
  ControlView view = samples::PassingView();
  Verdict& verdict = view.candidates[0].verdict;
  verdict.kind = VerdictKind::kInconclusive;
  verdict.reason = InconclusiveReason::kInsufficientCoverage;
  verdict.sentence = "only 40 % were compared";
  const std::string xml = RenderReportJunit(Build(view));
  CHECK(xml.find("errors=\"1\"") != std::string::npos);
  CHECK(xml.find("<error type=\"INSUFFICIENT_COVERAGE\"") != std::string::npos);
}

TEST_CASE("JUnit has a suite for each segment that is judged") {
  ControlView view = samples::PassingView();
  CheckResult german = samples::Failing("flips");
  german.segment = "language=de";
  view.candidates[0].verdict.checks.push_back(german);
  const std::string xml = RenderReportJunit(Build(view));
  CHECK(xml.find("<testsuite name=\"digits/v2 all traffic\" tests=\"3\" failures=\"0\"") !=
        std::string::npos);
  CHECK(xml.find("<testsuite name=\"digits/v2 language=de\" tests=\"1\" failures=\"1\"") !=
        std::string::npos);
}

TEST_CASE("a report is of a known route and candidate or it is none") {
  const ControlView view = samples::PassingView();
  CHECK_FALSE(ReportSubjects(view, "letters", "").has_value());
  CHECK_FALSE(ReportSubjects(view, "digits", "v9").has_value());
  CHECK(ReportSubjects(view, "digits", "v2").has_value());
}

TEST_CASE("a candidate that left the configuration is reported by its newest rollout") {
  ControlView view = samples::RolledBackView();
  view.candidates.clear();
  const auto subjects = ReportSubjects(view, "digits", "v2");
  REQUIRE(subjects.has_value());
  CHECK(BuildReport(view, "digits", *subjects, {}, Noon()).Worst() == VerdictKind::kFail);
}

TEST_CASE("a report of an ended rollout shows the verdict and evidence it ended on") {
  ControlView view = samples::PassingView();
  RolloutState older = samples::Ramping();
  older.id = "r-older";
  older.phase = Phase::kRolledBack;
  older.ended_reason = "a check failed: flips";
  view.rollouts.push_back(older);
  CandidateView ended = view.candidates[0];
  ended.rollout = older;
  ended.verdict.kind = VerdictKind::kFail;
  ended.verdict.sentence = "flips: beyond the limit";
  ended.pairs = 321;
  view.ended["r-older"] = std::make_shared<const CandidateView>(ended);
  const ReportDocument document =
      BuildReport(view, "digits", {ViewOfRollout(view, older)}, {}, Noon());
  CHECK(document.Worst() == VerdictKind::kFail);
  const std::string page = RenderReportMarkdown(document);
  CHECK(page.find("r-older: ROLLED") != std::string::npos);
  CHECK(page.find("321 pairs") != std::string::npos);
  CHECK(page.find("| flips | all traffic |") != std::string::npos);
  CHECK(ViewOfRollout(view, *view.candidates[0].rollout).pairs == view.candidates[0].pairs);
}

TEST_CASE("a window without a chosen request has no share of compared ones") {
  ControlView view = samples::PassingView();
  Coverage& coverage = view.candidates[0].coverage;
  coverage = {};
  CHECK(RenderReportMarkdown(Build(view))
            .find("No request was chosen for mirroring: none has come") != std::string::npos);
  coverage.eligible = coverage.sampled_out = 7;
  const std::string page = RenderReportMarkdown(Build(view));
  CHECK(page.find("No request was chosen for mirroring and has ended, of 7") != std::string::npos);
  CHECK(page.find("100 %") == page.find("100 % and bake"));
  CHECK(RenderReportJson(Build(view)).find("\"ratio\": 0,") != std::string::npos);
}

TEST_CASE("examples from before a restart come from the records of the same rollout and window") {
  CandidateView subject = samples::PassingView().candidates[0];
  subject.diverged = 2;
  subject.worst.clear();
  subject.window_since = Noon(-300);
  subject.worst_since = Noon(-10);
  REQUIRE(LacksExamples(subject));
  DivergenceRecord record;
  record.id = "p-old";
  record.at = Noon(-100);
  record.route = subject.route;
  record.candidate = subject.candidate;
  record.rollout_id = subject.rollout->id;
  record.scores = {{"status", true, 0, "", "", {}}, {"top1", true, 0.75, "3 became 5", "", {}}};
  DivergenceRecord earlier = record, foreign = record, worse = record;
  earlier.id = "p-earlier";
  earlier.at = Noon(-301);
  foreign.id = "p-foreign";
  foreign.rollout_id = "r-another";
  worse.id = "p-worse";
  worse.scores[1].divergence = 1;
  AddExamples(subject, {earlier, record, foreign, worse, record});
  REQUIRE(subject.worst.size() == 2);
  CHECK(subject.worst[0].id == "p-worse");
  CHECK(subject.worst[1].comparator == "top1");
  CHECK(subject.worst[1].reason == "3 became 5");
}

TEST_CASE("a window whose examples are lost says so and never that nothing diverged") {
  ControlView view = samples::PassingView();
  view.candidates[0].worst.clear();
  view.candidates[0].diverged = 3;
  const std::string page = RenderReportMarkdown(Build(view));
  CHECK(page.find("no pair diverged") == std::string::npos);
  CHECK(page.find("3 pairs diverged in this window") != std::string::npos);
  CHECK(page.find("divergence list") != std::string::npos);
}

TEST_CASE("a kill is shown with who did it and why") {
  ControlView view = samples::PassingView();
  view.routes[0].killed = true;
  JournalLine line;
  line.at = Noon(-60);
  line.actor = "operator:ada";
  line.reason = "the pager rang";
  view.routes[0].killed_by = line;
  CHECK(RenderReportMarkdown(Build(view)).find("the route is killed by operator:ada since") !=
        std::string::npos);
  CHECK(RenderReportJson(Build(view)).find("\"reason\": \"the pager rang\"") != std::string::npos);
}

TEST_CASE("a long timeline keeps its newest lines and says how many are left out") {
  ControlView view = samples::PassingView();
  std::vector<JournalLine>& timeline = view.candidates[0].timeline;
  const JournalLine line = timeline.back();
  timeline.assign(kTimelineLines + 5, line);
  timeline.back().reason = "the newest";
  const ReportDocument document = Build(view);
  CHECK(document.candidates[0].status.timeline.size() == kTimelineLines);
  CHECK(document.candidates[0].status.timeline.back().reason == "the newest");
  CHECK(document.candidates[0].timeline_left_out == 5);
}

TEST_CASE("times, durations and shares are written for people") {
  CHECK(TimeText(Noon()) == "2026-03-01T12:00:00Z");
  CHECK(TimeText(WallTime{}) == "never");
  CHECK(DurationText(std::chrono::milliseconds(250)) == "250 ms");
  CHECK(DurationText(std::chrono::seconds(185)) == "3 min 5 s");
  CHECK(DurationText(std::chrono::hours(2)) == "2 h");
  CHECK(DurationText(std::chrono::hours(50)) == "2 d 2 h");
  CHECK(DurationText(-std::chrono::seconds(1)) == "0 s");
  CHECK(ShareText(0.0005) == "0.05 %");
  CHECK(ShareText(1) == "100 %");
  CHECK(ShareText(std::nan("")) == "unknown");
  CHECK(WeightText(125'000) == "12.5 %");
}

TEST_CASE("broken UTF-8 is replaced byte by byte and whole characters are kept") {
  CHECK(ValidUtf8("a\xC3\xA4\xFFz") == "a\xC3\xA4\xEF\xBF\xBDz");
  CHECK(ValidUtf8("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(ValidUtf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(MarkdownCell("\xC3\xA4\xC3\xA4", 3) == "\xC3\xA4…");
}

}  // namespace understudy
