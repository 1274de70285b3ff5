// simulate: flags, formats and faults, without a server.
#include <catch2/catch.hpp>

#include "test/support/temporary_directory.h"
#include "test/unit/cli/command_run.h"

namespace understudy {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

constexpr const char* kPlan = R"(name: careful
stages:
  - {weight: 0, min_samples: 300, min_duration: 10s}
  - {weight: 10%, min_samples: 300, min_duration: 10s}
bake_duration: 10s
checks:
  - {name: flips, comparator: top1, at_most: 2%}
)";

// Ten runs of a plan in a file of its own; further words may follow.
CommandRun Simulate(const Words& more, const std::string& plan = kPlan) {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("plan.yaml"), plan);
  Words words = {"simulate", "--plan", directory.File("plan.yaml"), "--runs", "10"};
  words.insert(words.end(), more.begin(), more.end());
  return RunCommand(words);
}

TEST_CASE("simulate says how often and how fast a plan promotes") {
  const CommandRun run = Simulate({"--true-rate", "0"});
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.err.empty());
  CHECK_THAT(run.out, Contains("plan careful: 10 simulated rollouts, 100 pairs a second"));
  CHECK_THAT(run.out, Contains("promoted     10    100%   3000 (3000 to 3000)"));
  CHECK_THAT(run.out, Contains("30s (30s to 30s)"));
}

TEST_CASE("simulate says where and why a plan rolls back") {
  const CommandRun run = Simulate({"--true-rate", "20%"});
  CHECK_THAT(run.out, Contains("rolled back  10    100%   300 (300 to 300)"));
  CHECK_THAT(run.out, Contains("SHADOWING  0%      10"));
  CHECK_THAT(run.out, Contains("flips       10"));
  CHECK_THAT(run.out, Contains("before a rollback: 0 (0 to 0), at most 0"));
}

TEST_CASE("simulate gives JSON and YAML to scripts") {
  const CommandRun json = Simulate({"--true-rate", "0.2", "-o", "json"});
  CHECK(json.code == ExitCode::kYes);
  CHECK_THAT(json.out, Contains("\"true_rate\": 0.2"));
  CHECK_THAT(json.out, Contains("\"median_pairs_to_rollback\": 300"));
  const CommandRun yaml = Simulate({"--true-rate", "0.2", "-o", "yaml"});
  CHECK_THAT(yaml.out, Contains("median_pairs_to_rollback: 300\n"));
}

TEST_CASE("simulate asks the incumbent twice where there is noise, unless told otherwise") {
  CHECK_THAT(Simulate({"--true-rate", "0", "--noise", "20%"}).out,
             Contains("noise 20% (control 100%)"));
  CHECK_THAT(Simulate({"--true-rate", "0", "--noise", "20%", "--control-rate", "0"}).out,
             Contains("rolled back  10 "));
}

TEST_CASE("simulate repeats itself, and another seed is other traffic") {
  const Words words = {"--true-rate", "5%", "-o", "json"};
  Words seeded = words;
  seeded.insert(seeded.end(), {"--seed", "2"});
  CHECK(Simulate(words).out == Simulate(words).out);
  CHECK(Simulate(words).out != Simulate(seeded).out);
}

TEST_CASE("simulate shows what is wrong with the plan, with its place, and exits 2") {
  const CommandRun run = Simulate({"--true-rate", "0"}, "stages: [{weight: 200%}]\nchecks: []\n");
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, Contains("plan.yaml:1:"));
  const CommandRun missing = RunCommand({"simulate", "--plan", "no-such.yaml", "--true-rate", "0"});
  CHECK(missing.code == ExitCode::kUsage);
  CHECK_THAT(missing.err, Contains("no-such.yaml: the file cannot be read"));
}

TEST_CASE("simulate refuses numbers that make no sense") {
  for (const Words& words :
       {Words{"--true-rate", "200%"}, Words{"--true-rate", "many"}, Words{},
        Words{"--true-rate", "0", "--runs", "0"}, Words{"--true-rate", "0", "--seed", "-1"},
        Words{"--true-rate", "0", "--pairs-per-second", "0"},
        Words{"--true-rate", "0", "--max-time", "0s"},
        Words{"--true-rate", "0", "--max-time", "long"}}) {
    const CommandRun run = Simulate(words);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_FALSE(run.err.empty());
  }
}

TEST_CASE("an interrupted simulation prints no result") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("plan.yaml"), kPlan);
  std::ostringstream out, err;
  Console console{out, err};
  Interrupt interrupt;
  interrupt.Raise();
  CHECK(RunCommandLine({"simulate", "--plan", directory.File("plan.yaml"), "--true-rate", "0"}, {},
                       console, interrupt) == ExitCode::kInterrupted);
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace understudy
