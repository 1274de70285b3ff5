// The `json_schema` comparator: which of two answers is valid, and where they are.
#include "comparators/json_schema.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& baseline, const std::string& candidate,
                   const std::string& options) {
  return CompareBodies<JsonSchemaComparator>(baseline, candidate, options);
}

const std::string kSchema =
    R"("schema":{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]})";
const std::string kBody = "{" + kSchema + "}";
const std::string kAge = R"({"age":7})";
const std::string kNoAge = R"({"age":"seven"})";

std::string Chat(const std::string& content) {
  return R"({"choices":[{"message":{"content":)" + content + "}}]}";
}
const std::string kContent = R"("path":"/choices/*/message/content")";

TEST_CASE("json_schema: an invalid answer where the incumbent's is valid is wholly different") {
  const Comparison comparison = Compare(kAge, kNoAge, kBody);
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason ==
        R"(the candidate's is not valid: /age must be an integer, it is "seven")");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].path == "/age");
  CHECK(comparison.differences[0].baseline == "valid");
  CHECK(Compare(kAge, "{}", kBody).reason ==
        R"(the candidate's is not valid: the body must have a member "age")");
}

TEST_CASE("json_schema: two valid answers are the same, and so is a candidate that is better") {
  CHECK(Compare(kAge, R"({"age":8,"more":1})", kBody).divergence == 0);
  const Comparison better = Compare(kNoAge, kAge, kBody);
  CHECK(better.divergence == 0);
  CHECK(better.reason.empty());
  CHECK(better.differences.at(0).candidate == "valid");
}

TEST_CASE("json_schema: two invalid answers are the same, different or uncomparable, as told") {
  const auto options = [](const std::string& word) {
    return "{" + kSchema + R"(,"both_invalid":")" + word + "\"}";
  };
  const Comparison same = Compare(kNoAge, "[]", kBody);
  CHECK(same.divergence == 0);
  REQUIRE(same.differences.size() == 1);
  CHECK(same.differences[0].candidate == "must be an object, it is []");
  CHECK(Compare(kNoAge, "[]", options("different")).divergence == 1);
  const auto unknown =
      TryCompare<JsonSchemaComparator>(ParsedPair(kNoAge, "[]"), options("uncomparable"));
  CHECK(unknown.status().code() == absl::StatusCode::kUnimplemented);
  CHECK(JsonSchemaComparator::Build(kBody).value()->SameBytesAreEqual());
  CHECK_FALSE(JsonSchemaComparator::Build(options("different")).value()->SameBytesAreEqual());
}

TEST_CASE("json_schema: a text at the path is read as JSON unless told otherwise") {
  const std::string options = "{" + kSchema + "," + kContent + "}";
  const std::string good = Chat(R"("{\"age\":7}")");
  CHECK(Compare(good, Chat(R"(" {\"age\": 8}\n")"), options).divergence == 0);
  CHECK(Compare(good, Chat(R"("{\"age\":\"8\"}")"), options).reason ==
        R"(the candidate's is not valid: /choices/0/message/content/age must be an integer, it is )"
        R"("8")");
  CHECK(Compare(good, Chat(R"("Sure: {\"age\":8}")"), options).divergence == 1);
  CHECK(Compare(good, Chat("null"), options).divergence == 1);
  CHECK(Compare(good, R"({"choices":[]})", options).divergence == 1);
  const std::string texts = R"({"schema":{"type":"string"},"parse_text":false,)" + kContent + "}";
  CHECK(Compare(good, Chat("\"x\""), texts).divergence == 0);
  CHECK(Compare(good, Chat("7"), texts).divergence == 1);
}

TEST_CASE("json_schema: without a schema a text must be JSON") {
  const std::string options = "{" + kContent + "}";
  CHECK(Compare(Chat(R"("[1]")"), Chat(R"("{}")"), options).divergence == 0);
  CHECK(Compare(Chat(R"("[1]")"), Chat(R"("{")"), options).divergence == 1);
}

TEST_CASE("json_schema: the first of several places that is invalid decides") {
  const std::string options = R"({"schema":{"minimum":0},"path":["/a","/b"]})";
  const Comparison comparison = Compare(R"({"a":1,"b":1})", R"({"a":1,"b":-1})", options);
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason == "the candidate's is not valid: /b must be at least 0, it is -1");
}

TEST_CASE("json_schema: all places together have one bound") {
  // Each place takes about a million steps.
  const std::string options = R"({"path":"/*","schema":{"$ref":"#/$defs/s","$defs":{"s":{"anyOf":[)"
                              R"({"type":"array","items":{"$ref":"#/$defs/s"}},)"
                              R"({"type":"array","items":{"$ref":"#/$defs/s"},"minItems":1}]}}}})";
  const std::string one = std::string(17, '[') + "1" + std::string(17, ']');
  std::string many = one;
  for (int i = 0; i < 30; ++i) many += "," + one;
  CHECK(Compare("[" + one + "]", "[" + one + "]", options).divergence == 0);
  CHECK(TryCompare<JsonSchemaComparator>(ParsedPair("[" + many + "]", "[" + many + "]"), options)
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("json_schema: errors and answers without JSON are as values at paths are") {
  CHECK(TryCompare<JsonSchemaComparator>(ParsedPair("{}", "{}", 200, 500), kBody)->divergence == 1);
  CHECK(Compare(kAge, "age: 7", kBody).divergence == 1);
  CHECK(TryCompare<JsonSchemaComparator>(ParsedPair("age: 7", kAge), kBody).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(TryCompare<JsonSchemaComparator>(ParsedPair(kAge, kAge), R"({"path":"/nowhere"})")
            .status()
            .code() == absl::StatusCode::kUnimplemented);
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += "[";
  CHECK(TryCompare<JsonSchemaComparator>(ParsedPair(Chat("\"1\""), Chat("\"" + deep + "\"")),
                                         "{" + kContent + "}")
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("json_schema: a schema that cannot be used is refused with its place") {
  CHECK(std::string(JsonSchemaComparator::Build(R"({"schema":{"items":{"type":"int"}}})")
                        .status()
                        .message()) ==
        "comparator json_schema: option \"schema\" is no JSON Schema that can be used: at "
        "\"/items\": \"type\" must be one or a list of null, boolean, integer, number, string, "
        "array, object; it is \"int\"; it is {\"items\":{\"type\":\"int\"}}");
  // Deeper than other options may be.
  std::string schema = R"({"type":"integer"})";
  for (int i = 0; i < 25; ++i) schema = R"({"properties":{"a":)" + schema + "}}";
  CHECK(JsonSchemaComparator::Build(R"({"schema":)" + schema + "}").ok());
}

}  // namespace
}  // namespace understudy
