// What a mistyped command line gets: exit code 2 and the nearest name.
#include <catch2/catch.hpp>

#include "test/unit/cli/command_run.h"

namespace understudy {
namespace {

using Catch::Contains;

TEST_CASE("a misspelt flag exits 2 and names the nearest one") {
  const CommandRun run = RunCommand({"rollout", "hold", "--route", "digits", "--raeson", "lunch"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("unknown flag '--raeson'"));
  CHECK_THAT(run.err, Contains("did you mean --reason?"));
  CHECK_THAT(run.err, Contains("See 'understudyctl rollout hold --help'"));
  CHECK(run.out.empty());
}

TEST_CASE("a misspelt flag is named even when a required one is missing because of it") {
  const CommandRun run = RunCommand({"kill", "--raeson=fire"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("unknown flag '--raeson'") && Contains("did you mean --reason?"));
}

TEST_CASE("a misspelt subcommand exits 2 and names the nearest one") {
  CommandRun run = RunCommand({"rolout", "list"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("unknown subcommand 'rolout'") && Contains("did you mean rollout?"));
  run = RunCommand({"rollout", "rolback"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("did you mean rollback?"));
}

TEST_CASE("a flag of a subcommand that stands before it exits 2 and says where it belongs") {
  CommandRun run = RunCommand({"--route", "digits", "report"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("'--route' stands behind 'understudyctl report'"));
  run = RunCommand({"--route", "digits"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("'understudyctl' needs a subcommand before '--route': rollout"));
}

TEST_CASE("a group without its subcommand exits 2 and lists them") {
  CommandRun run = RunCommand({"divergence"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("needs a subcommand: list, show"));
  run = RunCommand({});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("needs a subcommand: rollout"));
}

TEST_CASE("a flag without its value exits 2 and is named") {
  const CommandRun run = RunCommand({"report", "--route"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("--route needs a value"));
}

TEST_CASE("a missing required flag exits 2 and names it") {
  const std::vector<std::vector<std::string>> lines = {
      {"gate", "--candidate", "v2"},
      {"report"},
      {"rollout", "create", "--candidate", "v2"},
  };
  for (const auto& words : lines) {
    const CommandRun run = RunCommand(words);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains("--route"));
  }
  for (const char* word : {"kill", "unkill", "freeze", "unfreeze"}) {
    const CommandRun run = RunCommand({word, "--route", "digits"});
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains("--reason"));
  }
}

TEST_CASE("values that cannot be are refused before anything is sent") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> lines = {
      {{"gate", "--route", "r", "--wait", "10"}, "no duration"},
      {{"rollout", "set-weight", "r-1", "--weight", "120%"}, "no weight"},
      {{"rollout", "list", "-o", "xml"}, "xml"},
      {{"rollout", "list", "--limit", "0"}, "0"},
      {{"rollout", "list", "--address", "localhost"}, "no address"},
      {{"report", "--route", "r", "--format", "pdf"}, "pdf"},
      {{"explain", "request", "--path", "/", "--header", "x"}, "no header"},
      {{"rollout", "hold", "r-1", "--if-generation", "-1"}, "--if-generation"},
      {{"rollout", "hold", "r-1", "--route", "digits"}, "--route"},
      {{"rollout", "advance", "r-1", "--override"}, "--reason"},
      {{"rollout", "hold"}, "which rollout?"},
      {{"explain"}, "which route?"},
  };
  for (const auto& [words, expected] : lines) {
    const CommandRun run = RunCommand(words);
    CAPTURE(run.err);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains(expected));
  }
}

TEST_CASE("a bad address from the environment is a usage error that names the variable") {
  const CommandRun run = RunCommand({"rollout", "list"}, "nowhere");
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("UNDERSTUDY_ADDRESS"));
}

TEST_CASE("help and version exit 0 and print to standard output") {
  CommandRun run = RunCommand({"--version"});
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("understudyctl "));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"gate", "--help"}, {"rollout", "get", "--help"}, {"explain", "--help"}}) {
    run = RunCommand(words);
    CHECK(run.code == ExitCode::kYes);
    CHECK_THAT(run.out, Contains("--"));
    CHECK(run.err.empty());
  }
}

}  // namespace
}  // namespace understudy
