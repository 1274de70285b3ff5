// Tensors of the Open Inference Protocol over gRPC: contents of both kinds, and streams.
#include <catch2/catch.hpp>
#include <cstring>

#include "test/unit/comparators/binary_answer.h"
#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

// `bytes` as a text of Protobuf's text format.
std::string Quoted(const std::string& bytes) {
  std::string quoted = "\"";
  for (const char c : bytes) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\%03o", static_cast<unsigned char>(c));
    quoted += escape;
  }
  return quoted + '"';
}

std::string Output(const std::string& datatype, const std::string& shape,
                   const std::string& contents = "", const std::string& name = "p") {
  return "outputs { name: '" + name + "' datatype: '" + datatype + "' shape: " + shape +
         (contents.empty() ? "" : " contents { " + contents + " }") + " } ";
}

CallAnswer Typed(const std::string& datatype, const std::string& shape,
                 const std::string& contents) {
  return CallOf(kInfer, "model_name: 'm' " + Output(datatype, shape, contents));
}
CallAnswer Raw(const std::string& datatype, const std::string& shape, const std::string& bytes) {
  return CallOf(kInfer, "model_name: 'm' " + Output(datatype, shape) +
                            "raw_output_contents: " + Quoted(bytes));
}

const PairScorer& Suite() {
  static const auto suite = SuiteOf({.preset = "oip-v2"});
  return *suite;
}
// In which raw contents are written out, as one of the comparators reads documents alone.
const PairScorer& WrittenSuite() {
  static const auto suite = SuiteOf(
      {.preset = "oip-v2",
       .comparators = {{"values", "tensors", ""}, {"top1", "top1", ""}, {"json", "json", ""}}});
  return *suite;
}

// The divergence of "values", in both suites.
double Values(const CallAnswer& baseline, const CallAnswer& candidate) {
  double found = -1;
  for (const PairScorer* suite : {&Suite(), &WrittenSuite()}) {
    const PairScore score = ScoreCalls(*suite, kInfer, baseline, candidate);
    const ComparatorScore& values = score.scores[suite == &Suite() ? 1 : 0];
    INFO(values.uncomparable << " " << values.detail);
    REQUIRE(values.compared);
    if (found >= 0) CHECK(values.comparison.divergence == found);
    found = values.comparison.divergence;
  }
  return found;
}

template <typename T>
void CheckBothWays(const std::string& datatype, const std::string& contents,
                   const std::string& other, std::initializer_list<T> elements) {
  INFO(datatype);
  const std::string shape = "[1, " + std::to_string(elements.size()) + "]";
  const CallAnswer typed = Typed(datatype, shape, contents);
  const CallAnswer raw = Raw(datatype, shape, BytesOf(elements));
  CHECK(Values(typed, raw) == 0);
  CHECK(Values(raw, typed) == 0);
  CHECK(Values(raw, raw) == 0);
  CHECK(Values(Typed(datatype, shape, other), raw) > 0);
  CHECK(Values(raw, Typed(datatype, shape, other)) > 0);
}

TEST_CASE("contents of every datatype are the same typed and raw") {
  CheckBothWays<std::int8_t>("INT8", "int_contents: [-128, 7]", "int_contents: [-128, 8]",
                             {-128, 7});
  CheckBothWays<std::int16_t>("INT16", "int_contents: [-300, 7]", "int_contents: [300, 7]",
                              {-300, 7});
  CheckBothWays<std::int32_t>("INT32", "int_contents: [-70000, 7]", "int_contents: [-70000, 6]",
                              {-70000, 7});
  CheckBothWays<std::int64_t>("INT64", "int64_contents: [-9223372036854775808, 9007199254740993]",
                              "int64_contents: [-9223372036854775808, 9007199254740992]",
                              {std::numeric_limits<std::int64_t>::min(), 9007199254740993});
  CheckBothWays<std::uint8_t>("UINT8", "uint_contents: [255, 0]", "uint_contents: [254, 0]",
                              {255, 0});
  CheckBothWays<std::uint16_t>("UINT16", "uint_contents: [65535, 0]", "uint_contents: [65535, 1]",
                               {65535, 0});
  CheckBothWays<std::uint32_t>("UINT32", "uint_contents: [4294967295, 0]",
                               "uint_contents: [4294967294, 0]", {4294967295u, 0u});
  CheckBothWays<std::uint64_t>("UINT64", "uint64_contents: [18446744073709551615, 0]",
                               "uint64_contents: [18446744073709551614, 0]",
                               {18446744073709551615u, std::uint64_t{0}});
  CheckBothWays<float>("FP32", "fp32_contents: [0.1, -2.5]", "fp32_contents: [0.2, -2.5]",
                       {0.1f, -2.5f});
  CheckBothWays<double>("FP64", "fp64_contents: [0.1, -2.5]", "fp64_contents: [0.1, 2.5]",
                        {0.1, -2.5});
  CheckBothWays<std::uint8_t>("BOOL", "bool_contents: [true, false]", "bool_contents: [true, true]",
                              {1, 0});
}

TEST_CASE("contents without elements beside raw ones, as MLServer has them, are none") {
  const auto beside = [](const std::string& bytes) {
    return CallOf(kInfer,
                  "model_name: 'm' outputs { name: 'p' datatype: 'INT64' shape: [2, 1] "
                  "contents {} } raw_output_contents: " +
                      Quoted(bytes));
  };
  const CallAnswer answer = beside(BytesOf({std::int64_t{3}, std::int64_t{8}}));
  CHECK(Values(answer, beside(BytesOf({std::int64_t{3}, std::int64_t{8}}))) == 0);
  CHECK(Values(answer, beside(BytesOf({std::int64_t{3}, std::int64_t{3}}))) > 0);
  CHECK(Values(answer, Typed("INT64", "[2, 1]", "int64_contents: [3, 8]")) == 0);
}

TEST_CASE("16-bit floats are raw alone, and NaN is NaN") {
  // 1 and 2 of FP16; 1 and NaN of BF16.
  const auto half = [](std::initializer_list<std::uint16_t> bits) {
    return Raw("FP16", "[1, 2]", BytesOf(bits));
  };
  CHECK(Values(half({0x3C00, 0x4000}), half({0x3C00, 0x4000})) == 0);
  CHECK(Values(half({0x3C00, 0x4000}), half({0x3C00, 0x4001})) == 0);  // within tolerance
  CHECK(Values(half({0x3C00, 0x4000}), half({0x3C00, 0x4400})) == 0.5);
  const auto brain = [](std::initializer_list<std::uint16_t> bits) {
    return Raw("BF16", "[1, 2]", BytesOf(bits));
  };
  CHECK(Values(brain({0x3F80, 0x7FC0}), brain({0x3F80, 0x7FC1})) == 0);
  CHECK(Values(brain({0x3F80, 0x7FC0}), brain({0x3F80, 0x3F80})) == 0.5);
  CHECK(Values(Typed("FP32", "[1, 2]", "fp32_contents: [nan, inf]"),
               Raw("FP32", "[1, 2]",
                   BytesOf({std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}))) == 0);
}

TEST_CASE("texts are the same typed and raw, whatever their bytes") {
  const std::string bytes = TextElement("caf\u00e9") + TextElement(std::string("\xFF\x00", 2));
  const CallAnswer typed = Typed("BYTES", "[2]", R"(bytes_contents: ["caf\303\251", "\377\000"])");
  CHECK(Values(typed, Raw("BYTES", "[2]", bytes)) == 0);
  CHECK(Values(typed, Raw("BYTES", "[2]", TextElement("cafe") + TextElement("\xFF"))) == 1);
}

TEST_CASE("classes that are texts, and those of probabilities, are labels") {
  const auto top1 = [](const CallAnswer& baseline, const CallAnswer& candidate) {
    const ComparatorScore score = ScoreCalls(Suite(), kInfer, baseline, candidate).scores[2];
    REQUIRE(score.compared);
    return score.comparison.divergence;
  };
  const CallAnswer third = Typed("FP32", "[1, 3]", "fp32_contents: [0.1, 0.2, 0.7]");
  CHECK(top1(third, Raw("FP32", "[1, 3]", BytesOf({0.1f, 0.25f, 0.65f}))) == 0);
  CHECK(top1(third, Raw("FP32", "[1, 3]", BytesOf({0.1f, 0.7f, 0.2f}))) == 1);
  const CallAnswer named = Typed("BYTES", "[1, 1]", "bytes_contents: '0.9:2:cat'");
  CHECK(top1(named, Raw("BYTES", "[1, 1]", TextElement("0.8:2:cat"))) == 0);
  CHECK(top1(named, Raw("BYTES", "[1, 1]", TextElement("0.9:1:dog"))) == 1);
}

TEST_CASE("raw contents belong to the outputs in their order") {
  const auto answer = [](float first, std::int64_t second) {
    return CallOf(kInfer, Output("FP32", "[1]") + Output("INT64", "[1]", "", "q") +
                              "raw_output_contents: " + Quoted(BytesOf({first})) +
                              " raw_output_contents: " + Quoted(BytesOf({second})));
  };
  CHECK(Values(answer(1, 2), answer(1, 2)) == 0);
  CHECK(Values(answer(1, 2), answer(1, 3)) == 1);
  const CallAnswer typed = CallOf(kInfer, Output("FP32", "[1]", "fp32_contents: 1") +
                                              Output("INT64", "[1]", "int64_contents: 2", "q"));
  CHECK(Values(typed, answer(1, 2)) == 0);
  CHECK(Values(typed, answer(1, 3)) == 1);
  const CallAnswer mixed =
      CallOf(kInfer, Output("FP32", "[1]", "fp32_contents: 1") + Output("INT64", "[1]", "", "q") +
                         "raw_output_contents: " + Quoted(BytesOf<std::int64_t>({2})));
  CHECK(Values(typed, mixed) == 0);
}

TEST_CASE("raw contents that are not what outputs say of them are a broken answer") {
  const CallAnswer sound = Raw("FP32", "[1, 2]", BytesOf({1.0f, 2.0f}));
  const CallAnswer broken[] = {
      Raw("FP32", "[1, 2]", BytesOf({1.0f, 2.0f}) + "x"),
      Raw("FP32", "[1, 2]", BytesOf({1.0f})),
      Raw("BYTES", "[1]", BytesOf<std::uint32_t>({5}) + "abc"),
      CallOf(kInfer, Output("FP32", "[1]") + "raw_output_contents: '1234' "
                                             "raw_output_contents: '1234'"),
      CallOf(kInfer, Output("FP32", "[1]") + Output("FP32", "[1]", "", "q") +
                         "raw_output_contents: '1234'"),
      CallOf(kInfer, Output("FP32", "[1]", "fp32_contents: 1") + "raw_output_contents: '1234'"),
  };
  for (const CallAnswer& answer : broken) {
    CHECK(ScoreCalls(Suite(), kInfer, answer, sound).scores[1].uncomparable == "decode_error");
    CHECK(ScoreCalls(Suite(), kInfer, sound, answer).scores[1].comparison.divergence == 1);
  }
}

TEST_CASE("names of the model are shown and do not count, and what names the request is ignored") {
  const auto answer = [](const std::string& head) {
    return CallOf(kInfer, head + Output("INT32", "[1]", "int_contents: 1"));
  };
  const PairScore score = ScoreCalls(
      Suite(), kInfer,
      answer("model_name: 'a' id: '1' parameters { key: 'headers' value { string_param: 'x' } }"),
      answer("model_name: 'b' id: '2' parameters { key: 'headers' value { string_param: 'y' } }"));
  CHECK(score.scores[1].comparison.divergence == 0);
  REQUIRE(score.scores[1].comparison.differences.size() == 1);
  CHECK(score.scores[1].comparison.differences[0].path == "/model_name");
}

TEST_CASE("an ignore rule covers typed and raw elements alike") {
  const auto suite = SuiteOf({.preset = "oip-v2", .ignore = {{"/outputs/0/data/1", ""}}});
  const CallAnswer typed = Typed("INT32", "[2]", "int_contents: [1, 2]");
  const CallAnswer raw = Raw("INT32", "[2]", BytesOf({1, 5}));
  for (const auto& [a, b] : {std::pair(&typed, &raw), std::pair(&raw, &typed)}) {
    const PairScore score = ScoreCalls(*suite, kInfer, *a, *b);
    CHECK(score.scores[1].comparison.divergence == 0);
    CHECK(score.ignore_hits.back() == 1);
  }
}

TEST_CASE("comparators that look at paths see raw contents written out") {
  const auto suite =
      SuiteOf({.preset = "oip-v2",
               .comparators = {{"risk", "numeric", R"({"paths":"/outputs/0/data","scale":1})"}}});
  const PairScore score = ScoreCalls(*suite, kInfer, Typed("FP32", "[1]", "fp32_contents: 0.5"),
                                     Raw("FP32", "[1]", BytesOf({0.5f})));
  INFO(score.scores[0].uncomparable << score.scores[0].detail);
  REQUIRE(score.scores[0].compared);
  CHECK(score.scores[0].comparison.divergence == 0);
}

TEST_CASE("an answer over REST and one over gRPC have the same form") {
  const std::string message =
      EncodedAnswer(kInfer,
                    "model_name: 'm' model_version: '1' id: 'x' "
                    "parameters { key: 'k' value { int64_param: 5 } } " +
                        Output("FP32", "[1, 2]", "fp32_contents: [0.5, 1]"));
  CHECK(JsonOf(*BundledMethods().Find(GrpcMethodNameOf(kInfer)), {message}) ==
        R"({"model_name":"m","model_version":"1","id":"x","parameters":{"k":5},)"
        R"("outputs":[{"name":"p","datatype":"FP32","shape":[1,2],"parameters":{},)"
        R"("data":[0.5,1.0]}]})");
}

// --- streams

std::string Answer(const std::string& id, int value) {
  return "id: '" + id + "' " + Output("INT32", "[1]", "int_contents: " + std::to_string(value));
}
CallAnswer Wrapped(const std::vector<std::string>& answers) {
  std::vector<std::string> messages;
  for (const std::string& answer : answers) {
    messages.push_back(EncodedAnswer(kInferStreamed, "infer_response { " + answer + " }"));
  }
  return {Framed(messages)};
}
CallAnswer Bare(const std::vector<std::string>& answers) {
  std::vector<std::string> messages;
  for (const std::string& answer : answers) messages.push_back(EncodedAnswer(kInfer, answer));
  return {Framed(messages)};
}
ComparatorScore StreamScore(const CallAnswer& baseline, const CallAnswer& candidate,
                            const std::string& request = "") {
  return ScoreCalls(Suite(), kInferStreamed, baseline, candidate, request).scores[1];
}

TEST_CASE("answers of a stream are compared one by one, wrapped or not") {
  const std::vector<std::string> answers = {Answer("a", 1), Answer("a", 2)};
  CHECK(StreamScore(Wrapped(answers), Wrapped(answers)).comparison.divergence == 0);
  CHECK(StreamScore(Wrapped(answers), Bare(answers)).comparison.divergence == 0);
  CHECK(StreamScore(Bare(answers), Wrapped(answers)).comparison.divergence == 0);
  const ComparatorScore other =
      StreamScore(Wrapped(answers), Bare({Answer("a", 1), Answer("a", 3)}));
  CHECK(other.comparison.divergence == 1);
  CHECK(other.comparison.differences[0].path == "/responses/1/outputs/0/data/0");
}

TEST_CASE("a stream with another number of answers diverges") {
  const CallAnswer two = Wrapped({Answer("a", 1), Answer("a", 2)});
  const CallAnswer one = Wrapped({Answer("a", 1)});
  for (const auto& [a, b] : {std::pair(&two, &one), std::pair(&one, &two)}) {
    const ComparatorScore score = StreamScore(*a, *b);
    CHECK(score.comparison.divergence == 1);
    CHECK(score.comparison.reason.find("response 1") != std::string::npos);
  }
}

TEST_CASE("the end marker of a stream is no answer") {
  const std::string marker =
      "parameters { key: 'triton_final_response' value { bool_param: true } }";
  CHECK(StreamScore(Wrapped({Answer("a", 1), marker}), Wrapped({Answer("a", 1)}))
            .comparison.divergence == 0);
  CHECK(StreamScore(Wrapped({Answer("a", 1) + marker}), Wrapped({Answer("a", 1)}))
            .comparison.divergence == 0);
}

TEST_CASE("answers to several requests of a stream are put in the order of the requests") {
  const std::string request = Framed({EncodedRequest(kInfer, "model_name: 'm' id: 'b'"),
                                      EncodedRequest(kInfer, "model_name: 'm' id: 'a'")});
  const CallAnswer one = Wrapped({Answer("a", 1), Answer("b", 2), Answer("a", 3)});
  const CallAnswer other = Wrapped({Answer("b", 2), Answer("a", 1), Answer("a", 3)});
  CHECK(StreamScore(one, other, request).comparison.divergence == 0);
  CHECK(StreamScore(one, other).comparison.divergence > 0);
}

TEST_CASE("a stream that says it failed is a failure") {
  const CallAnswer sound = Wrapped({Answer("a", 1)});
  const CallAnswer failed = {
      Framed({EncodedAnswer(kInferStreamed, "error_message: 'out of memory'")})};
  const ComparatorScore candidate = StreamScore(sound, failed);
  CHECK(candidate.comparison.divergence == 1);
  CHECK(candidate.comparison.reason.find("out of memory") != std::string::npos);
  CHECK(StreamScore(failed, sound).uncomparable == "incumbent_failed");
}

TEST_CASE("the messages of a stream are its events") {
  const PairScore score =
      ScoreCalls(Suite(), kInferStreamed, Wrapped({Answer("a", 1), Answer("a", 2)}),
                 Wrapped({Answer("a", 1)}));
  REQUIRE(score.measures);
  CHECK(score.measures->first.events == 2);
  CHECK(score.measures->second.events == 1);
}

}  // namespace
}  // namespace understudy
