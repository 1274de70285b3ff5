// What every comparator must hold to, whatever it measures and whichever way it comes in: one
// suite, run over each of them.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "comparators/judge/judge_kind.h"
#include "comparators/plugin.h"
#include "comparators/registry.h"
#include "comparators/remote/comparator_services.h"
#include "comparators/suite.h"
#include "test/conformance/comparators/samples.h"
#include "test/support/fake_comparator_service.h"
#include "test/support/test_plugins.h"

namespace understudy {
namespace {

// The share of bytes that differ, and the places of the first ones, of pairs that come to a
// service.
FakeComparatorService::Answers ByteShare(const v1::CompareRequest& request) {
  const std::string& a = request.incumbent().body();
  const std::string& b = request.candidate().body();
  const std::size_t longer = std::max(a.size(), b.size());
  std::size_t different = 0;
  auto response = FakeComparatorService::Score(request.id(), 0);
  for (std::size_t i = 0; i < longer; ++i) {
    if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
    if (++different > 40) continue;
    v1::ComparedDifference& one = *response.mutable_comparison()->add_differences();
    one.set_path(std::to_string(i));
    one.set_kind("bytes");
  }
  const bool same_status = request.incumbent().status() == request.candidate().status();
  if (different > 0 || !same_status) {
    const double share =
        same_status ? static_cast<double>(different) / static_cast<double>(longer) : 1;
    response.mutable_comparison()->set_divergence(share);
    response.mutable_comparison()->set_reason(std::to_string(different) + " bytes differ");
  }
  return {response};
}

std::shared_ptr<const ComparatorKind> ByteService() {
  static FakeComparatorService fake({ByteShare, [](const v1::DescribeComparatorRequest&,
                                                   v1::DescribeComparatorResponse& response) {
                                       response.set_max_message_bytes(64u << 20);
                                     }});
  static ComparatorServices services;
  const auto kind = services.Meet({"byte_service", fake.Address(), std::chrono::seconds(60), 64});
  INFO(kind.status().ToString());
  REQUIRE(kind.ok());
  return *kind;
}

// The built-in comparators, one of a shared library in plain C, one of a service, and a judge who
// is that service.
const ComparatorRegistry& Registry() {
  static const ComparatorRegistry kRegistry = [] {
    ComparatorRegistry registry;
    const auto plugin = Plugin::Load(PluginPath("byte_share"));
    INFO(plugin.status().ToString());
    REQUIRE(plugin.ok());
    REQUIRE(registry.Add(*plugin).ok());
    const auto service = ByteService();
    REQUIRE(registry.Add(service).ok());
    auto services = std::make_shared<JudgeKind::Services>(JudgeKind::Services{service});
    REQUIRE(registry
                .Add(std::make_shared<JudgeKind>(std::make_shared<HttpClient>(),
                                                 std::move(services), true))
                .ok());
    return registry;
  }();
  return kRegistry;
}

// Whether a comparator is right to see a difference in what a reader of JSON does not see.
bool LooksAtBytes(const std::string& comparator) {
  return comparator == "exact" || comparator == "byte_share" || comparator == "byte_service" ||
         comparator == "judge";
}

// Each comparator with its defaults and with the options that make it work hardest.
std::vector<std::pair<std::string, std::string>> Variants() {
  std::vector<std::pair<std::string, std::string>> variants;
  for (const auto& kind : Registry().Kinds()) variants.emplace_back(kind->Describe().name, "");
  variants.back().second = R"({"service":"byte_service","per_minute":10000,"in_flight":64})";
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

// Whether an answer has what a comparator is about: a cost is of answers that count their tokens.
bool IsFor(const std::string& comparator, const Sample& sample) {
  return comparator != "cost" || sample.status >= 400 ||
         sample.body.find("\"usage\"") != std::string::npos;
}

// Whether it could call two bodies the same of which one is no answer.
bool PassesOverBodies(const std::string& comparator) {
  for (const char* name : {"status", "toolcalls", "json_schema", "latency", "cost"}) {
    if (comparator == name) return true;
  }
  return false;
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
  const AnswerTiming timing{20, 5, {}};  // of both
  return suite.Score({{},
                      {baseline.status, left, baseline.body, &timing},
                      {candidate.status, right, candidate.body, &timing}});
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
      CHECK(score.compared == IsFor(variant.first, sample));
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
          if (PassesOverBodies(variants[i].first)) continue;
          CHECK((!score.compared || score.comparison.divergence > 0));
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
