// rescore: stored pairs under other rules, from the command line.
#include <catch2/catch.hpp>

#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"
#include "test/unit/cli/command_run.h"

namespace understudy {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

RecordedBody Body(const std::string& text) { return {text.size(), "xxh64:0", text, false, false}; }

// Two answers that `values` scored `before`.
DivergenceRecord PairRecord(int number, const std::string& baseline, const std::string& candidate,
                            double before) {
  DivergenceRecord record = samples::SmallRecord(number);
  record.incumbent_result.outcome = ExchangeOutcome::kAnswered;
  record.incumbent_result.status = 200;
  record.candidate_result = record.incumbent_result;
  record.scores = {{"values", true, before, before > 0 ? "it differed" : "", "", {}}};
  record.baseline = Body(baseline);
  record.candidate_answer = Body(candidate);
  return record;
}

// Of three pairs two are within a tolerance of 10 %, and one was the same before rounding counted.
std::string Records() {
  std::string lines = FormatRecord(PairRecord(1, "[1.0]", "[1.01]", 1));
  lines += FormatRecord(PairRecord(2, "[1.0]", "[2.0]", 1));
  lines += FormatRecord(PairRecord(3, "[1.0]", "[3.0]", 0));
  DivergenceRecord without = PairRecord(4, "", "", 1);
  without.baseline = {9, "xxh64:0", std::nullopt, false, false};
  return lines + FormatRecord(without);
}

constexpr const char* kRules =
    "comparators:\n  - {name: values, use: json, options: {rtol: 0.1}}\n"
    "  - {name: bytes, use: exact}\n";

CommandRun Rescore(const std::string& rules, const Words& more = {},
                   const std::string& records = Records()) {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("rules.yaml"), rules);
  WriteWholeFile(directory.File("records.jsonl"), records);
  Words words = {"rescore", "--records", directory.File("records.jsonl"), "--compare",
                 directory.File("rules.yaml")};
  words.insert(words.end(), more.begin(), more.end());
  return RunCommand(words);
}

TEST_CASE("rescore shows means before and now, and which pairs changed sides") {
  const CommandRun run = Rescore(kRules);
  INFO(run.err);
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("4 records, 3 of them compared again; 1 without bodies"));
  CHECK_THAT(run.out, Contains("1 of these pairs were the same when they were recorded"));
  CHECK_THAT(run.out, Contains("values      3      0.6667       0.6667    1             1"));
  CHECK_THAT(run.out, Contains("bytes       3      -            1 "));
  CHECK_THAT(run.out, Contains("values  pair-000001  1 -> 0  it differed") &&
                          Contains("values  pair-000003  0 -> 1  1 of 1 leaves differ"));
}

TEST_CASE("rescore says what a check would conclude of these pairs") {
  std::string records;
  for (int i = 0; i < 300; ++i) records += FormatRecord(PairRecord(i, "[1]", "[2]", 1));
  const CommandRun run = Rescore(kRules, {"--at-most", "values=2%", "-o", "json"}, records);
  CHECK_THAT(run.out, Contains("\"verdict\": \"FAIL\"") && Contains("\"samples\": 300"));
  CHECK_THAT(run.out, Contains("they are no sample of all traffic"));
  CHECK_THAT(Rescore(kRules, {"--at-most", "values=2%"}).out, Contains("INCONCLUSIVE"));
}

TEST_CASE("rescore refuses a check it cannot make") {
  CHECK_THAT(Rescore(kRules, {"--at-most", "top1=2%"}).err,
             Contains("no comparator 'top1', but values, bytes"));
  for (const std::string wrong : {"values", "values=0", "values=100%", "=2%", "values=x"}) {
    const CommandRun run = Rescore(kRules, {"--at-most", wrong});
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains("takes COMPARATOR=SHARE"));
  }
}

TEST_CASE("rescore takes the rules of a block, of JSON and of a configuration's route") {
  CHECK(Rescore("compare: {preset: generic-json, ignore: [{path: /0, reason: it moves}]}").code ==
        ExitCode::kYes);
  CHECK_THAT(Rescore(R"({"preset": "generic-json", "profile": "quantised"})").out,
             Contains("json"));
  const std::string config = R"(
listeners: [{name: inference, address: "127.0.0.1:8080"}]
clusters: [{name: v1, endpoints: ["127.0.0.1:9001"]}]
routes:
  - {name: digits, match: {path_prefix: /a}, incumbent: v1, compare: {comparators: [{name: d, use: json}]}}
  - {name: other, match: {path_prefix: /b}, incumbent: v1}
)";
  CHECK_THAT(Rescore(config, {"--route", "digits"}).out, Contains("d           3      -"));
  CHECK_THAT(Rescore(config).err, Contains("it has 2 routes"));
  CHECK_THAT(Rescore(config, {"--route", "none"}).err, Contains("no route 'none'"));
}

TEST_CASE("rescore says what is wrong with the rules at its place") {
  const CommandRun run =
      Rescore("comparators:\n  - {name: values, use: json, options: {tolr: 0.1}}\n");
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("rules.yaml:2:41: ") && Contains("no option \"tolr\""));
  CHECK_THAT(Rescore("preset: openai-chta\n").err, Contains("rules.yaml:1:9: "));
  CHECK(Rescore("[1").code == ExitCode::kUsage);
}

TEST_CASE("rescore of records without bodies compares nothing and exits 3") {
  const CommandRun run = Rescore(kRules, {}, samples::SmallLine(1) + samples::SmallLine(2));
  CHECK(run.code == ExitCode::kInconclusive);
  CHECK_THAT(run.out, Contains("2 records, 0 of them compared again") &&
                          Contains("No pair could be compared again."));
  CHECK(Rescore(kRules, {}, "no record\n").code == ExitCode::kUsage);
}

TEST_CASE("rescore counts pairs whose values were redacted") {
  const std::string records =
      FormatRecord(PairRecord(1, R"(["[redacted]", 1])", R"(["[redacted]", 2])", 1));
  CHECK_THAT(Rescore(kRules, {}, records).out, Contains("1 of them have redacted values"));
}

}  // namespace
}  // namespace understudy
