// What every comparator must hold to, whatever it measures and whichever way it comes in: one
// suite, run over each of them.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "comparators/plugin.h"
#include "comparators/registry.h"
#include "comparators/suite.h"
#include "test/support/test_plugins.h"

namespace understudy {
namespace {

struct Sample {
  std::string label;
  int status = 200;
  std::string body;
  std::string encoding;
  std::string json_length = {};  // of an answer with binary tensors
};

std::string Tensor(const std::string& dtype, const std::string& shape, const std::string& data) {
  return R"({"outputs":[{"name":"p","datatype":")" + dtype + R"(","shape":)" + shape +
         R"(,"data":)" + data + "}]}";
}

// Outputs whose elements follow the JSON.
Sample Binary(std::string label, const std::string& outputs, const std::string& tail) {
  const std::string json = R"({"outputs":[)" + outputs + "]}";
  return {std::move(label), 200, json + tail, "", std::to_string(json.size())};
}

std::string BinaryOutput(const std::string& dtype, const std::string& shape,
                         const std::string& bytes) {
  return R"({"name":"p","datatype":")" + dtype + R"(","shape":)" + shape +
         R"(,"parameters":{"binary_data_size":)" + bytes + "}}";
}

std::string Gzipped(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

// Answers a server may well give.
std::vector<Sample> Honest() {
  return {
      {"labels", 200, Tensor("INT64", "[2]", "[3,8]"), ""},
      {"other labels", 200, Tensor("INT64", "[2]", "[3,3]"), ""},
      {"scores", 200, Tensor("FP32", "[2,2]", "[0.1,0.9,NaN,null]"), ""},
      {"other scores", 200, Tensor("FP32", "[2,2]", "[[0.9,0.1],[1,2]]"), ""},
      {"texts", 200, Tensor("BYTES", "[1]", R"(["0.9:1:cat"])"), ""},
      {"zipped", 200, Gzipped(Tensor("INT64", "[2]", "[3,8]")), "gzip"},
      {"distributions", 200, Tensor("FP64", "[2,2]", "[0.25,0.75,1,0]"), ""},
      {"vectors", 200,
       R"({"data":[{"index":1,"embedding":[0.6,0.8]},)"
       R"({"index":0,"embedding":"AACAPwAAAAA="}]})",
       ""},
      {"other vectors", 200,
       R"({"data":[{"index":0,"embedding":[1,0]},)"
       R"({"index":1,"embedding":[-1,NaN,3]}]})",
       ""},
      {"ranking", 200,
       R"({"results":[{"index":2,"relevance_score":0.9},)"
       R"({"index":0,"relevance_score":0.5}]})",
       ""},
      {"other ranking", 200,
       R"({"results":[{"index":0,"relevance_score":0.7},)"
       R"({"index":1,"relevance_score":-0.5}]})",
       ""},
      {"boxes", 200, R"({"predictions":[{"label":"cat","score":0.9,"box":[0,0,10,10]}]})", ""},
      {"other boxes", 200,
       R"({"predictions":[{"label":"cat","score":0.8,"box":[1,0,9,10]},)"
       R"({"label":"dog","score":0.3,"box":[5,5,5,5]}]})",
       ""},
      {"other json", 200, R"({"a":[1,2.5,{"b":null}],"c":"d"})", ""},
      {"scalar", 200, "7", ""},
      {"empty", 204, "", ""},
      {"error", 500, R"({"error":"no"})", ""},
      {"calls", 200, R"([{"name":"a","arguments":"{\"x\":[1,2]}"},{"name":"a","input":{"x":1}}])",
       ""},
      {"other calls", 200, R"([{"name":"a","arguments":"{\"x\":"},{"name":"b","input":{}}])", ""},
      // 0.1, 0.9, NaN, NaN and 0.9, 0.1, 1, 2 in halves; three classes.
      Binary("binary scores", BinaryOutput("FP16", "[2,2]", "8"),
             "\x66\x2E\x33\x3B\x01\x7E\x01\x7E"),
      Binary("other binary scores", BinaryOutput("FP16", "[2,2]", "8"),
             std::string("\x33\x3B\x66\x2E\x00\x3C\x00\x40", 8)),
      Binary("binary labels", BinaryOutput("INT16", "[2]", "4"), std::string("\3\0\x8\0", 4)),
      Binary("binary texts", BinaryOutput("BYTES", "[1]", "13"),
             std::string("\x9\0\0\0", 4) + "0.9:1:cat"),
      {"plain error", 503, "upstream is away", ""},
      {"html", 200, "<html></html>", ""},
  };
}

// Answers made to hurt.
std::vector<Sample> Hostile() {
  std::string wide = "{";
  for (int i = 0; i < 100'000; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  std::string nested(10'000, '[');
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  const std::string whole = Tensor("FP32", "[2,2]", "[0.1,0.9,1e5,\"\\u00e9\"]");
  std::vector<Sample> samples{
      {"deep arrays", 200, nested + std::string(10'000, ']'), ""},
      {"deep arrays, cut", 200, nested, ""},
      {"deep objects", 200, objects + "1" + std::string(10'000, '}'), ""},
      {"a number of 5 MB", 200, std::string(5'000'000, '9'), ""},
      {"a decimal of 5 MB", 200, "0." + std::string(5'000'000, '7'), ""},
      {"an exponent of 5 MB", 200, "1e" + std::string(5'000'000, '9'), ""},
      {"a string of 5 MB", 200, "\"" + std::string(5'000'000, 'x'), ""},
      {"wide object with a repeated key", 200, wide + "\"k7\":1}", ""},
      {"repeated key", 200, R"({"outputs":[],"outputs":[]})", ""},
      {"invalid UTF-8", 200, "{\"a\":\"\xC3\x28\"}", ""},
      {"base64 of no floats", 200, R"({"data":[{"index":0,"embedding":"AAA="}]})", ""},
      {"base64 of 5 MB, cut", 200,
       R"({"data":[{"embedding":")" + std::string(5'000'001, 'A') + "\"}]}", ""},
      {"vectors of huge numbers", 200,
       R"({"data":[{"index":0,"embedding":[1e308,-1e308]},)"
       R"({"index":0,"embedding":[1e-320,1e999]}]})",
       ""},
      {"ranking of one key", 200, R"({"results":[{"index":1},{"index":1},{"index":[]}]})", ""},
      {"ranking of huge scores", 200,
       R"({"results":[{"index":1,"relevance_score":1e308},)"
       R"({"index":2,"relevance_score":-1e999}]})",
       ""},
      {"boxes turned inside out", 200, R"({"predictions":[{"box":[1e308,0,-1e308,NaN]},7]})", ""},
      {"zeros", 200, std::string(1000, '\0'), ""},
      {"lone surrogates", 200, R"(["\ud800","\udfff\ud800"])", ""},
      {"huge shape", 200, Tensor("FP32", "[9223372036854775807,9223372036854775807]", "[1]"), ""},
      {"negative shape", 200, Tensor("FP32", "[-1]", "[1]"), ""},
      {"shape of shapes", 200, Tensor("FP32", "[[1]]", "[1]"), ""},
      {"ragged data", 200, Tensor("FP32", "[2,2]", "[[1,2,3],[4]]"), ""},
      {"empty rows", 200, Tensor("FP32", "[2,0]", "[[],[]]"), ""},
      {"data of objects", 200, Tensor("FP32", "[1]", R"([{"a":1}])"), ""},
      {"outputs of numbers", 200, R"({"outputs":[1,2]})", ""},
      {"no gzip", 200, "{}", "gzip"},
      {"cut gzip", 200, Gzipped(std::string(10'000, 'x')).substr(0, 20), "gzip"},
      {"zip bomb", 200, Gzipped(std::string(80u << 20, ' ')), "gzip"},
      {"unknown encoding", 200, "{}", "rot13"},
      Binary("binary of no shape", BinaryOutput("FP32", "[9223372036854775807,4]", "8"),
             "12345678"),
      Binary("binary of another size", BinaryOutput("FP32", "[2]", "9"), "123456789"),
      Binary("binary that is cut", BinaryOutput("FP32", "[2]", "8"), "1234567"),
      Binary("binary that is too long", BinaryOutput("FP32", "[2]", "8"), "123456789"),
      Binary("binary of huge sizes",
             BinaryOutput("FP32", "[2]", "18446744073709551608") + "," +
                 BinaryOutput("FP32", "[4]", "16"),
             "12345678"),
      Binary("binary texts of 4 GB", BinaryOutput("BYTES", "[1]", "4"), "\xFF\xFF\xFF\xFF"),
      Binary("binary of nothing", "", "1234"),
      {"JSON beyond the body", 200, Tensor("FP32", "[1]", "[1]"), "", "1000000"},
      {"JSON of no length", 200, Tensor("FP32", "[1]", "[1]"), "", "-1"},
      {"JSON of two lengths", 200, Tensor("FP32", "[1]", "[1]"), "", "5, 5"},
      {"many encodings", 200, "{}", "gzip,gzip,gzip,gzip,gzip,gzip"},
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    samples.push_back({"cut at " + std::to_string(size), 200, whole.substr(0, size), ""});
  }
  return samples;
}

// The built-in comparators and one of a shared library in plain C.
const ComparatorRegistry& Registry() {
  static const ComparatorRegistry kRegistry = [] {
    ComparatorRegistry registry;
    const auto plugin = Plugin::Load(PluginPath("byte_share"));
    INFO(plugin.status().ToString());
    REQUIRE(plugin.ok());
    REQUIRE(registry.Add(*plugin).ok());
    return registry;
  }();
  return kRegistry;
}

// Whether a comparator is right to see a difference in what a reader of JSON does not see.
bool LooksAtBytes(const std::string& comparator) {
  return comparator == "exact" || comparator == "byte_share";
}

// Each comparator with its defaults and with the options that make it work hardest.
std::vector<std::pair<std::string, std::string>> Variants() {
  std::vector<std::pair<std::string, std::string>> variants;
  for (const auto& kind : Registry().Kinds()) variants.emplace_back(kind->Describe().name, "");
  variants.emplace_back("json", R"({"arrays":"set","atol":0.01,"score":"any"})");
  variants.emplace_back("json", R"({"arrays":{"key":"/id"},"integers":"tolerance","rtol":0.1})");
  variants.emplace_back("tensors", R"({"score":"any","rtol":0.1,"atol":0})");
  variants.emplace_back("top1", R"({"score":"share","count_ties":false,"tie_margin":0.5})");
  variants.emplace_back("text", R"({"score":["exact","edit","token_f1","chrf","rouge_l","length"],)"
                                R"("case":"fold","flags":["empty","refusal","truncated",)"
                                R"("invalid_json"],"expect_json":true,"length_ratio":[0.9,1.1]})");
  variants.emplace_back("text", R"({"paths":["/**/data","/c"]})");
  variants.emplace_back("toolcalls", R"({"paths":"/**","score":"f1","order":"same","rtol":0.1})");
  variants.emplace_back("topk", R"({"k":1000,"score":"order","reduce":"mean"})");
  variants.emplace_back("topk", R"({"k":1,"paths":["/a","/data/*/embedding","/**/box"]})");
  variants.emplace_back("probabilities", R"({"score":"jensen_shannon","sum_tolerance":1e300})");
  variants.emplace_back("probabilities",
                        R"({"logits":true,"score":"max","paths":["/**/box","/**/embedding"]})");
  variants.emplace_back("vectors", R"({"score":"pairwise","reduce":"mean"})");
  variants.emplace_back("vectors", R"({"score":"l2","paths":"/**/embedding"})");
  variants.emplace_back("vectors", R"({"score":"cosine","index":"","paths":["/*","/*/*/box"]})");
  variants.emplace_back("vectors", R"({"score":"norm","reduce":"mean"})");
  variants.emplace_back("ranking", R"({"measure":"rbo","p":0.99,"items":["/*","/*/*"]})");
  variants.emplace_back("ranking", R"({"measure":"overlap","k":100000,"reduce":"mean"})");
  variants.emplace_back("ranking", R"({"measure":"ndcg","ascending":true})");
  variants.emplace_back("numeric", R"({"texts":true,"sign":true,"full":1e-300,"paths":"/**/box"})");
  variants.emplace_back("numeric", R"({"score":"outside","atol":0.1,"paths":["/data","/*/*/*"]})");
  variants.emplace_back("numeric", R"({"scale":1e-300,"reduce":"mean","texts":true})");
  variants.emplace_back("boxes", R"({"format":"cxcywh","iou":1,"min_confidence":0.5})");
  variants.emplace_back(
      "boxes",
      R"({"items":["/*","/*/*"],"box":["/box/0","/box/1","/box/2","/box/3"],"reduce":"mean"})");
  variants.emplace_back("json_schema", R"({"schema":{"$defs":{"any":{"uniqueItems":true,"anyOf":[)"
                                       R"({"items":{"$ref":"#/$defs/any"}},{"maxItems":3}],)"
                                       R"("patternProperties":{"^[a-z]*$":{"$ref":"#/$defs/any"}},)"
                                       R"("pattern":"^(x*)*.{0,9}$","multipleOf":0.5}},)"
                                       R"("$ref":"#/$defs/any"}})");
  variants.emplace_back("byte_share", R"({"block":4096,"heads":true,"label":"blocks: "})");
  return variants;
}

// Whether a comparator has something to say of every output, whatever its datatype.
bool ReadsEveryOutput(const std::string& comparator) {
  return comparator == "status" || comparator == "json" || comparator == "tensors" ||
         comparator == "top1";
}

std::unique_ptr<PairScorer> SuiteOf(const std::pair<std::string, std::string>& variant) {
  auto suite = BuildSuite({.ignore = {{"/id", ""}, {"/**/elapsed", ""}},
                           .comparators = {{"it", variant.first, variant.second}}},
                          Registry());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

PairScore ScoresOf(const PairScorer& suite, const Sample& baseline, const Sample& candidate) {
  const auto headers = [](const Sample& sample) {
    std::vector<AnswerHeader> fields{{"Content-Encoding", sample.encoding}};
    if (!sample.json_length.empty()) {
      fields.push_back({"Inference-Header-Content-Length", sample.json_length});
    }
    return fields;
  };
  const std::vector<AnswerHeader> left = headers(baseline);
  const std::vector<AnswerHeader> right = headers(candidate);
  return suite.Score(
      {{}, {baseline.status, left, baseline.body}, {candidate.status, right, candidate.body}});
}

ComparatorScore ScoreOf(const PairScorer& suite, const Sample& baseline, const Sample& candidate) {
  return std::move(ScoresOf(suite, baseline, candidate).scores.at(0));
}

// What makes a score one that the evidence can take; empty when all is well.
std::string Flaw(const ComparatorScore& score) {
  if (!score.compared) {
    for (const char* reason :
         {"comparator_error", "decode_error", "not_json", "too_large", "unsupported"}) {
      if (score.uncomparable == reason) return score.detail.size() <= 256 ? "" : "long detail";
    }
    return "unknown reason " + score.uncomparable;
  }
  const Comparison& comparison = score.comparison;
  if (!(comparison.divergence >= 0 && comparison.divergence <= 1)) return "divergence out of range";
  if (comparison.divergence == 0 && !comparison.reason.empty()) return "a reason for nothing";
  if (comparison.divergence > 0 && comparison.reason.empty()) return "no reason";
  if (comparison.reason.size() > 256) return "long reason";
  if (comparison.differences.size() > 32) return "too many differences";
  for (const Difference& difference : comparison.differences) {
    if (difference.kind.empty()) return "a difference of no kind";
    if (difference.path.size() > 256 || difference.baseline.size() > 256 ||
        difference.candidate.size() > 256) {
      return "a long difference";
    }
  }
  return "";
}

bool Equal(const ComparatorScore& a, const ComparatorScore& b) {
  if (a.compared != b.compared || a.uncomparable != b.uncomparable || a.detail != b.detail ||
      a.comparison.divergence != b.comparison.divergence ||
      a.comparison.reason != b.comparison.reason ||
      a.comparison.differences.size() != b.comparison.differences.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.comparison.differences.size(); ++i) {
    const Difference& x = a.comparison.differences[i];
    const Difference& y = b.comparison.differences[i];
    if (x.path != y.path || x.kind != y.kind || x.baseline != y.baseline ||
        x.candidate != y.candidate) {
      return false;
    }
  }
  return true;
}

TEST_CASE("conformance: an answer is at divergence 0 from itself") {
  for (const auto& variant : Variants()) {
    const auto suite = SuiteOf(variant);
    for (const Sample& sample : Honest()) {
      INFO(variant.first << variant.second << ": " << sample.label);
      const ComparatorScore score = ScoreOf(*suite, sample, sample);
      CHECK(score.compared);
      CHECK(score.comparison.divergence == 0);
    }
  }
}

TEST_CASE("conformance: an answer in other bytes is at divergence 0 where it can be told") {
  // Spaces after the JSON force the comparators to look.
  for (const auto& variant : Variants()) {
    if (LooksAtBytes(variant.first)) continue;
    const auto suite = SuiteOf(variant);
    int compared = 0;
    for (const Sample& sample : Honest()) {
      if (!sample.encoding.empty()) continue;
      Sample spaced = sample;
      if (sample.json_length.empty()) {
        spaced.body += "  ";
      } else {
        const std::size_t end = std::stoul(sample.json_length);
        spaced.body.insert(end, "  ");
        spaced.json_length = std::to_string(end + 2);
      }
      INFO(variant.first << variant.second << ": " << sample.label);
      const ComparatorScore score = ScoreOf(*suite, sample, spaced);
      CHECK((!score.compared || score.comparison.divergence == 0));
      const bool read = sample.json_length.empty() || variant.first != "json";
      const bool tensors = read && sample.body.find("\"outputs\"") != std::string::npos;
      if (tensors && ReadsEveryOutput(variant.first)) CHECK(score.compared);
      if (score.compared && sample.status == 200) ++compared;
    }
    INFO(variant.first << variant.second);
    CHECK(compared > 0);
  }
}

TEST_CASE("conformance: every pair of answers has a score within its bounds, both ways") {
  const std::vector<Sample> samples = Honest();
  for (const auto& variant : Variants()) {
    const auto suite = SuiteOf(variant);
    for (const Sample& a : samples) {
      for (const Sample& b : samples) {
        const ComparatorScore score = ScoreOf(*suite, a, b);
        INFO(variant.first << variant.second << ": " << a.label << " and " << b.label);
        CHECK(Flaw(score) == "");
        CHECK(score.uncomparable != "comparator_error");
      }
    }
  }
}

TEST_CASE("conformance: hostile answers cost a score and nothing else") {
  const std::vector<Sample> hostile = Hostile();
  std::vector<Sample> partners;
  for (const Sample& sample : Honest()) {
    for (const char* label : {"scores", "vectors", "ranking", "boxes"}) {
      if (sample.label == label) partners.push_back(sample);
    }
  }
  REQUIRE(partners.size() == 4);
  // One suite of all variants, so that what is hard to decode is decoded once a pair.
  const auto variants = Variants();
  SuiteSpec spec{.ignore = {{"/id", ""}, {"/**/elapsed", ""}}};
  for (const auto& [use, options] : variants) {
    spec.comparators.push_back({std::to_string(spec.comparators.size()), use, options});
  }
  const auto suite = BuildSuite(spec, Registry());
  REQUIRE(suite.ok());
  for (const Sample& sample : hostile) {
    for (const Sample& honest : partners) {
      for (const PairScore& scores :
           {ScoresOf(**suite, honest, sample), ScoresOf(**suite, sample, honest)}) {
        for (std::size_t i = 0; i < variants.size(); ++i) {
          const ComparatorScore& score = scores.scores.at(i);
          INFO(variants[i].first << variants[i].second << ": " << sample.label << " and "
                                 << honest.label);
          CHECK(Flaw(score) == "");
          CHECK(score.uncomparable != "comparator_error");
          // None of them is an honest answer, so no comparator of bodies may call them the same.
          if (variants[i].first != "status" && variants[i].first != "toolcalls" &&
              variants[i].first != "json_schema") {
            CHECK((!score.compared || score.comparison.divergence > 0));
          }
        }
      }
    }
  }
}

TEST_CASE("conformance: the same pair has the same score in every run and on every thread") {
  const std::vector<Sample> samples = Honest();
  for (const auto& variant : Variants()) {
    const auto suite = SuiteOf(variant);
    const auto other_suite = SuiteOf(variant);
    CHECK(suite->Fingerprint() == other_suite->Fingerprint());
    std::vector<ComparatorScore> expected;
    for (const Sample& a : samples) {
      for (const Sample& b : samples) expected.push_back(ScoreOf(*other_suite, a, b));
    }
    std::vector<int> mismatches(4, 0);
    std::vector<std::thread> threads;
    for (int& mismatch : mismatches) {
      threads.emplace_back([&] {
        for (int round = 0; round < 5; ++round) {
          std::size_t i = 0;
          for (const Sample& a : samples) {
            for (const Sample& b : samples) {
              if (!Equal(ScoreOf(*suite, a, b), expected[i++])) ++mismatch;
            }
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    INFO(variant.first << variant.second);
    CHECK(mismatches == std::vector<int>(4, 0));
  }
}

}  // namespace
}  // namespace understudy
