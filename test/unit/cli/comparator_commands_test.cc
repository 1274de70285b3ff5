// comparator: what there is, and two answers compared from files and from records.
#include <catch2/catch.hpp>
#include <set>

#include "comparators/builtin.h"
#include "test/support/encoders.h"
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
  CHECK_THAT(run.out,
             Contains("status         builtin  how the exchange ended: the same status is 0"));
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

struct Trial {
  const char* use;
  const char* options;
  std::string baseline, candidate;
};

// One pair for each built-in comparator in which it finds a difference.
std::vector<Trial> Trials() {
  const std::string tensor =
      R"({"outputs":[{"name":"p","datatype":"FP32","shape":[3],"data":[0.1,0.7,0.2]}]})";
  std::string other = tensor;
  other.replace(other.find("0.7"), 3, "0.0");
  return {
      {"exact", "", "a", "b"},
      {"json", "", R"({"a":1})", R"({"a":2})"},
      {"json_schema", R"({"schema":{"type":"object"}})", "{}", "[]"},
      {"tensors", "", tensor, other},
      {"top1", "", tensor, other},
      {"topk", R"({"k":1})", tensor, other},
      {"probabilities", "", tensor, other},
      {"vectors", "", tensor, other},
      {"numeric", "", tensor, other},
      {"text", "", "The cat", "The dog"},
      {"toolcalls", "", R"({"output":[{"name":"f","arguments":"{}"}]})", R"({"output":[]})"},
      {"ranking", "", R"({"results":[{"index":0},{"index":1}]})",
       R"({"results":[{"index":1},{"index":0}]})"},
      {"boxes", "", R"({"predictions":[{"label":"a","score":1,"box":[0,0,2,2]}]})",
       R"({"predictions":[]})"},
      {"cost", "", R"({"usage":{"prompt_tokens":1,"completion_tokens":1}})",
       R"({"usage":{"prompt_tokens":2,"completion_tokens":2}})"},
  };
}

TEST_CASE("comparator try runs every built-in comparator on two files and on a kept record") {
  std::set<std::string> tried = {"status", "latency"};  // not of bodies; see below
  for (const Trial& trial : Trials()) {
    INFO(trial.use);
    tried.insert(trial.use);
    Words words = {"--use", trial.use};
    if (*trial.options != '\0') words.insert(words.end(), {"--options", trial.options});
    const CommandRun files = Try(trial.baseline, trial.candidate, words);
    CHECK(files.code == ExitCode::kYes);
    const TemporaryDirectory directory;
    DivergenceRecord record = PairRecord();
    record.baseline = Body(trial.baseline);
    record.candidate_answer = Body(trial.candidate);
    WriteWholeFile(directory.File("r.jsonl"), FormatRecord(record));
    words.insert(words.begin(), {"comparator", "try", "--record", directory.File("r.jsonl")});
    const CommandRun kept = RunCommand(words);
    CHECK(kept.out == files.out);
    CHECK_THAT(files.out, !Contains(std::string(trial.use) + "  0\n"));
  }
  for (const Builtin& builtin : Builtins()) CHECK(tried.count(std::string(builtin.name)) == 1);
}

TEST_CASE("comparator try compares the times that a record has, and knows none of files") {
  const TemporaryDirectory directory;
  DivergenceRecord record = PairRecord();
  record.incumbent_result.latency = std::chrono::milliseconds(100);
  record.candidate_result.latency = std::chrono::milliseconds(200);
  record.incumbent_stream =
      RecordedStream{.events = 2, .first_token = std::chrono::milliseconds(5)};
  record.candidate_stream =
      RecordedStream{.events = 2, .first_token = std::chrono::milliseconds(20)};
  WriteWholeFile(directory.File("r.jsonl"), FormatRecord(record));
  Words words = {"comparator", "try", "--record", directory.File("r.jsonl"), "--use", "latency"};
  CHECK_THAT(RunCommand(words).out, Contains("latency  0.5") && Contains("100 ms became 200 ms"));
  words.insert(words.end(), {"--options", R"({"of":"time_to_first_token"})"});
  CHECK_THAT(RunCommand(words).out, Contains("latency  0.75"));
  CHECK_THAT(Try("a", "a", {"--use", "latency"}).out,
             Contains("latency of the incumbent's answer is not known"));
}

TEST_CASE("comparator try takes the statuses of answers in files") {
  const CommandRun run = Try("a", "a", {"--use", "status", "--candidate-status", "503"});
  CHECK_THAT(run.out, Contains("status  1"));
  CHECK_THAT(Try("a", "a", {"--use", "status"}).out, Contains("status  0\n"));
  CHECK(Try("a", "a", {"--use", "status", "--baseline-status", "42"}).code == ExitCode::kUsage);
}

TEST_CASE("comparator try reads bodies that are encoded, and binary tensors, as they come") {
  const std::string json = R"({"outputs":[{"name":"}","datatype":"FP32","shape":[2],)"
                           R"("parameters":{"binary_data_size":8}}]})";
  const std::string one = json + std::string("\0\0\x80\x3F\0\0\0\0", 8);
  const std::string two = json + std::string("\0\0\x80\x3F\0\0\0\x40", 8);
  CHECK_THAT(Try(one, two, {"--use", "tensors"}).out, Contains("tensors  0.5"));
  CHECK_THAT(Try(Gzipped(one), Zstded(two), {"--use", "tensors"}).out, Contains("tensors  0.5"));
  CHECK_THAT(Try(Gzipped("{}").substr(0, 12), "{}", {"--use", "json"}).out,
             Contains("not compared (decode_error)"));
  DivergenceRecord record = PairRecord();
  record.baseline = Body(Gzipped(R"({"a":[1,2]})"));
  CHECK_THAT(TryRecord(record).out, Contains("json  0.5"));
}

TEST_CASE("comparator try reads messages of gRPC methods, framed or alone") {
  // ModelInferResponse with one output "p" of INT32 [1], typed.
  const std::string one("\x2A\x12\x0A\x01p\x12\x05INT32\x1A\x01\x01\x2A\x03\x12\x01\x05", 20);
  std::string other = one;
  other.back() = '\x06';
  const std::string framed = std::string("\0\0\0\0\x14", 5) + one;
  const Words rules = {"--preset", "oip-v2", "--grpc-method",
                       "/inference.GRPCInferenceService/ModelInfer"};
  const CommandRun same = Try(framed, one, rules);
  CHECK(same.code == ExitCode::kYes);
  CHECK_THAT(same.out, !Contains("not compared"));
  const CommandRun differ = Try(one, other, rules);
  CHECK_THAT(differ.out, Contains("/outputs/0/data/0") && Contains("5") && Contains("6"));
  const Words unknown = {"--preset", "generic-grpc", "--grpc-method", "/shop.Scores/Score"};
  const CommandRun nothing = Try(one, other, unknown);
  CHECK(nothing.code == ExitCode::kInconclusive);
  CHECK_THAT(nothing.out, Contains("no descriptor is known of /shop.Scores/Score"));
  Words wrong = unknown;
  wrong.insert(wrong.end(), {"--descriptor-set", "/no/such.pb"});
  CHECK(Try(one, other, wrong).code == ExitCode::kUsage);
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
