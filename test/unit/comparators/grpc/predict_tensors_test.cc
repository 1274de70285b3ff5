// TensorFlow's tensors.
#include <catch2/catch.hpp>

#include "test/unit/comparators/binary_answer.h"
#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

std::string Tensor(const std::string& text, const std::string& name = "scores") {
  return "outputs { key: '" + name + "' value { " + text + " } } ";
}
std::string Shape(const std::vector<int>& sizes) {
  std::string text = " tensor_shape { ";
  for (const int size : sizes) text += "dim { size: " + std::to_string(size) + " } ";
  return text + "} ";
}

std::string Json(const std::string& text) {
  return JsonOf(*BundledMethods().Find(GrpcMethodNameOf(kPredict)),
                {EncodedAnswer(kPredict, text)});
}
bool Holds(const std::string& text, const std::string& data) {
  const std::string json = Json(Tensor(text));
  INFO(json);
  const bool holds = json.find("\"data\":" + data + "}") != std::string::npos;
  CHECK(holds);
  return holds;
}

TEST_CASE("maps of tensors are lists in the order of their names, as the other protocol has them") {
  CHECK(Json(Tensor("dtype: DT_INT32 int_val: 5", "b") +
             Tensor("dtype: DT_FLOAT float_val: [1, 2]" + Shape({1, 2}), "a") +
             "model_spec { name: 'm' version { value: 3 } }") ==
        R"({"model_spec":{"name":"m","version":3,"signature_name":""},"outputs":[)"
        R"({"name":"a","datatype":"FP32","shape":[1,2],"data":[1.0,2.0]},)"
        R"({"name":"b","datatype":"INT32","shape":[],"data":[5]}]})");
}

TEST_CASE("tensors of every type are read from their lists") {
  Holds("dtype: DT_DOUBLE double_val: 0.1", "[0.1]");
  Holds("dtype: DT_UINT8 int_val: 200", "[200]");
  Holds("dtype: DT_INT16 int_val: -200", "[-200]");
  Holds("dtype: DT_INT8 int_val: -2", "[-2]");
  Holds("dtype: DT_STRING string_val: 'x'", "[\"x\"]");
  Holds("dtype: DT_INT64 int64_val: 9007199254740993", "[9007199254740993]");
  Holds("dtype: DT_BOOL bool_val: true", "[true]");
  Holds("dtype: DT_UINT16 int_val: 65535", "[65535]");
  Holds("dtype: DT_UINT32 uint32_val: 4294967295", "[4294967295]");
  Holds("dtype: DT_UINT64 uint64_val: 18446744073709551615", "[18446744073709551615]");
  Holds("dtype: DT_HALF half_val: [15360, 32256]" + Shape({2}), "[1.0,NaN]");
  Holds("dtype: DT_BFLOAT16 half_val: [16256]" + Shape({1}), "[1.0]");
}

TEST_CASE("tensors of every type are read from their bytes") {
  Holds("dtype: DT_FLOAT tensor_content: '\\000\\000\\200\\077\\000\\000\\000\\100'" + Shape({2}),
        "[1.0,2.0]");
  Holds("dtype: DT_INT64 tensor_content: '\\377\\377\\377\\377\\377\\377\\377\\377'", "[-1]");
  Holds("dtype: DT_HALF tensor_content: '\\000\\074'", "[1.0]");
  Holds("dtype: DT_BFLOAT16 tensor_content: '\\200\\077'", "[1.0]");
  Holds("dtype: DT_BOOL tensor_content: '\\001\\000'" + Shape({2}), "[true,false]");
  Holds("dtype: DT_STRING tensor_content: '\\001\\002abc'" + Shape({2}), "[\"a\",\"bc\"]");
}

TEST_CASE("the last value of a list stands for those that are missing, and 0 for all of none") {
  Holds("dtype: DT_FLOAT float_val: 0.5" + Shape({2, 2}), "[0.5,0.5,0.5,0.5]");
  Holds("dtype: DT_INT32 int_val: [1, 2]" + Shape({4}), "[1,2,2,2]");
  Holds("dtype: DT_STRING string_val: 'x'" + Shape({2}), "[\"x\",\"x\"]");
  Holds("dtype: DT_HALF half_val: 15360" + Shape({2}), "[1.0,1.0]");
  Holds("dtype: DT_BOOL" + Shape({2}), "[false,false]");
  Holds("dtype: DT_FLOAT" + Shape({0}), "[]");
}

TEST_CASE("a shape that would take all memory is too large") {
  const std::string message = EncodedAnswer(
      kPredict, Tensor("dtype: DT_FLOAT float_val: 1" + Shape({2'000'000'000, 2'000'000'000})));
  const std::string body = Framed({message});
  const auto frames = ReadGrpcFrames(body, "");
  CHECK(
      ReadCall(body, *frames, *BundledMethods().Find(GrpcMethodNameOf(kPredict)), CallSide::kAnswer)
          .status()
          .code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("tensors that the other protocol has no name for stay as they are") {
  const std::string json = Json(Tensor("dtype: DT_COMPLEX64 scomplex_val: [1, 2]" + Shape({1})));
  CHECK(json.find(R"({"name":"scores","dtype":"DT_COMPLEX64")") != std::string::npos);
  CHECK(json.find(R"("scomplex_val":[1.0,2.0])") != std::string::npos);
}

TEST_CASE("lists and bytes of the same numbers are equal to every comparator") {
  const auto suite = SuiteOf(
      {.preset = "tfserving",
       .comparators = {
           {"values", "tensors", ""}, {"top1", "top1", ""}, {"best", "topk", R"({"k":2})"}}});
  const auto written = SuiteOf({.preset = "tfserving"});
  const CallAnswer list =
      CallOf(kPredict, Tensor("dtype: DT_FLOAT float_val: [0.25, 0.75]" + Shape({1, 2})));
  const CallAnswer bytes =
      CallOf(kPredict,
             Tensor("dtype: DT_FLOAT tensor_content: '\\000\\000\\200\\076\\000\\000\\100\\077'" +
                    Shape({1, 2})));
  const CallAnswer other =
      CallOf(kPredict, Tensor("dtype: DT_FLOAT float_val: [0.75, 0.25]" + Shape({1, 2})));
  for (const PairScorer* scorer : {suite.get(), written.get()}) {
    for (const auto& [a, b] : {std::pair(&list, &bytes), std::pair(&bytes, &list)}) {
      for (const ComparatorScore& score : ScoreCalls(*scorer, kPredict, *a, *b).scores) {
        INFO(score.uncomparable << " " << score.detail << score.comparison.reason);
        CHECK((!score.applies || (score.compared && score.comparison.divergence == 0)));
      }
    }
  }
  const PairScore flipped = ScoreCalls(*suite, kPredict, bytes, other);
  CHECK(flipped.scores[0].comparison.divergence == 1);
  CHECK(flipped.scores[1].comparison.divergence == 1);
}

TEST_CASE("classifications, regressions and several at once are compared") {
  const auto suite = SuiteOf({.preset = "tfserving"});
  const auto worst = [&](const char* method, const std::string& a, const std::string& b) {
    const std::string path = std::string("/tensorflow.serving.PredictionService/") + method;
    double divergence = 0;
    for (const ComparatorScore& score :
         ScoreCalls(*suite, path, CallOf(path, a), CallOf(path, b)).scores) {
      INFO(score.uncomparable << " " << score.detail);
      CHECK((score.compared || !score.applies));
      divergence = std::max(divergence, score.comparison.divergence);
    }
    return divergence;
  };
  const std::string cats =
      "result { classifications { classes { label: 'cat' score: 0.9 } "
      "classes { label: 'dog' score: 0.1 } } }";
  const std::string dogs =
      "result { classifications { classes { label: 'cat' score: 0.2 } "
      "classes { label: 'dog' score: 0.8 } } }";
  CHECK(worst("Classify", cats + "model_spec { version { value: 1 } }",
              cats + "model_spec { version { value: 2 } }") == 0);
  CHECK(worst("Classify", cats, dogs) > 0);
  CHECK(worst("Regress", "result { regressions { value: 1 } }",
              "result { regressions { value: 1.00001 } }") == 0);
  CHECK(worst("Regress", "result { regressions { value: 1 } }",
              "result { regressions { value: 2 } }") > 0);
  CHECK(worst("MultiInference", "results { regression_result { regressions { value: 1 } } }",
              "results { regression_result { regressions { value: 3 } } }") > 0);
}

TEST_CASE("a message that is only called as TensorFlow's tensor is a message like others") {
  const std::string shape = GENERATE(
      as<std::string>{},
      R"(field { name: "tensor_shape" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL })",
      R"(field { name: "tensor_shape" number: 2 type: TYPE_MESSAGE type_name: ".tensorflow.Sizes" label: LABEL_OPTIONAL })");
  const std::string list =
      GENERATE(as<std::string>{},
               R"(field { name: "list" number: 5 type: TYPE_FIXED32 label: LABEL_REPEATED })",
               R"(field { name: "list" number: 8 type: TYPE_FIXED64 label: LABEL_REPEATED })", "");
  const auto sets = SetsOf({R"(
    name: "t.proto" package: "tensorflow" syntax: "proto3"
    message_type { name: "Sizes" field { name: "dim" number: 2 type: TYPE_INT32 label: LABEL_REPEATED } }
    message_type { name: "TensorProto"
      field { name: "dtype" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
      field { name: "tensor_content" number: 4 type: TYPE_FIXED64 label: LABEL_OPTIONAL })" +
                            shape + list + R"(}
    service { name: "S" method { name: "M" input_type: ".tensorflow.TensorProto"
                                 output_type: ".tensorflow.TensorProto" } })"});
  const GrpcMethod method = *sets->Find({"tensorflow.S", "M"});
  for (const int dtype : {0, 1, 7, 19, 22}) {
    const std::string number = std::to_string(dtype);
    const std::string json = JsonOf(
        method, {Encoded(*method.response, "dtype: " + number + " tensor_content: 99999999")});
    CHECK(json.find("\"tensor_content\":99999999") != json.npos);
    CHECK(json.find("datatype") == json.npos);
  }
}

}  // namespace
}  // namespace understudy
