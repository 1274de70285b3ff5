// The gate's answer for people and for CI.
#include <fmt/format.h>

#include <map>

#include "proxy/cli/format.h"
#include "proxy/cli/gate.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"
#include "proxy/cli/xml.h"

namespace understudy {
namespace {

std::string AnswerText(v1::GateResponse::Answer answer, const Paint& paint) {
  const std::string& name = v1::GateResponse::Answer_Name(answer);
  if (answer == v1::GateResponse::YES) return paint.Green(name);
  if (answer == v1::GateResponse::NO) return paint.Red(name);
  return paint.Yellow(name.empty() ? std::to_string(answer) : name);
}

struct Suite {
  std::string cases;
  int tests = 0, failures = 0, errors = 0;
};

// Adds one case; `kind` PASS and WARN count as passed.
void AddCase(Suite& suite, const std::string& name, const std::string& classname,
             v1::Verdict::Kind kind, const std::string& type, const std::string& sentence,
             const std::string& detail) {
  ++suite.tests;
  suite.cases += fmt::format("    <testcase name=\"{}\" classname=\"{}\">\n", EscapeXml(name),
                             EscapeXml(classname));
  const bool passed = kind == v1::Verdict::PASS || kind == v1::Verdict::WARN;
  if (passed) {
    suite.cases += fmt::format("      <system-out>{}</system-out>\n", EscapeXml(detail));
  } else {
    const bool failed = kind == v1::Verdict::FAIL;
    ++(failed ? suite.failures : suite.errors);
    const char* element = failed ? "failure" : "error";
    suite.cases += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element,
                               EscapeXml(type), EscapeXml(sentence), EscapeXml(detail));
  }
  suite.cases += "    </testcase>\n";
}

v1::Verdict::Kind KindOf(ExitCode code) {
  if (code == ExitCode::kYes) return v1::Verdict::PASS;
  return code == ExitCode::kRegression ? v1::Verdict::FAIL : v1::Verdict::INCONCLUSIVE;
}

// A check that is not required and fails is a warning, as in the verdict.
v1::Verdict::Kind KindOf(const v1::CheckStatus& check) {
  if (check.required() || check.kind() == v1::Verdict::PASS) return check.kind();
  return v1::Verdict::WARN;
}

}  // namespace

std::string RenderGate(const v1::GateResponse& response, const Paint& paint) {
  std::string text = fmt::format(
      "{}  {} {}: {}\n", AnswerText(response.answer(), paint), OneLine(response.route()),
      ArmText(response.candidate(), response.candidate_version()), OneLine(response.sentence()));
  if (!response.rollout_id().empty()) {
    text += fmt::format("rollout {} {}\n", OneLine(response.rollout_id()),
                        v1::Rollout::Phase_Name(response.phase()));
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::CheckStatus& check : response.verdict().checks()) {
    rows.push_back({OneLine(check.check()), OneLine(check.segment()),
                    VerdictText(check.kind(), check.reason(), paint), EstimateText(check)});
  }
  if (!rows.empty()) text += Table({"CHECK", "SEGMENT", "VERDICT", "ESTIMATE"}, rows);
  for (const auto& reason : response.reasons()) {
    text += fmt::format("- {}: {}\n", OneLine(reason.code()), OneLine(reason.sentence()));
  }
  if (response.has_evidence_age()) {
    text += fmt::format("evidence {} old\n",
                        FormatSeconds(static_cast<double>(response.evidence_age().seconds())));
  }
  if (response.has_eta()) {
    text += fmt::format("verdict in about {}\n",
                        FormatSeconds(static_cast<double>(response.eta().seconds())));
  }
  if (response.wait_expired()) text += "the wait passed without a yes or no\n";
  return text;
}

std::string RenderGateJunit(const v1::GateResponse& response, ExitCode code) {
  const std::string arm = ArmText(response.candidate(), response.candidate_version());
  const std::string classname = fmt::format("understudy.{}", response.route());
  std::map<std::string, Suite> suites;  // by segment; "" is all traffic
  for (const v1::CheckStatus& check : response.verdict().checks()) {
    AddCase(suites[check.segment()], check.check(), classname, KindOf(check),
            v1::Verdict::Reason_Name(check.reason()), check.sentence(), EstimateText(check));
  }
  AddCase(suites[""], "gate", classname, KindOf(code),
          v1::GateResponse::Answer_Name(response.answer()), response.sentence(),
          fmt::format("exit code {}", static_cast<int>(code)));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const auto& [segment, suite] : suites) {
    const std::string name = segment.empty() ? arm : fmt::format("{} {}", arm, segment);
    xml += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{}  </testsuite>\n",
        EscapeXml(name), suite.tests, suite.failures, suite.errors, suite.cases);
  }
  return xml + "</testsuites>\n";
}

}  // namespace understudy
