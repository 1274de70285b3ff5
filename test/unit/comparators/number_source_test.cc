// Where numbers come from: outputs or paths, matched by place or by index.
#include "comparators/number_source.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/parsed_pair.h"

namespace understudy {
namespace {

constexpr OptionDoc kKnown[] = {{"outputs", "", "", ""}, {"paths", "", "", ""}};
constexpr NumberForms kForms{.texts = NumberForms::Texts::kFloats};

NumberSource SourceOf(const std::string& options) {
  NumberSource source(kForms);
  const auto reader = OptionReader::Open("it", options, kKnown);
  REQUIRE(reader.ok());
  REQUIRE(source.Read(**reader).ok());
  return source;
}

std::string First(const NumberRows& rows) {
  return rows.size() == 0 || rows[0].values.empty() ? "-" : std::to_string(rows[0].values[0]);
}

std::string Found(const NumberSource& source, const std::string& baseline,
                  const std::string& candidate) {
  const ParsedPair pair(baseline, candidate);
  std::string text;
  const auto decided = source.ForEach(pair.pair, [&](NumbersPair& numbers) {
    text += numbers.place.path + ":" + First(numbers.baseline).substr(0, 3) + "," +
            First(numbers.candidate).substr(0, 3) + (numbers.fault.empty() ? " " : "! ");
  });
  if (!decided.ok()) return std::string(absl::StatusCodeToString(decided.status().code()));
  if (*decided) return "decided";
  return text;
}

TEST_CASE("number source: outputs unless paths are given, and never both") {
  const std::string answer = R"({"outputs":[{"name":"p","datatype":"FP32","shape":[1],"data":[1]},
    {"name":"q","datatype":"FP32","shape":[1],"data":[2]}],"x":[3]})";
  CHECK(Found(SourceOf(""), answer, answer) == "/outputs/0/data:1.0,1.0 /outputs/1/data:2.0,2.0 ");
  CHECK(Found(SourceOf(R"({"outputs":["q"]})"), answer, answer) == "/outputs/1/data:2.0,2.0 ");
  CHECK(Found(SourceOf(R"({"paths":"/x"})"), answer, answer) == "/x:3.0,3.0 ");
  const auto reader = OptionReader::Open("it", R"({"outputs":["q"],"paths":"/x"})", kKnown);
  NumberSource source(kForms);
  CHECK_FALSE(source.Read(**reader).ok());
}

TEST_CASE("number source: default places are looked at when the incumbent has no outputs") {
  NumberSource source = SourceOf("");
  constexpr std::string_view kPlaces[] = {"/a", "/b"};
  source.SetDefaults(kPlaces);
  CHECK(Found(source, R"({"a":[1],"b":"x"})", R"({"a":[2],"b":"y"})") == "/a:1.0,2.0 ");
  CHECK(Found(source, Answer1("FP32", "[1]", "[1]"), Answer1("FP32", "[1]", "[2]")) ==
        "/outputs/0/data:1.0,2.0 ");
}

TEST_CASE("number source: a place of one answer alone is a fault, unlike numbers are one too") {
  const NumberSource source = SourceOf(R"({"paths":"/*"})");
  CHECK(Found(source, R"({"a":[1],"b":[2]})", R"({"a":[1],"c":[3]})") ==
        "/a:1.0,1.0 /b:2.0,-! /c:-,3.0! ");
  CHECK(Found(source, R"({"a":[1]})", R"({"a":["x"]})") == "/a:1.0,-! ");
  // Where the incumbent has no numbers there is nothing to hold against.
  CHECK(Found(source, R"({"a":"x","b":[1]})", R"({"a":[1],"b":[1]})") == "/b:1.0,1.0 ");
  CHECK(Found(source, R"({"a":"x"})", R"({"a":[1]})") == "UNIMPLEMENTED");
  CHECK(Found(source, "{}", "{}") == "UNIMPLEMENTED");
  CHECK(Found(source, "{}", "no") == "decided");
}

TEST_CASE("number source: values are matched by the index beside them, or else by place") {
  NumberSource source = SourceOf(R"({"paths":"/data/*/v"})");
  source.SetIndex("index");
  const std::string sorted = R"({"data":[{"index":0,"v":[1]},{"index":1,"v":[2]}]})";
  const std::string turned = R"({"data":[{"index":1,"v":[2]},{"index":0,"v":[1]}]})";
  CHECK(Found(source, sorted, turned) == "/data/0/v:1.0,1.0 /data/1/v:2.0,2.0 ");
  CHECK(Found(source, turned, sorted) == "/data/0/v:2.0,2.0 /data/1/v:1.0,1.0 ");
  CHECK(Found(source, sorted, R"({"data":[{"index":2,"v":[3]},{"index":1,"v":[2]}]})") ==
        "/data/0/v:1.0,-! /data/1/v:2.0,2.0 /data/0/v:-,3.0! ");
  // No index, or one twice, in one of the answers.
  CHECK(Found(source, sorted, R"({"data":[{"v":[2]},{"index":0,"v":[1]}]})") ==
        "/data/0/v:1.0,2.0 /data/1/v:2.0,1.0 ");
  CHECK(Found(source, sorted, R"({"data":[{"index":0,"v":[2]},{"index":0,"v":[1]}]})") ==
        "/data/0/v:1.0,2.0 /data/1/v:2.0,1.0 ");
  source.SetIndex("");
  CHECK(Found(source, sorted, turned) == "/data/0/v:1.0,2.0 /data/1/v:2.0,1.0 ");
}

TEST_CASE("number source: decimals against base64 are compared in single precision") {
  const NumberSource source = SourceOf(R"({"paths":"/v"})");
  const ParsedPair pair(R"({"v":[1,-2.5,0.1]})", R"({"v":"AACAPwAAIMDNzMw9"})");
  bool seen = false;
  REQUIRE(source
              .ForEach(pair.pair,
                       [&](NumbersPair& numbers) {
                         seen = true;
                         const auto left = numbers.baseline[0].values;
                         const auto right = numbers.candidate[0].values;
                         CHECK(std::vector<double>(left.begin(), left.end()) ==
                               std::vector<double>(right.begin(), right.end()));
                       })
              .ok());
  CHECK(seen);
}

}  // namespace
}  // namespace understudy
