// The report as JUnit XML.
#include <fmt/format.h>

#include <map>
#include <vector>

#include "proxy/control/report_render.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

enum class Outcome { kPassed, kFailure, kError, kSkipped };

struct Case {
  std::string name;
  Outcome outcome = Outcome::kPassed;
  std::string type;  // of a failure or error: "FAIL", "NO_TRAFFIC", ...
  std::string sentence;
  std::string detail;
};

using Suites = std::map<std::string, std::vector<Case>>;  // by segment; "" is all traffic

Outcome OutcomeOf(VerdictKind kind, bool required) {
  switch (kind) {
    case VerdictKind::kPass:
    case VerdictKind::kWarn:
      return Outcome::kPassed;
    case VerdictKind::kInconclusive:
      return required ? Outcome::kError : Outcome::kSkipped;
    case VerdictKind::kFail:
      return required ? Outcome::kFailure : Outcome::kPassed;
  }
  return Outcome::kError;
}

std::string TypeOf(VerdictKind kind, InconclusiveReason reason) {
  return std::string(reason == InconclusiveReason::kNone ? ToString(kind) : ToString(reason));
}

Case FromCheck(const CheckResult& check) {
  return {check.check, OutcomeOf(check.kind, check.required), TypeOf(check.kind, check.reason),
          fmt::format("{}: {}", ToString(check.kind), check.sentence),
          fmt::format("{}: n {}, estimate {}, interval {} to {}, limit {}, ln E against the margin "
                      "being kept {}, ln E against it being broken {}",
                      check.metric, check.samples, NumberText(check.estimate),
                      NumberText(check.interval_low), NumberText(check.interval_high),
                      NumberText(check.limit), NumberText(check.log_e_rollback),
                      NumberText(check.log_e_promotion))};
}

// The verdict itself, when no case says what it says (too little coverage, stale, nothing yet).
void AddVerdict(std::vector<Case>& cases, const Verdict& verdict) {
  const Outcome outcome = OutcomeOf(verdict.kind, true);
  if (outcome == Outcome::kPassed) return;
  for (const Case& existing : cases) {
    if (existing.outcome == outcome) return;
  }
  cases.push_back({"verdict", outcome, TypeOf(verdict.kind, verdict.reason),
                   fmt::format("{}: {}", ToString(verdict.kind), verdict.sentence),
                   fmt::format("n {}, coverage {}", verdict.samples, ShareText(verdict.coverage))});
}

Suites CasesOf(const ReportCandidate& candidate) {
  Suites suites;
  const CandidateView& status = candidate.status;
  std::vector<Case>& all = suites[""];
  if (status.rollout.has_value()) {
    const bool rolled_back = status.rollout->phase == Phase::kRolledBack;
    all.push_back(
        {"rollout", rolled_back ? Outcome::kFailure : Outcome::kPassed,
         std::string(ToString(status.rollout->phase)),
         fmt::format("{} {}", ToString(status.rollout->phase), status.rollout->ended_reason),
         fmt::format("rollout {}", status.rollout->id)});
  }
  for (const CheckResult& check : status.verdict.checks) {
    suites[check.segment].push_back(FromCheck(check));
  }
  AddVerdict(all, status.verdict);
  return suites;
}

std::string RenderCase(const Case& test, std::string_view suite) {
  std::string text = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\">\n",
                                 EscapeXml(test.name), EscapeXml(suite));
  const std::string message = EscapeXml(test.sentence);
  switch (test.outcome) {
    case Outcome::kPassed:
      break;
    case Outcome::kFailure:
    case Outcome::kError: {
      const std::string_view tag = test.outcome == Outcome::kFailure ? "failure" : "error";
      text += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag,
                          EscapeXml(test.type), message, EscapeXml(test.detail));
      break;
    }
    case Outcome::kSkipped:
      text += fmt::format("      <skipped message=\"{}\"/>\n", message);
      break;
  }
  text += fmt::format("      <system-out>{}. {}</system-out>\n", message, EscapeXml(test.detail));
  return text + "    </testcase>\n";
}

struct Totals {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;

  void Add(const Case& test) {
    ++tests;
    failures += test.outcome == Outcome::kFailure;
    errors += test.outcome == Outcome::kError;
    skipped += test.outcome == Outcome::kSkipped;
  }
};

std::string RenderSuite(const ReportDocument& document, const CandidateView& status,
                        const std::string& segment, const std::vector<Case>& cases,
                        Totals& totals) {
  const std::string name = fmt::format("{}/{} {}", document.route.name, status.candidate,
                                       segment.empty() ? "all traffic" : segment);
  Totals own;
  std::string body;
  for (const Case& test : cases) {
    own.Add(test);
    totals.Add(test);
    body += RenderCase(test, name);
  }
  std::string timestamp = TimeText(document.generated_at);
  timestamp.pop_back();  // JUnit's timestamps carry no zone
  const std::vector<std::pair<std::string_view, std::string>> properties = {
      {"candidate_version", status.candidate_version},
      {"incumbent", status.incumbent},
      {"incumbent_version", status.incumbent_version},
      {"plan_hash", status.rollout.has_value() ? status.rollout->plan.hash : status.plan.hash}};
  std::string text = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "timestamp=\"{}\" time=\"0\">\n    <properties>\n",
      EscapeXml(name), own.tests, own.failures, own.errors, own.skipped, timestamp);
  for (const auto& [key, value] : properties) {
    text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", key, EscapeXml(value));
  }
  return text + "    </properties>\n" + body + "  </testsuite>\n";
}

}  // namespace

std::string RenderReportJunit(const ReportDocument& document) {
  Totals totals;
  std::string suites;
  for (const ReportCandidate& candidate : document.candidates) {
    for (const auto& [segment, cases] : CasesOf(candidate)) {
      if (cases.empty()) continue;
      suites += RenderSuite(document, candidate.status, segment, cases, totals);
    }
  }
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
             EscapeXml(kReportSchema), totals.tests, totals.failures, totals.errors,
             totals.skipped) +
         suites + "</testsuites>\n";
}

}  // namespace understudy
