// comparator: what there is, and two answers compared from files and from records.
#include <catch2/catch.hpp>

#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"
#include "test/support/test_plugins.h"
#include "test/unit/cli/command_run.h"

namespace understudy {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

// "comparator try" on two answers in files; further words follow.
CommandRun Try(const std::string& baseline, const std::string& candidate, const Words& more) {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("a"), baseline);
  WriteWholeFile(directory.File("b"), candidate);
  Words words = {"comparator",        "try",         "--baseline",
                 directory.File("a"), "--candidate", directory.File("b")};
  words.insert(words.end(), more.begin(), more.end());
  return RunCommand(words);
}

RecordedBody Body(const std::string& text) { return {text.size(), "xxh64:0", text, false, false}; }

DivergenceRecord PairRecord() {
  DivergenceRecord record = samples::SmallRecord(7);
  record.incumbent_result.outcome = ExchangeOutcome::kAnswered;
  record.incumbent_result.status = 200;
  record.candidate_result = record.incumbent_result;
  record.baseline = Body(R"({"a":[1,2]})");
  record.candidate_answer = Body(R"({"a":[1,3]})");
  return record;
}

CommandRun TryRecord(const DivergenceRecord& record, const std::string& line = ":2") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("records.jsonl"), samples::SmallLine(1) + FormatRecord(record));
  return RunCommand(
      {"comparator", "try", "--record", directory.File("records.jsonl") + line, "--use", "json"});
}

TEST_CASE("comparator list names each comparator, where it comes from and its score") {
  const CommandRun run = RunCommand({"comparator", "list"});
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("status         builtin  HTTP status: the same is 0"));
  CHECK_THAT(RunCommand({"comparator", "list", "-o", "json"}).out,
             Contains("\"name\": \"topk\"") && Contains("\"way\": \"builtin\""));
}

TEST_CASE("comparator list and describe show a shared library's comparator") {
  const std::string path = PluginPath("byte_share");
  CHECK_THAT(RunCommand({"comparator", "list", "--plugin", path}).out, Contains("library"));
  const CommandRun missing = RunCommand({"comparator", "list", "--plugin", path + ".none"});
  CHECK(missing.code == ExitCode::kUsage);
  CHECK_THAT(missing.err, Contains("byte_share.so.none"));
}

TEST_CASE("comparator describe shows every option with its default") {
  const CommandRun run = RunCommand({"comparator", "describe", "topk"});
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("topk  built in, version ") && Contains("overlap | order"));
  CHECK_THAT(RunCommand({"comparator", "describe", "topk", "-o", "json"}).out,
             Contains("\"default\": \"overlap\""));
  const CommandRun unknown = RunCommand({"comparator", "describe", "jsn"});
  CHECK(unknown.code == ExitCode::kUsage);
  CHECK_THAT(unknown.err, Contains("Did you mean \"json\"?"));
}

TEST_CASE("comparator try prints the score, the reason and each difference") {
  const CommandRun run = Try(R"({"a":1,"b":2})", R"({"a":1,"b":3})", {"--use", "json"});
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out ==
        "json  0.5  1 of 2 leaves differ\n"
        "  /b  value\n    - 2\n    + 3\n");
}

TEST_CASE("comparator try takes options and says what is wrong with them") {
  const CommandRun run =
      Try("[1.0]", "[1.01]", {"--use", "json", "--options", R"({"rtol":0.1})", "-o", "json"});
  CHECK_THAT(run.out, Contains("\"divergence\": 0,"));
  const CommandRun wrong = Try("1", "1", {"--use", "json", "--options", R"({"tolr":0.1})"});
  CHECK(wrong.code == ExitCode::kUsage);
  CHECK_THAT(wrong.err, Contains("there is no option \"tolr\""));
  CHECK(Try("1", "1", {"--preset", "generic-json", "--options", "{}"}).code == ExitCode::kUsage);
}

TEST_CASE("comparator try puts a stream together as its preset says") {
  const std::string body =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi \"}}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"you\"},"
      "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
  std::string other = body;
  other.replace(other.find("Hi "), 3, "Oh ");
  const Words words = {"--preset", "openai-chat", "--use",
                       "text",     "--options",   R"({"paths":"/choices/*/message/content"})"};
  CHECK_THAT(Try(body, body, words).out, Contains("text  0\n"));
  CHECK_THAT(Try(body, other, words).out, Contains("- Hi you") && Contains("+ Oh you"));
}

TEST_CASE("comparator try shows what a preset's rules left out") {
  const CommandRun run =
      Try(R"({"model":"m","created":1,"choices":[]})", R"({"model":"m","created":2,"choices":[]})",
          {"--preset", "openai-chat", "--use", "json"});
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("json  0\n") && Contains("ignored: /created (1 value)"));
}

TEST_CASE("comparator try exits 3 when a comparator cannot tell") {
  const CommandRun run = Try("no JSON", "{}", {"--use", "json"});
  CHECK(run.code == ExitCode::kInconclusive);
  CHECK_THAT(run.out, Contains("not compared (not_json)"));
}

TEST_CASE("comparator try loads a shared library's comparator") {
  const CommandRun run =
      Try("aa", "ab", {"--plugin", PluginPath("byte_share"), "--use", "byte_share"});
  INFO(run.err);
  CHECK(run.code == ExitCode::kYes);
}

TEST_CASE("comparator try reads the answers of a divergence record by its line or its id") {
  CHECK_THAT(TryRecord(PairRecord()).out, Contains("json  0.5") && Contains("/a/1"));
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("divergences-20260501T120000000000Z.jsonl"),
                 FormatRecord(PairRecord()));
  const CommandRun run = RunCommand({"comparator", "try", "--pair", "pair-000007", "--records",
                                     directory.Path(), "--use", "json"});
  CHECK_THAT(run.out, Contains("json  0.5"));
}

TEST_CASE("comparator try says why a record's answers cannot be compared again") {
  const auto refused = [](const DivergenceRecord& record, const std::string& why) {
    const CommandRun run = TryRecord(record);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains(why));
  };
  DivergenceRecord record = PairRecord();
  record.baseline.text.reset();
  refused(record, "its bodies were not kept");
  record = PairRecord();
  record.candidate_answer.cut = true;
  refused(record, "was cut to the route's capture.max_bytes");
  record = PairRecord();
  record.candidate_result.outcome = ExchangeOutcome::kReset;
  refused(record, "gave no whole answer");
  CHECK_THAT(TryRecord(PairRecord(), ":3").err, Contains("has no line 3"));
}

TEST_CASE("comparator try wants one pair and something to ask") {
  CHECK_THAT(RunCommand({"comparator", "try", "--use", "json"}).err, Contains("which answers?"));
  CHECK_THAT(Try("1", "1", {}).err, Contains("what to try?"));
  CHECK_THAT(Try("1", "1", {"--use", "json", "--record", "x"}).err, Contains("which answers?"));
  CHECK(RunCommand({"comparator", "try", "--baseline", "a", "--use", "json"}).code ==
        ExitCode::kUsage);
}

}  // namespace
}  // namespace understudy
