// What is told of messages without writing them.
#include "comparators/grpc/regular_message.h"

#include <catch2/catch.hpp>

#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

constexpr const char* kFile = R"(
  name: "test.proto" package: "test" syntax: "proto3"
  message_type { name: "M"
    field { name: "number" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "text" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "bytes" number: 3 type: TYPE_BYTES label: LABEL_OPTIONAL }
    field { name: "floats" number: 4 type: TYPE_FLOAT label: LABEL_REPEATED }
    field { name: "numbers" number: 5 type: TYPE_INT64 label: LABEL_REPEATED }
    field { name: "inner" number: 6 type: TYPE_MESSAGE type_name: ".test.M" label: LABEL_OPTIONAL }
    field { name: "list" number: 7 type: TYPE_MESSAGE type_name: ".test.M" label: LABEL_REPEATED }
    field { name: "words" number: 8 type: TYPE_MESSAGE type_name: ".test.M.WordsEntry" label: LABEL_REPEATED }
    field { name: "a" number: 9 type: TYPE_INT32 label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "b" number: 10 type: TYPE_INT32 label: LABEL_OPTIONAL oneof_index: 0 }
    nested_type { name: "WordsEntry" options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL } }
    oneof_decl { name: "choice" }
  }
  service { name: "S" method { name: "M" input_type: ".test.M" output_type: ".test.M" } })";

const GrpcMethod& Method() {
  static const auto sets = SetsOf({kFile});
  static const GrpcMethod method = *sets->Find({"test.S", "M"});
  return method;
}
bool Regular(const std::string& message) {
  return IsRegularMessage(Method().plans->Of(*Method().response), message);
}
std::string Bytes(const std::string& text) { return Encoded(*Method().response, text); }
// As the whole of field 6, `times` times.
std::string Nested(std::string message, int times) {
  for (int i = 0; i < times; ++i) {
    REQUIRE(message.size() < 128);
    message = "\x32" + std::string(1, static_cast<char>(message.size())) + message;
  }
  return message;
}

TEST_CASE("messages as servers write them are regular") {
  CHECK(Regular(""));
  CHECK(Regular(Bytes("number: -5 text: 'käse' bytes: '\\377' floats: [1, 2] numbers: [1, -1]")));
  CHECK(Regular(Bytes("inner { text: 'x' list { number: 1 } list { b: 2 } } a: 1")));
  CHECK(Regular(Bytes("words { key: 'x' value: 1 } words { key: 'y' value: 2 }")));
  CHECK(Regular(Bytes("number: 1") + Bytes("text: 'behind'") + Bytes("floats: 1")));
  CHECK(Regular(std::string("\x25\0\0\0\0", 5)));  // an element of floats by itself
}

TEST_CASE("messages of the bundled protocols are regular, whatever their tensors are in") {
  const auto regular = [](std::string_view path, const std::string& text) {
    const GrpcMethod method = *BundledMethods().Find(GrpcMethodNameOf(path));
    return IsRegularMessage(method.plans->Of(*method.response), EncodedAnswer(path, text));
  };
  CHECK(regular(kInfer,
                "model_name: 'm' outputs { name: 'o' datatype: 'FP32' shape: [1, 2] "
                "contents { fp32_contents: [1, 2] } } "
                "parameters { key: 'p' value { bool_param: true } }"));
  CHECK(regular(kInfer,
                "outputs { name: 'o' datatype: 'FP32' shape: [1] } "
                "raw_output_contents: '\\000\\000\\200\\077'"));
  CHECK(regular(kPredict,
                "outputs { key: 'o' value { dtype: DT_FLOAT float_val: [1, 2] "
                "tensor_shape { dim { size: 2 } } } }"));
}

TEST_CASE("of what is no such message, or may be read in two ways, nothing is told") {
  CHECK_FALSE(Regular("\x08"));          // cut
  CHECK_FALSE(Regular("\x12\x05x"));     // likewise
  CHECK_FALSE(Regular("\x12\x01\xff"));  // text that is no UTF-8
  CHECK_FALSE(Regular(Bytes("words { key: 'x' }") + "\x42\x03\x0a\x01\xff"));  // likewise a key
  CHECK_FALSE(Regular("\x22\x03xyz"));   // floats of three bytes
  CHECK_FALSE(Regular("\x2a\x01\x80"));  // a list that ends within a number
  CHECK_FALSE(Regular("\x78\x01"));      // an unknown field
  CHECK_FALSE(Regular("\x0a\x01x"));     // text where a number should be
  CHECK_FALSE(Regular("\x0b\x0c"));      // a group
  CHECK_FALSE(Regular(Bytes("number: 1") + Bytes("number: 2")));
  CHECK_FALSE(Regular(Bytes("inner { }") + Bytes("inner { }")));
  CHECK_FALSE(Regular(Bytes("a: 1") + Bytes("b: 1")));
  CHECK_FALSE(Regular(Nested("\x78\x01", 3)));  // unknown inside
}

TEST_CASE("what is nested deeply is left to who writes it") {
  CHECK(Regular(Nested("", 39)));
  CHECK_FALSE(Regular(Nested("", 60)));
}

}  // namespace
}  // namespace understudy
