// Messages as documents.
#include <catch2/catch.hpp>
#include <limits>

#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

// A message with a field of every type, of both syntaxes.
constexpr const char* kFile = R"(
  name: "test.proto" package: "test" syntax: "proto3"
  message_type { name: "All"
    field { name: "d" number: 1 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
    field { name: "f" number: 2 type: TYPE_FLOAT label: LABEL_OPTIONAL }
    field { name: "i32" number: 3 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "i64" number: 4 type: TYPE_INT64 label: LABEL_OPTIONAL }
    field { name: "u32" number: 5 type: TYPE_UINT32 label: LABEL_OPTIONAL }
    field { name: "u64" number: 6 type: TYPE_UINT64 label: LABEL_OPTIONAL }
    field { name: "s32" number: 7 type: TYPE_SINT32 label: LABEL_OPTIONAL }
    field { name: "s64" number: 8 type: TYPE_SINT64 label: LABEL_OPTIONAL }
    field { name: "f32" number: 9 type: TYPE_FIXED32 label: LABEL_OPTIONAL }
    field { name: "f64" number: 10 type: TYPE_FIXED64 label: LABEL_OPTIONAL }
    field { name: "sf32" number: 11 type: TYPE_SFIXED32 label: LABEL_OPTIONAL }
    field { name: "sf64" number: 12 type: TYPE_SFIXED64 label: LABEL_OPTIONAL }
    field { name: "b" number: 13 type: TYPE_BOOL label: LABEL_OPTIONAL }
    field { name: "s" number: 14 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "raw" number: 15 type: TYPE_BYTES label: LABEL_OPTIONAL }
    field { name: "e" number: 16 type: TYPE_ENUM type_name: ".test.Colour" label: LABEL_OPTIONAL }
    field { name: "m" number: 17 type: TYPE_MESSAGE type_name: ".test.Inner" label: LABEL_OPTIONAL }
  }
  message_type { name: "Inner"
    field { name: "x" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "list" number: 2 type: TYPE_INT32 label: LABEL_REPEATED }
    field { name: "inner" number: 3 type: TYPE_MESSAGE type_name: ".test.Inner" label: LABEL_OPTIONAL }
  }
  message_type { name: "Lists"
    field { name: "f" number: 1 type: TYPE_FLOAT label: LABEL_REPEATED }
    field { name: "s" number: 2 type: TYPE_STRING label: LABEL_REPEATED }
    field { name: "m" number: 3 type: TYPE_MESSAGE type_name: ".test.Inner" label: LABEL_REPEATED }
    field { name: "u" number: 4 type: TYPE_UINT64 label: LABEL_REPEATED }
    field { name: "e" number: 5 type: TYPE_ENUM type_name: ".test.Colour" label: LABEL_REPEATED }
    field { name: "words" number: 6 type: TYPE_MESSAGE type_name: ".test.Lists.WordsEntry" label: LABEL_REPEATED }
    field { name: "by_int" number: 7 type: TYPE_MESSAGE type_name: ".test.Lists.ByIntEntry" label: LABEL_REPEATED }
    nested_type { name: "WordsEntry" options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL } }
    nested_type { name: "ByIntEntry" options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_SINT32 label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".test.Inner" label: LABEL_OPTIONAL } }
  }
  message_type { name: "One"
    field { name: "a" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "b" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "c" number: 3 type: TYPE_MESSAGE type_name: ".test.Inner" label: LABEL_OPTIONAL oneof_index: 0 }
    oneof_decl { name: "choice" }
  }
  enum_type { name: "Colour" value { name: "RED" number: 0 } value { name: "BLUE" number: 7 } }
  service { name: "S"
    method { name: "All" input_type: ".test.All" output_type: ".test.All" }
    method { name: "Lists" input_type: ".test.All" output_type: ".test.Lists" }
    method { name: "One" input_type: ".test.All" output_type: ".test.One" }
    method { name: "Inner" input_type: ".test.All" output_type: ".test.Inner" }
    method { name: "Many" input_type: ".test.All" output_type: ".test.Inner" server_streaming: true }
  })";

const DescriptorSets& Sets() {
  static const auto sets = SetsOf({kFile});
  return *sets;
}

GrpcMethod Method(const char* name) { return *Sets().Find({"test.S", name}); }

std::string Json(const char* method, const std::string& text) {
  return JsonOf(Method(method), {Encoded(*Method(method).response, text)});
}

absl::Status StatusOf(const char* method, const std::vector<std::string>& messages,
                      const DocumentLimits& limits = {}) {
  const std::string body = Framed(messages);
  const auto frames = ReadGrpcFrames(body, "");
  REQUIRE(frames.ok());
  return ReadCall(body, *frames, Method(method), CallSide::kAnswer,
                  {RawTensors::kWritten, limits, {}})
      .status();
}

TEST_CASE("numbers of every type are exact, and bytes are base64") {
  CHECK(Json("All", R"(d: 0.1 f: 0.5 i32: -5 i64: -9223372036854775808 u32: 4294967295
                       u64: 18446744073709551615 s32: -3 s64: -4 f32: 4000000000
                       f64: 18446744073709551614 sf32: -6 sf64: -7 b: true s: "\303\251"
                       raw: "\000\377a" e: BLUE m { x: 1 })") ==
        R"({"d":0.1,"f":0.5,"i32":-5,"i64":-9223372036854775808,"u32":4294967295,)"
        R"("u64":18446744073709551615,"s32":-3,"s64":-4,"f32":4000000000,)"
        R"("f64":18446744073709551614,"sf32":-6,"sf64":-7,"b":true,"s":"é","raw":"AP9h",)"
        R"("e":"BLUE","m":{"x":1,"list":[]}})");
}

TEST_CASE("NaN and the infinities are numbers") {
  CHECK(
      Json("Lists", "f: [nan, inf, -inf, 1]").starts_with(R"({"f":[NaN,Infinity,-Infinity,1.0])"));
}

TEST_CASE("what is absent has its default, or is absent where it has presence") {
  CHECK(Json("All", "") ==
        R"({"d":0.0,"f":0.0,"i32":0,"i64":0,"u32":0,"u64":0,"s32":0,"s64":0,"f32":0,"f64":0,)"
        R"("sf32":0,"sf64":0,"b":false,"s":"","raw":"","e":"RED"})");
  CHECK(Json("Lists", "") == R"({"f":[],"s":[],"m":[],"u":[],"e":[],"words":{},"by_int":{}})");
}

TEST_CASE("maps have their keys in order, and of two entries the last counts") {
  const GrpcMethod method = Method("Lists");
  const std::string one = Encoded(*method.response, R"(words { key: "b" value: 1 })");
  const std::string two = Encoded(*method.response, R"(words { key: "a" value: 2 })");
  const std::string again = Encoded(*method.response, R"(words { key: "b" value: 3 })");
  CHECK(JsonOf(method, {one + two + again}).find(R"("words":{"a":2,"b":3})") != std::string::npos);
  CHECK(Json("Lists", "by_int { key: -3 value { x: 4 } }").find(R"("by_int":{"-3":{"x":4,)") !=
        std::string::npos);
}

TEST_CASE("an enumeration's number without a name is a number") {
  CHECK(Json("All", "e: 99").find(R"("e":99)") != std::string::npos);
  CHECK(Json("Lists", "e: [BLUE, RED, 5]").find(R"("e":["BLUE","RED",5])") != std::string::npos);
}

TEST_CASE("lists that are not packed, and in pieces, are the same lists") {
  const GrpcMethod method = Method("Inner");
  // list: 1 as a varint, [2, 3] packed, 4 as a varint.
  const std::string pieces("\x10\x01\x12\x02\x02\x03\x10\x04");
  CHECK(JsonOf(method, {pieces}) == R"({"x":0,"list":[1,2,3,4]})");
}

TEST_CASE("a message in two pieces is merged, and the last of two numbers counts") {
  const GrpcMethod method = Method("All");
  const std::string first = Encoded(*method.response, "i32: 1 m { x: 1 list: 5 }");
  const std::string second = Encoded(*method.response, "i32: 2 m { list: 6 inner { x: 9 } }");
  const std::string json = JsonOf(method, {first + second});
  CHECK(json.find(R"("i32":2)") != std::string::npos);
  CHECK(json.find(R"("m":{"x":1,"list":[5,6],"inner":{"x":9,"list":[]}})") != std::string::npos);
}

TEST_CASE("of a oneof the last member stays") {
  const GrpcMethod method = Method("One");
  const auto part = [&](const char* text) { return Encoded(*method.response, text); };
  CHECK(JsonOf(method, {part("a: 1") + part("b: 'x'")}) == R"({"b":"x"})");
  CHECK(JsonOf(method, {part("b: 'x'") + part("a: 0")}) == R"({"a":0})");
  CHECK(JsonOf(method, {part("c { x: 1 }") + part("c { list: 2 }")}) ==
        R"({"c":{"x":1,"list":[2]}})");
  CHECK(JsonOf(method, {part("c { x: 1 }") + part("a: 3") + part("c { list: 2 }")}) ==
        R"({"c":{"x":0,"list":[2]}})");
}

TEST_CASE("unknown fields are kept with their numbers and types") {
  const GrpcMethod method = Method("Inner");
  const std::string known = Encoded(*method.response, "x: 1 list: [1, 2] inner { x: 2 list: 3 }");
  // #9: 5 and 6, #10: fixed32 1, #12: "ab".
  const std::string unknown(
      "\x48\x05\x48\x06\x55\x01\x00\x00\x00\x62\x02"
      "ab",
      13);
  const std::string json = JsonOf(method, {known + unknown});
  CHECK(json.find(R"("#9":[{"varint":5},{"varint":6}],"#10":[{"fixed32":1}],)"
                  R"("#12":[{"bytes":"YWI="}])") != std::string::npos);
}

TEST_CASE("a message of which more is unknown than known does not fit its descriptor") {
  CHECK(StatusOf("Inner", {"\x48\x05"}).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(StatusOf("Inner", {"\x08\x01\x48\x05"}).ok());
  CHECK(StatusOf("Inner", {"\x08\x01\x48\x05\x50\x05"}).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(StatusOf("Inner", {""}).ok());
}

TEST_CASE("a known field of another wire type counts as unknown") {
  CHECK(StatusOf("Inner", {std::string("\x0D\x01\x00\x00\x00", 5)}).code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("bytes that are no message do not fit") {
  for (const char* bytes : {"\xFF", "\x08", "\x12\x05\x01", "\x0F", "\x0C", "\x1A\x03\x08"}) {
    INFO(bytes);
    CHECK(StatusOf("Inner", {bytes}).code() == absl::StatusCode::kFailedPrecondition);
  }
  CHECK(StatusOf("All", {"\x72\x02\xC3\x28"}).code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("messages inside each other are bounded, and so are values") {
  std::string deep;
  for (int i = 0; i < 120; ++i) {
    std::string outer = "\x1A";
    for (std::size_t size = deep.size(); true; size >>= 7) {
      outer += static_cast<char>(size > 127 ? (size & 127) | 128 : size);
      if (size <= 127) break;
    }
    deep = outer + deep;
  }
  CHECK(StatusOf("Inner", {deep}).code() == absl::StatusCode::kFailedPrecondition);
  const std::string many = Encoded(*Method("Lists").response,
                                   "f: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]");
  CHECK(StatusOf("Lists", {many}, {.max_nodes = 16}).code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(StatusOf("Lists", {many}, {.max_nodes = 64}).ok());
}

TEST_CASE("a stream is a list of its messages, and what is no stream has exactly one") {
  const std::string one = Encoded(*Method("Inner").response, "x: 1");
  CHECK(JsonOf(Method("Many"), {one, ""}) ==
        R"({"responses":[{"x":1,"list":[]},{"x":0,"list":[]}]})");
  CHECK(JsonOf(Method("Many"), {}) == R"({"responses":[]})");
  CHECK(StatusOf("Inner", {}).code() == absl::StatusCode::kInvalidArgument);
  CHECK(StatusOf("Inner", {one, one}).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a path names a service and a method, whatever stands before and behind them") {
  CHECK(GrpcMethodNameOf("/a.B/C").service == "a.B");
  CHECK(GrpcMethodNameOf("/prefix/a.B/C?x=/y").method == "C");
  for (const char* path : {"", "/", "/a", "a", "//", "/a/"}) {
    INFO(path);
    CHECK(GrpcMethodNameOf(path).service.empty());
  }
  CHECK(BundledMethods().Find(GrpcMethodNameOf(kInfer)));
  CHECK(BundledMethods().Find(GrpcMethodNameOf("/grpc.health.v1.Health/Watch"))->server_streams);
  CHECK_FALSE(BundledMethods().Find({"inference.GRPCInferenceService", "Nothing"}));
}

}  // namespace
}  // namespace understudy
