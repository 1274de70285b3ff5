// JSON Schemas: keywords, references, what is refused, bounds.
#include "comparators/schema.h"

#include <catch2/catch.hpp>
#include <string>

namespace understudy {
namespace {

constexpr std::uint64_t kSteps = 10'000'000;

struct Example {
  const char* schema;
  const char* value;
  bool valid;  // jsonschema 4.26.0 for Python, Draft202012Validator(schema).is_valid(value)
};

constexpr Example kExamples[] = {
    {R"({"type": "integer"})", R"(1)", true},
    {R"({"type": "integer"})", R"(1.0)", true},
    {R"({"type": "integer"})", R"(1.5)", false},
    {R"({"type": "integer"})", R"("1")", false},
    {R"({"type": "integer"})", R"(true)", false},
    {R"({"type": "integer"})", R"(null)", false},
    {R"({"type": "integer"})", R"(1000000000000000000000000000000)", true},
    {R"({"type": ["string", "null"]})", R"("a")", true},
    {R"({"type": ["string", "null"]})", R"(null)", true},
    {R"({"type": ["string", "null"]})", R"(1)", false},
    {R"({"type": ["string", "null"]})", R"([])", false},
    {R"({"type": "number"})", R"(1)", true},
    {R"({"type": "number"})", R"(2.5)", true},
    {R"({"type": "number"})", R"("2.5")", false},
    {R"({"type": "number"})", R"(false)", false},
    {R"({"enum": ["a", 1, {"x": [1, 2]}]})", R"("a")", true},
    {R"({"enum": ["a", 1, {"x": [1, 2]}]})", R"(1.0)", true},
    {R"({"enum": ["a", 1, {"x": [1, 2]}]})", R"({"x": [1, 2]})", true},
    {R"({"enum": ["a", 1, {"x": [1, 2]}]})", R"({"x": [2, 1]})", false},
    {R"({"enum": ["a", 1, {"x": [1, 2]}]})", R"("b")", false},
    {R"({"const": {"a": 1, "b": 2}})", R"({"b": 2, "a": 1.0})", true},
    {R"({"const": {"a": 1, "b": 2}})", R"({"a": 1})", false},
    {R"({"minimum": 1, "exclusiveMaximum": 10})", R"(1)", true},
    {R"({"minimum": 1, "exclusiveMaximum": 10})", R"(0)", false},
    {R"({"minimum": 1, "exclusiveMaximum": 10})", R"(9.99)", true},
    {R"({"minimum": 1, "exclusiveMaximum": 10})", R"(10)", false},
    {R"({"minimum": 1, "exclusiveMaximum": 10})", R"("x")", true},
    {R"({"maximum": 9223372036854775807})", R"(9223372036854775807)", true},
    {R"({"maximum": 9223372036854775807})", R"(9223372036854775808)", false},
    {R"({"exclusiveMinimum": 0})", R"(0)", false},
    {R"({"exclusiveMinimum": 0})", R"(0.0001)", true},
    {R"({"exclusiveMinimum": 0})", R"(-1)", false},
    {R"({"multipleOf": 0.01})", R"(0.015)", false},
    {R"({"multipleOf": 0.01})", R"(3)", true},
    {R"({"multipleOf": 3})", R"(9)", true},
    {R"({"multipleOf": 3})", R"(10)", false},
    {R"({"multipleOf": 3})", R"(-3)", true},
    {R"({"multipleOf": 3})", R"(0)", true},
    {R"({"minLength": 2, "maxLength": 3})", R"("a")", false},
    {R"({"minLength": 2, "maxLength": 3})", R"("ab")", true},
    {R"({"minLength": 2, "maxLength": 3})", R"("\u00e4\u00f6\u00fc")", true},
    {R"({"minLength": 2, "maxLength": 3})", R"("abcd")", false},
    {R"({"minLength": 2, "maxLength": 3})", R"("\ud83d\ude00\ud83d\ude00")", true},
    {R"({"minLength": 2, "maxLength": 3})", R"(7)", true},
    {R"({"pattern": "^a[0-9]+$"})", R"("a12")", true},
    {R"({"pattern": "^a[0-9]+$"})", R"("ba12")", false},
    {R"({"pattern": "^a[0-9]+$"})", R"("a")", false},
    {R"({"pattern": "^a[0-9]+$"})", R"(1)", true},
    {R"({"pattern": "\\u00e9|\\/"})", R"("caf\u00e9")", true},
    {R"({"pattern": "\\u00e9|\\/"})", R"("a/b")", true},
    {R"({"pattern": "\\u00e9|\\/"})", R"("cafe")", false},
    {R"({"items": {"type": "integer"}})", R"([1, 2])", true},
    {R"({"items": {"type": "integer"}})", R"([1, "2"])", false},
    {R"({"items": {"type": "integer"}})", R"([])", true},
    {R"({"items": {"type": "integer"}})", R"({})", true},
    {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false})", R"(["a", 1])",
     true},
    {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false})", R"(["a"])",
     true},
    {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false})",
     R"(["a", 1, 2])", false},
    {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false})", R"([1])",
     false},
    {R"({"contains": {"const": 1}, "minContains": 2, "maxContains": 3})", R"([1])", false},
    {R"({"contains": {"const": 1}, "minContains": 2, "maxContains": 3})", R"([1, 1])", true},
    {R"({"contains": {"const": 1}, "minContains": 2, "maxContains": 3})", R"([1, 1, 1, 2])", true},
    {R"({"contains": {"const": 1}, "minContains": 2, "maxContains": 3})", R"([1, 1, 1, 1])", false},
    {R"({"contains": {"type": "string"}})", R"([])", false},
    {R"({"contains": {"type": "string"}})", R"([1, "a"])", true},
    {R"({"uniqueItems": true})", R"([1, 2])", true},
    {R"({"uniqueItems": true})", R"([1, 1.0])", false},
    {R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, {"b": 2, "a": 1}])", false},
    {R"({"uniqueItems": true})", R"([[1], [1, 1]])", true},
    {R"({"uniqueItems": true})", R"([0, false])", true},
    {R"({"uniqueItems": true})", R"(["a", "b", "a"])", false},
    {R"({"minItems": 1, "maxItems": 2})", R"([])", false},
    {R"({"minItems": 1, "maxItems": 2})", R"([1])", true},
    {R"({"minItems": 1, "maxItems": 2})", R"([1, 2, 3])", false},
    {R"({"properties": {"a": {"type": "integer"}}, "required": ["a"]})", R"({"a": 1})", true},
    {R"({"properties": {"a": {"type": "integer"}}, "required": ["a"]})", R"({"a": "1"})", false},
    {R"({"properties": {"a": {"type": "integer"}}, "required": ["a"]})", R"({"b": 1})", false},
    {R"({"properties": {"a": {"type": "integer"}}, "required": ["a"]})", R"([])", true},
    {R"({"properties": {"a": {"type": "integer"}}, "required": ["a"]})", R"({"a": 1, "b": "x"})",
     true},
    {R"({"properties": {"a": true}, "additionalProperties": false})", R"({"a": 1})", true},
    {R"({"properties": {"a": true}, "additionalProperties": false})", R"({"a": 1, "b": 2})", false},
    {R"({"properties": {"a": true}, "additionalProperties": false})", R"({})", true},
    {R"({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}})",
     R"({"x1": 1})", true},
    {R"({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}})",
     R"({"x1": "1"})", false},
    {R"({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}})",
     R"({"y": "1"})", true},
    {R"({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}})",
     R"({"y": 1})", false},
    {R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"ab": 1})", true},
    {R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"Ab": 1})", false},
    {R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({})", true},
    {R"({"minProperties": 1, "maxProperties": 2})", R"({})", false},
    {R"({"minProperties": 1, "maxProperties": 2})", R"({"a": 1})", true},
    {R"({"minProperties": 1, "maxProperties": 2})", R"({"a": 1, "b": 2, "c": 3})", false},
    {R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})", false},
    {R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1, "b": 2})", true},
    {R"({"dependentRequired": {"a": ["b"]}})", R"({"c": 1})", true},
    {R"({"dependentSchemas": {"a": {"required": ["b"]}}})", R"({"a": 1})", false},
    {R"({"dependentSchemas": {"a": {"required": ["b"]}}})", R"({"a": 1, "b": 2})", true},
    {R"({"dependentSchemas": {"a": {"required": ["b"]}}})", R"({})", true},
    {R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", R"(2)", true},
    {R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", R"(0)", false},
    {R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", R"(4)", false},
    {R"({"anyOf": [{"type": "string"}, {"minimum": 5}]})", R"("a")", true},
    {R"({"anyOf": [{"type": "string"}, {"minimum": 5}]})", R"(7)", true},
    {R"({"anyOf": [{"type": "string"}, {"minimum": 5}]})", R"(1)", false},
    {R"({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]})", R"(2)", true},
    {R"({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]})", R"(3)", true},
    {R"({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]})", R"(6)", false},
    {R"({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]})", R"(5)", false},
    {R"({"not": {"type": "string"}})", R"(1)", true},
    {R"({"not": {"type": "string"}})", R"("a")", false},
    {R"({"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}})",
     R"({"k": "a", "x": 1})", true},
    {R"({"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}})",
     R"({"k": "a", "y": 1})", false},
    {R"({"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}})",
     R"({"k": "b", "y": 1})", true},
    {R"({"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}})",
     R"({"k": "b"})", false},
    {R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}, "required": ["v"]}}})",
     R"({"v": 1, "next": {"v": 2}})", true},
    {R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}, "required": ["v"]}}})",
     R"({"v": 1, "next": {"v": "2"}})", false},
    {R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}, "required": ["v"]}}})",
     R"({"next": {"v": 1}})", false},
    {R"({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "string"}}})", R"("x")", true},
    {R"({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "string"}}})", R"(1)", false},
    {R"({"items": {"$ref": "#word"}, "$defs": {"w": {"$anchor": "word", "type": "string"}}})",
     R"(["a"])", true},
    {R"({"items": {"$ref": "#word"}, "$defs": {"w": {"$anchor": "word", "type": "string"}}})",
     R"([1])", false},
    {R"({"$id": "https://example.org/s", "properties": {"a": {"$ref": "https://example.org/s#/$defs/i"}}, "$defs": {"i": {"type": "integer"}}})",
     R"({"a": 1})", true},
    {R"({"$id": "https://example.org/s", "properties": {"a": {"$ref": "https://example.org/s#/$defs/i"}}, "$defs": {"i": {"type": "integer"}}})",
     R"({"a": "b"})", false},
    {R"({"type": "object", "properties": {"child": {"$ref": "#"}}, "additionalProperties": false})",
     R"({"child": {"child": {}}})", true},
    {R"({"type": "object", "properties": {"child": {"$ref": "#"}}, "additionalProperties": false})",
     R"({"child": {"x": 1}})", false},
    {R"(true)", R"(1)", true},
    {R"(true)", R"(null)", true},
    {R"(false)", R"(1)", false},
    {R"({"format": "date", "title": "t", "x-own": 1})", R"("no date")", true},
};

std::optional<SchemaFault> FaultOf(const std::string& schema, const std::string& value) {
  const auto built = Schema::Build(schema);
  INFO(schema << ": " << std::string(built.status().message()));
  REQUIRE(built.ok());
  const auto document = Document::Parse(value);
  REQUIRE(document.ok());
  WorkBudget budget(kSteps);
  auto fault = (*built)->Check((*document)->root(), budget);
  REQUIRE(fault.ok());
  return *std::move(fault);
}

std::string Refusal(const std::string& schema) {
  return std::string(Schema::Build(schema).status().message());
}

TEST_CASE("schema: values are valid where the reference implementation says so") {
  for (const Example& example : kExamples) {
    INFO(example.schema << " of " << example.value);
    CHECK(FaultOf(example.schema, example.value).has_value() != example.valid);
  }
}

TEST_CASE("schema: a fault names its place and what the value must be") {
  const std::string schema = R"({"properties":{"a":{"items":{"type":"integer"}},
    "n":{"anyOf":[{"type":"string"},{"minimum":5}]},"e":{"enum":["x","y"]}},"required":["a"]})";
  const auto shown = [&](const std::string& value) {
    const auto fault = FaultOf(schema, value);
    return fault ? fault->path + " " + fault->what : "valid";
  };
  CHECK(shown(R"({"a":[1,2]})") == "valid");
  CHECK(shown(R"({"a":[1,"2"]})") == R"(/a/1 must be an integer, it is "2")");
  CHECK(shown(R"({"n":"x"})") == R"( must have a member "a")");
  CHECK(shown(R"({"a":[],"n":1})") == "/n must be what one of anyOf says, it is 1");
  CHECK(shown(R"({"a":[],"e":"z"})") == R"(/e must be one of ["x","y"], it is "z")");
}

TEST_CASE("schema: decimals and integers beyond a double are compared as they are written") {
  CHECK(FaultOf(R"({"minimum":9007199254740993})", "9007199254740992"));
  CHECK_FALSE(FaultOf(R"({"minimum":9007199254740992})", "9007199254740993"));
  CHECK_FALSE(FaultOf(R"({"maximum":18446744073709551615})", "18446744073709551615"));
  CHECK(FaultOf(R"({"maximum":18446744073709551614})", "18446744073709551615"));
  CHECK(FaultOf(R"({"minimum":-1})", "-9223372036854775808"));
  CHECK_FALSE(FaultOf(R"({"multipleOf":1e-8})", "12391239123"));
  // The reference implementation divides doubles and says no.
  CHECK_FALSE(FaultOf(R"({"multipleOf":0.01})", "19.99"));
  CHECK_FALSE(FaultOf(R"({"multipleOf":0.01})", "1234567.89"));
  CHECK(FaultOf(R"({"multipleOf":0.123456789})", "1e308"));
  CHECK(FaultOf(R"({"type":"integer"})", "NaN"));
  CHECK(FaultOf(R"({"minimum":0})", "NaN"));
}

TEST_CASE("schema: what rules ignore is valid and counts as present") {
  const auto schema =
      Schema::Build(R"({"properties":{"a":{"type":"integer"}},"required":["a"]})").value();
  const auto document = Document::Parse(R"({"a":"x"})").value();
  WorkBudget budget(kSteps);
  CHECK(schema->Check(document->root(), budget).value().has_value());
  document->SetMark(document->At("/a")->index(), JsonMark::kIgnored);
  CHECK_FALSE(schema->Check(document->root(), budget).value().has_value());
}

TEST_CASE("schema: what is wrong in a schema is refused by place and keyword") {
  CHECK(Refusal(R"({"properties":{"a/b":{"type":"text"}}})") ==
        "at \"/properties/a~1b\": \"type\" must be one or a list of null, boolean, integer, "
        "number, string, array, object; it is \"text\"");
  CHECK(Refusal(R"({"requierd":["a"]})") ==
        "at \"\": \"requierd\" is no keyword that is known; names of your own start with x-; it "
        "is [\"a\"]");
  CHECK(Refusal(R"({"items":[true]})") ==
        "at \"/items\": a schema is an object, true or false, not [true]");
  for (const char* schema : {
           "[]",
           "7",
           R"({"allOf":[]})",
           R"({"allOf":{}})",
           R"({"type":[]})",
           R"({"type":["string",1]})",
           R"({"minLength":-1})",
           R"({"minLength":1.5})",
           R"({"maximum":"1"})",
           R"({"maximum":1e999})",
           R"({"exclusiveMaximum":true})",
           R"({"multipleOf":0})",
           R"({"required":"a"})",
           R"({"required":[1]})",
           R"({"uniqueItems":1})",
           R"({"enum":1})",
           R"({"properties":[]})",
           R"({"dependentRequired":{"a":1}})",
           R"({"unevaluatedProperties":false})",
           R"({"$dynamicRef":"#a"})",
           R"({"additionalItems":false})",
           R"({"dependencies":{}})",
           R"({"nullable":true})",
           R"({"properties":{"a":{"$id":"b"}}})",
       }) {
    INFO(schema);
    CHECK_FALSE(Schema::Build(schema).ok());
  }
}

TEST_CASE("schema: references lead into the schema, and not in circles") {
  CHECK(Refusal(R"({"$ref":"https://example.org/other"})").find("leads outside the schema") !=
        std::string::npos);
  CHECK(Refusal(R"({"$ref":"other.json#/a"})").find("leads outside") != std::string::npos);
  CHECK(Refusal(R"({"$ref":"#/$defs/none"})").find("leads nowhere") != std::string::npos);
  CHECK(Refusal(R"({"$ref":"#none"})").find("leads nowhere") != std::string::npos);
  CHECK(Refusal(R"({"$ref":"#"})") ==
        "at \"\": references lead back to where they started without going further into the value");
  CHECK(Refusal(R"({"$defs":{"a":{"anyOf":[{"not":{"$ref":"#/$defs/b"}}]},)"
                R"("b":{"if":{"$ref":"#/$defs/a"}}},"items":{"$ref":"#/$defs/a"}})")
            .find("references lead back") != std::string::npos);
  // An anchor among the values of an enum is none.
  CHECK_FALSE(Schema::Build(R"({"enum":[{"$anchor":"a"}],"items":{"$ref":"#a"}})").ok());
}

TEST_CASE("schema: patterns that need look-around or back-references are refused") {
  CHECK(Refusal(R"({"pattern":"^(?=a)b"})").find("RE2 does not read") != std::string::npos);
  CHECK_FALSE(Schema::Build(R"({"pattern":"(a)\\1"})").ok());
  CHECK_FALSE(Schema::Build(R"({"patternProperties":{"(":true}})").ok());
  CHECK_FALSE(Schema::Build(R"({"pattern":"((a{1000}){1000}){1000}"})").ok());
}

absl::StatusCode CodeOf(const std::string& schema, const std::string& value) {
  const auto built = Schema::Build(schema);
  INFO(schema.substr(0, 200) << ": " << std::string(built.status().message()));
  REQUIRE(built.ok());
  const auto document = Document::Parse(value).value();
  WorkBudget budget(kSteps);
  return (*built)->Check(document->root(), budget).status().code();
}

// Checks that would take exponential or quadratic time, or all of the stack, end with an error.
TEST_CASE("schema: checks beyond the bounds are too large") {
  const std::string deep = std::string(400, '[') + "1" + std::string(400, ']');
  const std::string less_deep = std::string(60, '[') + "1" + std::string(60, ']');
  // Every level is tried twice for each try of the level above.
  CHECK(CodeOf(R"({"anyOf":[{"type":"array","items":{"$ref":"#"}},)"
               R"({"type":"array","items":{"$ref":"#"},"minItems":1}]})",
               less_deep) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf(R"({"items":{"allOf":[{"allOf":[{"$ref":"#"}]}]}})", deep) ==
        absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf(R"({"items":{"$ref":"#"}})", deep) == absl::StatusCode::kOk);
  std::string wide = "{";
  for (int i = 0; i < 20'000; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  wide.back() = '}';
  std::string dependent = "{\"dependentRequired\":{";
  for (int i = 0; i < 1'000; ++i) dependent += "\"k" + std::to_string(i) + "\":[\"k0\"],";
  dependent.back() = '}';
  CHECK(CodeOf(dependent + "}", wide) == absl::StatusCode::kResourceExhausted);
  // Integers that are the same double: each is compared with all before it.
  std::string big = "[";
  for (int i = 100'000; i < 105'000; ++i) {
    big += "1" + std::string(30, '0') + std::to_string(i) + ",";
  }
  big.back() = ']';
  CHECK(CodeOf(R"({"uniqueItems":true})", big) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("schema: a pattern made to backtrack takes linear time") {
  const std::string pattern = R"-({"pattern":"(x+x+)+y"})-";
  const auto text = [](std::size_t size) { return "\"" + std::string(size, 'x') + "\""; };
  CHECK(FaultOf(pattern, text(1'000'000)));
  CHECK(CodeOf(pattern, text(20'000'000)) == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace understudy
