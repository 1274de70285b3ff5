// Pairs of gRPC answers in suites: how calls end, what cannot be read, what is handed on.
#include <catch2/catch.hpp>

#include "test/support/encoders.h"
#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

constexpr std::string_view kScore = "/shop.Scores/Score";
constexpr const char* kScoreFile = R"(
  name: "shop.proto" package: "shop" syntax: "proto3"
  message_type { name: "Item"
    field { name: "label" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "score" number: 2 type: TYPE_FLOAT label: LABEL_OPTIONAL }
    field { name: "secret" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
  }
  message_type { name: "Question"
    field { name: "temperature" number: 1 type: TYPE_DOUBLE label: LABEL_OPTIONAL } }
  service { name: "Scores"
    method { name: "Score" input_type: ".shop.Question" output_type: ".shop.Item" } })";

const std::shared_ptr<const DescriptorSets>& Sets() {
  static const auto sets = SetsOf({kScoreFile});
  return sets;
}
CallAnswer Item(const std::string& text) {
  return {Framed({Encoded(*Sets()->Find({"shop.Scores", "Score"})->response, text)})};
}
std::unique_ptr<PairScorer> ItemSuite(const std::string& preset = "generic-json") {
  SuiteSpec spec{.preset = preset};
  spec.methods = Sets();
  return SuiteOf(spec);
}
PairScore Score(const PairScorer& suite, const CallAnswer& baseline, const CallAnswer& candidate) {
  return ScoreCalls(suite, kScore, baseline, candidate);
}

TEST_CASE("messages of a user's service are compared as documents") {
  const auto suite = ItemSuite();
  const CallAnswer cat = Item("label: 'cat' score: 0.5");
  CHECK(Score(*suite, cat, cat).scores[1].comparison.divergence == 0);
  const PairScore score = Score(*suite, cat, Item("label: 'dog' score: 0.5"));
  REQUIRE(score.scores[1].compared);
  CHECK(score.scores[1].comparison.divergence > 0);
  CHECK(score.scores[1].comparison.differences[0].path == "/label");
}

TEST_CASE("a method nobody knows is uncomparable, also where both answers are the same bytes") {
  const auto suite = SuiteOf({.preset = "generic-json"});
  const CallAnswer cat = Item("label: 'cat'");
  for (const CallAnswer& other : {cat, Item("label: 'dog'")}) {
    const PairScore score = ScoreCalls(*suite, kScore, cat, other);
    CHECK(score.scores[0].compared);
    CHECK(score.scores[1].uncomparable == "descriptor");
    CHECK(score.scores[1].detail.find("/shop.Scores/Score") != std::string::npos);
  }
}

TEST_CASE("messages that a descriptor does not fit are uncomparable, whichever answer has them") {
  const auto suite = ItemSuite();
  const CallAnswer cat = Item("label: 'cat'");
  const CallAnswer strange[] = {
      CallOf(kInfer, "outputs { name: 'p' datatype: 'FP32' shape: 1 } raw_output_contents: '1234'"),
      {Framed({"\xFF\xFF"})},
      {Framed({"\x0A\x02\xC3\x28"})},
  };
  for (const CallAnswer& answer : strange) {
    CHECK(Score(*suite, answer, cat).scores[1].uncomparable == "descriptor");
    CHECK(Score(*suite, cat, answer).scores[1].uncomparable == "descriptor");
    CHECK(Score(*suite, answer, answer).scores[1].uncomparable == "descriptor");
  }
}

TEST_CASE("fields that only a newer server knows are compared") {
  const auto suite = ItemSuite();
  CallAnswer one = Item("label: 'cat' score: 1"), other = one;
  const auto add = [](CallAnswer& answer, const char* field) {
    answer.body = Framed({answer.body.substr(5) + field});
  };
  add(one, "\x48\x05");
  add(other, "\x48\x06");
  CHECK(Score(*suite, one, one).scores[1].comparison.divergence == 0);
  const PairScore score = Score(*suite, one, other);
  REQUIRE(score.scores[1].compared);
  CHECK(score.scores[1].comparison.differences[0].path == "/#9/0/varint");
}

TEST_CASE("a body whose framing is broken is a broken answer") {
  const auto suite = ItemSuite();
  const CallAnswer cat = Item("label: 'cat'");
  CallAnswer cut = cat;
  cut.body.pop_back();
  CallAnswer twice = cat;
  twice.body += twice.body;
  CallAnswer none = cat;
  none.body.clear();
  for (const CallAnswer& answer : {cut, twice, none}) {
    CHECK(Score(*suite, answer, cat).scores[1].uncomparable == "decode_error");
    CHECK(Score(*suite, cat, answer).scores[1].comparison.divergence == 1);
  }
}

TEST_CASE("compressed messages are compared inflated, and unknown encodings not at all") {
  const auto suite = ItemSuite();
  const CallAnswer cat = Item("label: 'cat'");
  CallAnswer zipped = cat;
  zipped.body = Framed({Gzipped(cat.body.substr(5))});
  zipped.body[0] = '\1';
  zipped.headers.push_back({"grpc-encoding", "gzip"});
  CHECK(Score(*suite, cat, zipped).scores[1].comparison.divergence == 0);
  CHECK(Score(*suite, zipped, cat).scores[1].comparison.divergence == 0);
  zipped.headers.back().second = "snappy";
  CHECK(Score(*suite, cat, zipped).scores[1].uncomparable == "unsupported");
  const auto bytes = SuiteOf({.preset = ""});
  zipped.headers.back().second = "gzip";
  CHECK(Score(*bytes, cat, zipped).scores[1].comparison.divergence == 0);
}

TEST_CASE("a call that failed is held against one that did not, whatever its messages are") {
  const auto suite = ItemSuite();
  const CallAnswer cat = Item("label: 'cat'");
  CallAnswer trailers_only = FailedCall(kGrpcUnavailable);
  trailers_only.headers.insert(trailers_only.headers.end(), trailers_only.trailers.begin(),
                               trailers_only.trailers.end());
  trailers_only.trailers.clear();
  for (const CallAnswer& failed : {FailedCall(kGrpcUnavailable), trailers_only}) {
    const PairScore score = Score(*suite, cat, failed);
    CHECK(score.scores[0].comparison.divergence == 1);
    CHECK(score.scores[0].comparison.reason == "grpc-status OK became UNAVAILABLE");
    CHECK(score.scores[1].comparison.divergence == 1);
    CHECK(Score(*suite, failed, cat).scores[1].comparison.divergence == 1);
    CHECK(Score(*suite, failed, FailedCall(kGrpcUnavailable)).scores[1].comparison.divergence == 0);
    CHECK(Score(*suite, failed, FailedCall(kGrpcUnavailable)).scores[0].comparison.divergence == 0);
  }
}

TEST_CASE("failures of the same side are nearer to each other than to those of the other") {
  const auto suite = ItemSuite();
  const auto status = [&](const CallAnswer& a, const CallAnswer& b) {
    return Score(*suite, a, b).scores[0].comparison.divergence;
  };
  CHECK(status(FailedCall(kGrpcInternal), FailedCall(kGrpcUnavailable)) == 0.5);
  CHECK(status(FailedCall(kGrpcNotFound), FailedCall(kGrpcInvalidArgument)) == 0.5);
  CHECK(status(FailedCall(kGrpcNotFound), FailedCall(kGrpcInternal)) == 1);
}

TEST_CASE("an answer without a grpc-status is UNKNOWN, and one of a proxy what it stands for") {
  const auto suite = ItemSuite();
  CallAnswer silent = Item("label: 'cat'");
  silent.trailers.clear();
  CHECK(Score(*suite, Item("label: 'cat'"), silent)
            .scores[0]
            .comparison.reason.starts_with("grpc-status OK became UNKNOWN"));
  const CallAnswer page = {"<html>", {{"content-type", "text/html"}}, {}, 503};
  CHECK(Score(*suite, FailedCall(kGrpcUnavailable), page).scores[0].comparison.divergence == 0);
}

TEST_CASE("trailers count where they are listed") {
  CallAnswer one = Item("label: 'cat'"), other = one;
  one.trailers.push_back({"X-Model-Bin", "AQ"});
  other.trailers.push_back({"x-model-bin", "Ag=="});
  CHECK(Score(*ItemSuite(), one, other).scores[0].comparison.divergence == 0);
  const auto listed = SuiteOf(
      {.comparators = {{"status", "status", R"({"trailers":["x-Model-bin","grpc-message"]})"}}});
  CHECK(Score(*listed, one, other).scores[0].comparison.divergence == 0.5);
  CHECK(Score(*listed, one, one).scores[0].comparison.divergence == 0);
  other.trailers.back().second = "AQ==";
  CHECK(Score(*listed, one, other).scores[0].comparison.divergence == 0);
}

TEST_CASE("messages that are not Protobuf's are compared as bytes alone") {
  CallAnswer json = {Framed({R"({"a":1})"}), {{"content-type", "application/grpc+json"}}};
  const std::vector<AnswerHeader> headers{{"content-type", "application/grpc+json"}};
  const std::vector<AnswerHeader> trailers{{"grpc-status", "0"}};
  RawPair pair{{}, {200, headers, json.body, nullptr, nullptr, trailers}, {}};
  pair.candidate = pair.baseline;
  pair.request_path = kScore;
  pair.request_headers = headers;
  CHECK(ItemSuite()->Score(pair).scores[1].uncomparable == "unsupported");
  CHECK(SuiteOf({.preset = ""})->Score(pair).scores[1].comparison.divergence == 0);
}

TEST_CASE("who wants texts gets messages as JSON, the request's too") {
  const auto suite = ItemSuite();
  const std::string request =
      Framed({Encoded(*Sets()->Find({"shop.Scores", "Score"})->request, "temperature: 0.5")});
  const CallAnswer cat = Item("label: 'cat' secret: 'x'");
  for (const CallAnswer& other : {cat, Item("label: 'dog'")}) {
    const PairScore score = ScoreCalls(*suite, kScore, cat, other, request, true);
    CHECK(score.bodies.first == R"({"label":"cat","score":0.0,"secret":"x"})");
    CHECK(score.request_body == R"({"temperature":0.5})");
  }
  CHECK(ScoreCalls(*suite, kScore, cat, cat, request).bodies.first.empty());
}

TEST_CASE("the request is read for who wants it, also where the candidate gave no answer") {
  const auto suite = ItemSuite();
  const std::string request =
      Framed({Encoded(*Sets()->Find({"shop.Scores", "Score"})->request, "temperature: 0.5")});
  const CallAnswer cat = Item("label: 'cat'");
  const AnswerHeader type{"content-type", "application/grpc"};
  const AnswerHeader ended{"grpc-status", "0"};
  RawPair pair{[&] { return std::string_view(request); }, {200, {&type, 1}, cat.body}, {}};
  pair.baseline.trailers = {&ended, 1};
  pair.request_path = kScore;
  pair.request_headers = {&type, 1};
  pair.no_candidate = "it gave none";
  CHECK(suite->Score(pair).request_body.empty());
  pair.wants_request = true;
  PairScore score = suite->Score(pair);
  CHECK(score.scores[1].comparison.divergence == 1);
  CHECK(score.request_body == R"({"temperature":0.5})");
  CHECK(score.bodies.first.empty());
  pair.wants_texts = [](bool diverged) { return diverged; };
  score = suite->Score(pair);
  CHECK(score.bodies.first == R"({"label":"cat","score":0.0,"secret":""})");
  CHECK(score.bodies.second.empty());
}

TEST_CASE("texts that are no UTF-8 are in base64 where they are written down") {
  const auto suite = SuiteOf({.preset = "oip-v2"});
  const CallAnswer raw = CallOf(kInfer,
                                "outputs { name: 'p' datatype: 'BYTES' shape: 1 } "
                                "raw_output_contents: '\\002\\000\\000\\000\\377\\376'");
  const PairScore score = ScoreCalls(*suite, kInfer, raw, raw, "", true);
  CHECK(score.bodies.first.find(R"("data":["//4="])") != std::string::npos);
}

TEST_CASE("the fields of checks are read from messages") {
  SuiteSpec spec{.preset = "generic-json", .fields = {"/score", "/label"}};
  spec.methods = Sets();
  const auto suite = SuiteOf(spec);
  const PairScore score = Score(*suite, Item("label: 'cat'"), Item("label: 'cat' score: 0.5"));
  CHECK(score.fields[0].first.number == 0);
  CHECK(score.fields[0].second.number == 0.5);
  CHECK(score.fields[1].first.text == "cat");
}

TEST_CASE("greedy and sampled calls are told apart by the request's message") {
  SuiteSpec spec;
  spec.preset_json = R"({"name":"p","greedy":[{"path":"/temperature","equals":0}],"comparators":[)"
                     R"({"name":"greedy","use":"json","when":"greedy"},)"
                     R"({"name":"sampled","use":"json","when":"sampled"}]})";
  spec.methods = Sets();
  const auto suite = SuiteOf(spec);
  const auto request = [](const char* text) {
    return Framed({Encoded(*Sets()->Find({"shop.Scores", "Score"})->request, text)});
  };
  const CallAnswer cat = Item("label: 'cat'");
  CHECK(ScoreCalls(*suite, kScore, cat, cat, request("")).scores[0].applies);
  CHECK_FALSE(ScoreCalls(*suite, kScore, cat, cat, request("temperature: 1")).scores[0].applies);
}

TEST_CASE("other descriptors are other rules, and evidence starts anew") {
  SuiteSpec spec{.preset = "generic-json"};
  const std::uint64_t bundled = SuiteOf(spec)->Fingerprint();
  spec.methods = Sets();
  CHECK(SuiteOf(spec)->Fingerprint() != bundled);
}

}  // namespace
}  // namespace understudy
