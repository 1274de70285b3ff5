// The offline commands: vectors, files, refusals.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "command_run.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

bool Says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

// The number behind a key of a JSON text.
double NumberAt(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\": ");
  REQUIRE(at != std::string::npos);
  return std::stod(json.substr(at + key.size() + 4));
}

CommandRun Json(std::vector<std::string> words) {
  words.insert(words.begin(), "evidence");
  words.insert(words.end(), {"-o", "json"});
  return RunCommand(words);
}

Approx Exactly(double value) { return Approx(value).margin(1e-9).epsilon(0); }

TEST_CASE("evidence of counts equals the reference values") {
  const std::string pairs =
      Json({"--pairs", "1000000", "--different", "10000", "--at-most", "1%"}).out;
  CHECK(NumberAt(pairs, "log_e_rollback") == Exactly(-20.979200811));
  CHECK(Says(pairs, "\"verdict\": \"INCONCLUSIVE\""));
  const std::string ternary =
      Json({"--discordant", "15,5", "--pairs", "1000", "--margin", "0.002"}).out;
  CHECK(NumberAt(ternary, "log_e_rollback") == Exactly(0.574367384));
  const std::string ratio =
      Json({"--errors", "10,30", "--share", "10%", "--at-most-ratio", "1"}).out;
  CHECK(NumberAt(ratio, "log_e_rollback") == Exactly(2.178097872));
}

TEST_CASE("208 clean pairs pass a 2 % margin at 5 %, 207 do not") {
  const auto verdict = [](const std::string& pairs) {
    return Json({"--pairs", pairs, "--different", "0", "--at-most", "0.02", "--alpha", "0.05"}).out;
  };
  CHECK(Says(verdict("208"), "\"verdict\": \"PASS\""));
  CHECK(Says(verdict("207"), "\"verdict\": \"INCONCLUSIVE\""));
  CHECK(NumberAt(verdict("207"), "samples_missing") == 1);
}

TEST_CASE("scores are read from a file and looked at exactly") {
  TemporaryDirectory directory;
  const std::string path = directory.Path() + "/scores";
  {
    std::ofstream file(path);
    file.precision(17);
    file << "# a comment\n";
    for (int i = 1; i <= 1000; ++i) {
      const double frac = std::fmod(i * 0.6180339887498949, 1.0);
      file << frac * frac * frac << (i % 10 == 0 ? "\n" : ", ");
    }
  }
  const CommandRun run = Json({"--scores", path, "--at-most", "0.2"});
  CHECK(NumberAt(run.out, "log_e_rollback") == Exactly(14.964622279));
  CHECK(Says(run.out, "\"verdict\": \"FAIL\""));
  CHECK(run.code == ExitCode::kYes);
}

TEST_CASE("a score that is none is told with its place") {
  TemporaryDirectory directory;
  const std::string path = directory.Path() + "/scores";
  for (const std::string bad : {"nan", "1.5", "-0.1", "x", "0.5x", "inf"}) {
    std::ofstream(path) << "0.5\n0.25 " << bad << "\n";
    const CommandRun run = Json({"--scores", path, "--at-most", "0.2"});
    CHECK(run.code == ExitCode::kUsage);
    CHECK(Says(run.err, path + ":2:6: '" + bad + "' is no score"));
  }
}

TEST_CASE("impossible counts are refused with what to write") {
  const auto refused = [](std::vector<std::string> words, const std::string& part) {
    const CommandRun run = Json(std::move(words));
    CHECK(run.code == ExitCode::kUsage);
    CHECK(Says(run.err, part));
  };
  refused({"--pairs", "10", "--different", "11", "--at-most", "2%"}, "more than --pairs");
  refused({"--pairs", "10", "--different", "1"}, "--at-most takes a share above 0 and below 1");
  refused({"--pairs", "10", "--different", "1", "--at-most", "2"}, "not '2'");
  refused({"--discordant", "7", "--pairs", "10", "--margin", "0"}, "two whole numbers");
  refused({"--errors", "1,2", "--share", "10%"}, "--at-most-ratio takes");
  refused({"--pairs", "10"}, "evidence of what?");
  refused({"--errors", "1,2", "--discordant", "1,2"}, "evidence of what?");
}

TEST_CASE("a report that is none is refused, and is no difference") {
  TemporaryDirectory directory;
  const std::string path = directory.Path() + "/report.json";
  std::ofstream(path) << "{\"schema\": \"another\"}";
  const CommandRun run = RunCommand({"verify", "--report", path});
  CHECK(run.code == ExitCode::kUsage);
  CHECK(Says(run.err, "no report of schema understudy.report/v1"));
  CHECK(RunCommand({"verify", "--report", path + "x"}).code == ExitCode::kUsage);
  CHECK(RunCommand({"verify", "--report", directory.Path()}).code == ExitCode::kUsage);
  CHECK(RunCommand({"evidence", "--scores", directory.Path(), "--at-most", "0.1"}).code ==
        ExitCode::kUsage);
}

}  // namespace
}  // namespace understudy
