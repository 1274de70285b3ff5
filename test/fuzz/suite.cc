// Suites of every comparator over arbitrary pairs: a divergence in [0,1] or a known reason why
// there is none; equal bytes are equal; what a rule ignores makes no difference. The input is a
// suite's letter, a status' letter for each answer, an encoding's letter, and two bodies with a
// byte 0x1E between them. A byte 0x1D in a body, which is in no JSON, stands between JSON and
// binary tensors.
#include "comparators/suite.h"

#include <array>

#include "proxy/routing/json_text.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/sound_score.h"

namespace understudy {
namespace {

// The rules of the suite the ignore check uses.
const std::vector<IgnoreSpec> kIgnored = {
    {"/a", ""}, {"/meta/**", ""}, {"/items/*/id", ""}, {"/**/t", ""}, {"/list/0", ""}};
constexpr const char* kSchema =
    R"({"path":["","/choices/*/message/content"],"schema":{)"
    R"("$ref":"#/$defs/s","$defs":{"s":{"type":["object","array","null"],)"
    R"("properties":{"age":{"type":"integer","multipleOf":0.1,"minimum":0},)"
    R"("tags":{"uniqueItems":true,"maxItems":3,"contains":{"const":"a"}},)"
    R"("next":{"$ref":"#/$defs/s"}},"additionalProperties":{"anyOf":[)"
    R"({"$ref":"#/$defs/s"},{"pattern":"^(a|b*)*$","maxLength":9}]},)"
    R"("propertyNames":{"minLength":1},"items":{"not":{"type":"null"}}}}}})";
constexpr std::string_view kIgnoredPlaces[] = {"/a",   "/meta/x", "/items/0/id",
                                               "/b/t", "/t",      "/list/0"};

const std::vector<std::unique_ptr<PairScorer>>& Suites() {
  static const std::vector<std::unique_ptr<PairScorer>> suites = [] {
    const SuiteSpec specs[] = {
        {.preset = "oip-v2"},
        {.preset = "generic-json", .ignore = kIgnored},
        {.preset = ""},
        {.comparators = {{"list", "json", R"({"atol":0.01,"rtol":0.1})"},
                         {"set", "json", R"({"arrays":"set","score":"any"})"},
                         {"keyed", "json", R"({"arrays":{"key":"/id"},"integers":"tolerance"})"},
                         {"mixed", "json",
                          R"({"arrays":[{"path":"/items","as":{"key":"/id"}},)"
                          R"({"path":"/**/t","as":"set"}],"equal_nan":false})"}}},
        {.ignore = kIgnored,
         .comparators = {{"set", "json", R"({"arrays":"set"})"},
                         {"keyed", "json", R"({"arrays":{"key":"/id"}})"},
                         {"values", "tensors", ""},
                         {"top1", "top1", ""}}},
        {.comparators = {{"values", "tensors", R"({"rtol":0.1})"},
                         {"top1", "top1", ""},
                         {"exact", "exact", ""}}},
        {.comparators = {{"topk", "topk", R"({"k":3,"score":"order"})"},
                         {"probabilities", "probabilities", R"({"logits":true})"},
                         {"vectors", "vectors", ""},
                         {"pairwise", "vectors", R"({"score":"pairwise","paths":"/*"})"},
                         {"numeric", "numeric", R"({"texts":true,"paths":["/*","/*/*"]})"},
                         {"ranking", "ranking", R"({"measure":"rbo"})"},
                         {"boxes", "boxes", ""}}},
        {.ignore = kIgnored,
         .comparators = {{"topk", "topk", R"({"paths":["/a","/list","/items/*"]})"},
                         {"shift", "probabilities", R"({"paths":["/**/t","/list"]})"},
                         {"vectors", "vectors", R"({"score":"l2","paths":"/*"})"},
                         {"numeric", "numeric", R"({"sign":true,"paths":"/**"})"},
                         {"order", "ranking", R"({"items":["/items","/list"]})"},
                         {"gain", "ranking", R"({"items":"/items","score":"/t","measure":"ndcg"})"},
                         {"boxes", "boxes", R"({"items":"/items","box":"/b","label":"/id"})"}}},
        {.comparators = {{"body", "text",
                          R"({"score":["edit","token_f1","chrf","rouge_l","length"]})"},
                         {"answers", "text",
                          R"({"paths":["/choices/*/message/content","/**/text"],"case":"fold",)"
                          R"("score":["edit","chrf"],"flags":["empty","refusal","truncated",)"
                          R"("invalid_json"],"expect_json":true})"},
                         {"sampled", "text", R"({"paths":"/**/content","score":"structure"})"},
                         {"calls", "toolcalls", R"({"score":"f1","rtol":0.1})"},
                         {"any_calls", "toolcalls", R"({"paths":"/**","order":"same"})"},
                         {"valid", "json_schema", kSchema}}},
    };
    std::vector<std::unique_ptr<PairScorer>> built;
    for (const SuiteSpec& spec : specs) {
      auto suite = BuildSuite(spec);
      Require(suite.ok(), "the suites of this target can be built");
      built.push_back(*std::move(suite));
    }
    return built;
  }();
  return suites;
}

// No divergence, whatever a comparator can tell.
void RequireEqual(const PairScorer& suite, const RawAnswer& a, const RawAnswer& b,
                  std::string_view sentence) {
  for (const ComparatorScore& score : suite.Score({{}, a, b}).scores) {
    Require(!score.compared || score.comparison.divergence == 0, sentence);
  }
}

void RequireIgnored(const PairScorer& suite, std::string_view body) {
  for (const std::string_view place : kIgnoredPlaces) {
    const auto changed = SetJsonValue(body, place, "[\"another\", 17]");
    if (!changed || !Document::Parse(body).ok()) continue;
    const RawAnswer before{200, {}, body};
    const RawAnswer after{200, {}, *changed};
    RequireEqual(suite, before, after, "what is ignored makes no difference");
    RequireEqual(suite, after, before, "in either order");
  }
}

// A body as it comes from the wire, with the headers that go with it.
struct Body {
  Body(std::string_view input, std::string_view content_encoding) : bytes(input) {
    if (!content_encoding.empty()) headers.push_back({"Content-Encoding", content_encoding});
    const std::size_t end = bytes.find('\x1D');
    if (end == std::string::npos) return;
    bytes.erase(end, 1);
    json_length = std::to_string(end);
    headers.push_back({"Inference-Header-Content-Length", json_length});
  }
  Body(const Body&) = delete;

  std::string bytes;
  std::string json_length;
  std::vector<AnswerHeader> headers;
};

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr std::array kStatuses = {200, 204, 404, 429, 500, 503};
  constexpr std::array<std::string_view, 5> kEncodings = {"", "gzip", "deflate", "br", "zstd"};
  Choices input(TextOf(data, size));
  const std::size_t which = input.Byte() % Suites().size();
  const PairScorer& suite = *Suites()[which];
  RawAnswer baseline, candidate;
  baseline.status = kStatuses[input.Below(kStatuses.size())];
  candidate.status = kStatuses[input.Below(kStatuses.size())];
  const std::string_view encoding = kEncodings[input.Below(kEncodings.size())];
  const Body incumbents(input.Until('\x1E'), "");
  const Body candidates(input.Rest(), encoding);
  baseline.headers = incumbents.headers;
  baseline.body = incumbents.bytes;
  candidate.headers = candidates.headers;
  candidate.body = candidates.bytes;
  RequireSoundScore(suite, {{}, baseline, candidate});
  // The suite in which NaN is not NaN is the one where equal bytes may differ.
  const bool reflexive = which != 3;
  if (reflexive) RequireEqual(suite, baseline, baseline, "equal bytes are equal");
  if (which == 1 || which == 4 || which == 7) RequireIgnored(suite, baseline.body);
  return 0;
}
