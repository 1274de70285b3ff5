// The gate: every answer and every failure has its exit code, and only a plain yes is 0.
#include "proxy/cli/gate.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "test/unit/cli/command_run.h"
#include "test/unit/cli/samples.h"
#include "test/unit/cli/scripted_server.h"

namespace understudy {
namespace {

using Catch::Contains;
using Answer = v1::GateResponse;

Answer SampleAnswer(Answer::Answer answer) {
  Answer response;
  response.set_answer(answer);
  response.set_sentence("2 required checks pass");
  response.set_route("digits");
  response.set_candidate("v2");
  response.set_candidate_version("2");
  *response.mutable_verdict() = SampleVerdict();
  return response;
}

TEST_CASE("each answer of the gate has its own exit code") {
  const v1::GateRequest request;
  CHECK(GateExitCode(request, SampleAnswer(Answer::YES)) == ExitCode::kYes);
  CHECK(GateExitCode(request, SampleAnswer(Answer::NO)) == ExitCode::kRegression);
  CHECK(GateExitCode(request, SampleAnswer(Answer::NOT_YET)) == ExitCode::kInconclusive);
  CHECK(GateExitCode(request, SampleAnswer(Answer::NEEDS_APPROVAL)) == ExitCode::kApproval);
  CHECK(GateExitCode(request, SampleAnswer(Answer::STALE)) == ExitCode::kStale);
  CHECK(GateExitCode(request, SampleAnswer(Answer::UNKNOWN)) == ExitCode::kInconclusive);
  CHECK(static_cast<int>(ExitCode::kYes) == 0);
  CHECK(static_cast<int>(ExitCode::kRegression) == 1);
  CHECK(static_cast<int>(ExitCode::kUsage) == 2);
  CHECK(static_cast<int>(ExitCode::kInconclusive) == 3);
  CHECK(static_cast<int>(ExitCode::kApproval) == 4);
  CHECK(static_cast<int>(ExitCode::kTimeout) == 5);
  CHECK(static_cast<int>(ExitCode::kStale) == 6);
  CHECK(static_cast<int>(ExitCode::kPermission) == 7);
  CHECK(static_cast<int>(ExitCode::kUnreachable) == 8);
}

TEST_CASE("an answer that this program does not know is inconclusive") {
  CHECK(GateExitCode({}, SampleAnswer(static_cast<Answer::Answer>(99))) == ExitCode::kInconclusive);
}

TEST_CASE("a yes about another version than asked for is stale") {
  v1::GateRequest request;
  request.set_candidate_version("3");
  CHECK(GateExitCode(request, SampleAnswer(Answer::YES)) == ExitCode::kStale);
  request.set_candidate_version("2");
  CHECK(GateExitCode(request, SampleAnswer(Answer::YES)) == ExitCode::kYes);
}

TEST_CASE("a wait that passed without yes or no is a timeout, and a pending approval stays one") {
  Answer response = SampleAnswer(Answer::NOT_YET);
  response.set_wait_expired(true);
  CHECK(GateExitCode({}, response) == ExitCode::kTimeout);
  response.set_answer(Answer::UNKNOWN);
  CHECK(GateExitCode({}, response) == ExitCode::kTimeout);
  response.set_answer(Answer::NEEDS_APPROVAL);
  CHECK(GateExitCode({}, response) == ExitCode::kApproval);
}

TEST_CASE("a route or candidate that is not configured is a configuration error") {
  for (const char* code : {"ROUTE_UNKNOWN", "CANDIDATE_UNKNOWN"}) {
    Answer response = SampleAnswer(Answer::UNKNOWN);
    response.add_reasons()->set_code(code);
    CHECK(GateExitCode({}, response) == ExitCode::kUsage);
  }
}

TEST_CASE("a failed call never looks like a yes or a regression") {
  ScriptedServer server;
  const std::vector<std::pair<grpc::StatusCode, ExitCode>> codes = {
      {grpc::StatusCode::INVALID_ARGUMENT, ExitCode::kUsage},
      {grpc::StatusCode::NOT_FOUND, ExitCode::kUsage},
      {grpc::StatusCode::FAILED_PRECONDITION, ExitCode::kInconclusive},
      {grpc::StatusCode::INTERNAL, ExitCode::kInconclusive},
      {grpc::StatusCode::UNKNOWN, ExitCode::kInconclusive},
      {grpc::StatusCode::CANCELLED, ExitCode::kInconclusive},
      {grpc::StatusCode::DEADLINE_EXCEEDED, ExitCode::kTimeout},
      {grpc::StatusCode::ABORTED, ExitCode::kStale},
      {grpc::StatusCode::PERMISSION_DENIED, ExitCode::kPermission},
      {grpc::StatusCode::UNAUTHENTICATED, ExitCode::kPermission},
      {grpc::StatusCode::UNAVAILABLE, ExitCode::kInconclusive},
      {grpc::StatusCode::UNIMPLEMENTED, ExitCode::kUnreachable},
  };
  for (const auto& [status, expected] : codes) {
    CAPTURE(static_cast<int>(status));
    server.script.failure = grpc::Status(status, "the sentence");
    const CommandRun run = RunCommand({"gate", "--route", "digits"}, server.address);
    CHECK(run.code == expected);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, Contains("understudyctl: "));
  }
}

TEST_CASE("a server that is gone exits 8 and says where it was sought") {
  std::string address;
  {
    const ScriptedServer server;
    address = server.address;
  }
  const CommandRun run = RunCommand({"gate", "--route", "digits"}, address);
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("cannot reach Understudy at " + address));
}

TEST_CASE("the gate sends what it was asked and prints the answer") {
  ScriptedServer server;
  server.reports.gate_response = SampleAnswer(Answer::YES);
  const CommandRun run = RunCommand({"gate", "--route", "digits", "--candidate", "v2",
                                     "--candidate-version", "2", "--wait", "1m500ms"},
                                    server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("YES  digits v2 (2): 2 required checks pass"));
  CHECK_THAT(run.out, Contains("flips") && Contains("limit 0.02"));
  REQUIRE(server.reports.gates.size() == 1);
  const v1::GateRequest& sent = server.reports.gates.front();
  CHECK(sent.route() == "digits");
  CHECK(sent.candidate() == "v2");
  CHECK(sent.candidate_version() == "2");
  CHECK(sent.wait().seconds() == 60);
  CHECK(sent.wait().nanos() == 500'000'000);
}

TEST_CASE("a wait longer than one call may take is asked in several") {
  ScriptedServer server;
  server.reports.gate_response = SampleAnswer(Answer::NOT_YET);
  server.reports.gate_response.set_wait_expired(true);
  const CommandRun run =
      RunCommand({"gate", "--route", "digits", "--wait", "2h30m"}, server.address);
  CHECK(run.code == ExitCode::kTimeout);
  REQUIRE(server.reports.gates.size() == 3);
  CHECK(server.reports.gates[0].wait().seconds() == 3600);
  CHECK(server.reports.gates[2].wait().seconds() == 1800);
}

TEST_CASE("without a wait the gate is asked once") {
  ScriptedServer server;
  server.reports.gate_response = SampleAnswer(Answer::NOT_YET);
  CHECK(RunCommand({"gate", "--route", "digits"}, server.address).code == ExitCode::kInconclusive);
  REQUIRE(server.reports.gates.size() == 1);
  CHECK_FALSE(server.reports.gates.front().has_wait());
}

TEST_CASE("the JUnit file has a suite per segment, a case per check and one for the answer") {
  CHECK(RenderGateJunit(SampleAnswer(Answer::NOT_YET), ExitCode::kInconclusive) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"v2 (2)\" tests=\"2\" failures=\"0\" errors=\"1\">\n"
        "    <testcase name=\"flips\" classname=\"understudy.digits\">\n"
        "      <system-out>0.004 [0.001, 0.012], limit 0.02, n 200</system-out>\n"
        "    </testcase>\n"
        "    <testcase name=\"gate\" classname=\"understudy.digits\">\n"
        "      <error type=\"NOT_YET\" message=\"2 required checks pass\">exit code 3</error>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "  <testsuite name=\"v2 (2) language=de\" tests=\"1\" failures=\"0\" errors=\"1\">\n"
        "    <testcase name=\"errors\" classname=\"understudy.digits\">\n"
        "      <error type=\"INSUFFICIENT_SAMPLES\" message=\"needs &lt;300&gt; more\">"
        "0 [0, 0], limit 0, n 0</error>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

TEST_CASE("a failing required check is a JUnit failure and one that is not required passes") {
  Answer response = SampleAnswer(Answer::NO);
  response.mutable_verdict()->mutable_checks(0)->set_kind(v1::Verdict::FAIL);
  CHECK_THAT(RenderGateJunit(response, ExitCode::kRegression),
             Contains("tests=\"2\" failures=\"2\" errors=\"0\""));
  response.mutable_verdict()->mutable_checks(0)->set_required(false);
  CHECK_THAT(RenderGateJunit(response, ExitCode::kRegression),
             Contains("tests=\"2\" failures=\"1\" errors=\"0\""));
}

TEST_CASE("the gate writes its JUnit file and still answers by exit code") {
  ScriptedServer server;
  server.reports.gate_response = SampleAnswer(Answer::NO);
  const std::string port = server.address.substr(server.address.rfind(':') + 1);
  const auto folder = std::filesystem::temp_directory_path() / ("understudy-gate-" + port);
  std::filesystem::create_directory(folder);
  const std::string path = folder / "gate.xml";
  const CommandRun run = RunCommand(
      {"gate", "--route", "digits", "--format", "junit", "--output", path}, server.address);
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  const auto entries = std::distance(std::filesystem::directory_iterator(folder), {});
  std::filesystem::remove_all(folder);
  CHECK(run.code == ExitCode::kRegression);
  CHECK_THAT(run.out, Contains("NO  digits"));
  CHECK(written == RenderGateJunit(server.reports.gate_response, ExitCode::kRegression));
  CHECK(entries == 1);  // no half-written file stays behind
}

TEST_CASE("a yes whose file cannot be written is not a yes") {
  ScriptedServer server;
  server.reports.gate_response = SampleAnswer(Answer::YES);
  const CommandRun run = RunCommand(
      {"gate", "--route", "digits", "--format", "junit", "--output", "no/such/folder/gate.xml"},
      server.address);
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("cannot write 'no/such/folder/gate.xml'"));
}

}  // namespace
}  // namespace understudy
