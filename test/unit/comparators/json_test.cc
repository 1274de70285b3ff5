// The `json` comparator: structure, tolerances, arrays as lists, sets and by key.
#include "comparators/json.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& baseline, const std::string& candidate,
                   const std::string& options = "") {
  return CompareBodies<JsonComparator>(baseline, candidate, options);
}

double Divergence(const std::string& baseline, const std::string& candidate,
                  const std::string& options = "") {
  return Compare(baseline, candidate, options).divergence;
}

std::string BuildFault(const std::string& options) {
  return std::string(JsonComparator::Build(options).status().message());
}

TEST_CASE("json: equal values are at 0 whatever the order of members or the spaces") {
  CHECK(Divergence(R"({"a":1,"b":[true,null]})", R"({ "b":[true,null], "a":1.0 })") == 0);
  CHECK(Compare("{}", "{}").reason.empty());
}

TEST_CASE("json: the divergence is the share of leaves that differ") {
  const Comparison comparison =
      Compare(R"({"a":1,"b":"x","c":[1,2]})", R"({"a":1,"b":"y","c":[1,3]})");
  CHECK(comparison.divergence == 0.5);
  CHECK(comparison.reason == "2 of 4 leaves differ");
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0].path == "/b");
  CHECK(comparison.differences[0].kind == "value");
  CHECK(comparison.differences[0].baseline == "\"x\"");
  CHECK(comparison.differences[0].candidate == "\"y\"");
  CHECK(comparison.differences[1].path == "/c/1");
  CHECK(Divergence(R"({"a":1,"b":2})", R"({"a":1,"b":3})", R"({"score":"any"})") == 1);
}

TEST_CASE("json: missing, extra and retyped parts count with all their leaves") {
  const Comparison missing = Compare(R"({"a":1,"b":{"c":1,"d":2}})", R"({"a":1,"e~/":[7]})");
  CHECK(missing.divergence == 0.75);  // c, d gone and e/0 come, a the same
  REQUIRE(missing.differences.size() == 2);
  CHECK(missing.differences[0].kind == "missing");
  CHECK(missing.differences[0].path == "/b");
  CHECK(missing.differences[1].kind == "extra");
  CHECK(missing.differences[1].path == "/e~0~1");
  const Comparison retyped = Compare(R"({"a":1,"b":[1,2,3]})", R"({"a":1,"b":"1,2,3"})");
  CHECK(retyped.divergence == 0.75);
  CHECK(retyped.differences[0].kind == "type");
  CHECK(Divergence("true", "1") == 1);
  CHECK(Divergence("null", "false") == 1);
  CHECK(Divergence("[]", "{}") == 1);
  CHECK(Divergence("[1,2]", "[1,2,3,4]") == 0.5);
}

TEST_CASE("json: decimals have tolerances and integers have none unless asked") {
  CHECK(Divergence("1.0001", "1.0") == 1);
  CHECK(Divergence("1.0", "1.0001", R"({"atol":0.001})") == 0);
  CHECK(Divergence("100.0", "101.0", R"({"rtol":0.01})") == 0);
  CHECK(Divergence("100.0", "101.5", R"({"rtol":0.01})") == 1);
  CHECK(Divergence("100", "101", R"({"rtol":0.5})") == 1);
  CHECK(Divergence("100", "101", R"({"rtol":0.5,"integers":"tolerance"})") == 0);
  CHECK(Divergence("9007199254740993", "9007199254740992") == 1);
  CHECK(Divergence("9007199254740993", "9007199254740992.0") == 1);
  CHECK(Divergence("1e400", "1e401", R"({"rtol":0.5})") == 1);
}

TEST_CASE("json: NaN equals NaN by default and not by option") {
  CHECK(Divergence("[NaN]", "[NaN]") == 0);
  CHECK(Divergence("[NaN]", "[NaN]", R"({"equal_nan":false})") == 1);
  CHECK(Divergence("[NaN]", "[1.0]", R"({"rtol":1})") == 1);
  CHECK(Divergence("[Infinity]", "[-Infinity]") == 1);
  CHECK(JsonComparator::Build("").value()->SameBytesAreEqual());
  CHECK_FALSE(JsonComparator::Build(R"({"equal_nan":false})").value()->SameBytesAreEqual());
}

TEST_CASE("json: arrays as sets have no order") {
  const std::string set = R"({"arrays":"set"})";
  CHECK(Divergence("[1,2,3]", "[3,1,2]", set) == 0);
  CHECK(Divergence("[1,2,3]", "[3,1,2]") == 1);
  CHECK(Divergence("[1,1,2]", "[1,2,2]", set) == Approx(1.0 / 3));
  CHECK(Divergence(R"([{"a":1,"b":[1,2]},{"a":2}])", R"([{"a":2},{"b":[2,1],"a":1.0}])", set) == 0);
  const Comparison comparison = Compare(R"(["x","y"])", R"(["y","z"])", set);
  CHECK(comparison.divergence == 0.5);
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0].kind == "missing");
  CHECK(comparison.differences[0].baseline == "\"x\"");
  CHECK(comparison.differences[1].kind == "extra");
  CHECK(comparison.differences[1].candidate == "\"z\"");
}

TEST_CASE("json: numbers of sets pair up within the tolerance as well as they can") {
  const std::string set = R"({"arrays":"set","atol":0.1})";
  CHECK(Divergence("[1.0,2.0,3.0]", "[3.05,0.95,2.0]", set) == 0);
  // 1.0 could take 1.05, which then would leave 1.1 without a partner.
  CHECK(Divergence("[1.1,1.0]", "[1.05,0.95]", set) == 0);
  CHECK(Divergence("[1.0,2.0]", "[2.5,1.0]", set) == 0.5);
  CHECK(Divergence(R"([{"p":1.0},{"p":2.0}])", R"([{"p":2.05},{"p":1.05}])", set) == 0);
}

TEST_CASE("json: arrays aligned by a key compare elements of the same key") {
  const std::string keyed = R"({"arrays":{"key":"/id"}})";
  CHECK(Divergence(R"([{"id":1,"v":1},{"id":2,"v":2}])", R"([{"id":2,"v":2},{"id":1,"v":1}])",
                   keyed) == 0);
  const Comparison comparison = Compare(R"([{"id":"a","v":1},{"id":"b","v":2}])",
                                        R"([{"id":"b","v":3},{"id":"c","v":1}])", keyed);
  REQUIRE(comparison.differences.size() == 3);
  CHECK(comparison.differences[0].path == "/\"a\"");
  CHECK(comparison.differences[0].kind == "missing");
  CHECK(comparison.differences[1].path == "/\"b\"/v");
  CHECK(comparison.differences[2].kind == "extra");
  CHECK(comparison.divergence == Approx(5.0 / 6));
  // A key that a rule ignores makes no difference: the order counts.
  ParsedPair ignored(R"([{"id":1,"v":1}])", R"([{"id":2,"v":1}])");
  for (ParsedBody* body : {&ignored.baseline, &ignored.candidate}) {
    body->document->SetMark(body->document->At("/0/id")->index(), JsonMark::kIgnored);
  }
  CHECK(JsonComparator::Build(keyed).value()->Compare(ignored.pair).value().divergence == 0);
  // Elements without the key, or with one that repeats, are aligned in their order.
  CHECK(Divergence("[1,2,{\"id\":1},{\"id\":1}]", "[1,{\"id\":1},2,{\"id\":1}]", keyed) == 0);
}

TEST_CASE("json: array rules apply where their path matches, the first one first") {
  const std::string options =
      R"({"arrays":[{"path":"/a/**/s","as":"set"},{"path":"/k","as":{"key":"/id"}}]})";
  CHECK(Divergence(R"({"a":{"s":[1,2]}})", R"({"a":{"s":[2,1]}})", options) == 0);
  CHECK(Divergence(R"({"b":{"s":[1,2]}})", R"({"b":{"s":[2,1]}})", options) == 1);
  CHECK(Divergence(R"({"k":[{"id":1},{"id":2}]})", R"({"k":[{"id":2},{"id":1}]})", options) == 0);
}

TEST_CASE("json: a set too large to match in bounded time cannot be told") {
  std::string baseline = "[";
  std::string candidate = "[";
  for (int i = 0; i < 6000; ++i) {
    baseline += "[" + std::to_string(i) + ".0],";
    candidate += "[" + std::to_string(i) + ".5],";
  }
  baseline += "[0]]";
  candidate += "[0]]";
  auto comparator = JsonComparator::Build(R"({"arrays":"set","atol":0.001})");
  const ParsedPair pair(baseline, candidate);
  CHECK((*comparator)->Compare(pair.pair).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("json: the incumbent's text must be JSON and a candidate's that is not is different") {
  auto comparator = JsonComparator::Build("");
  const ParsedPair broken_baseline("oops", "{}");
  CHECK((*comparator)->Compare(broken_baseline.pair).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(Divergence("{}", "oops") == 1);
}

TEST_CASE("json: options are read strictly") {
  CHECK(BuildFault(R"({"rtoll":1})") ==
        "comparator json: there is no option \"rtoll\". Did you mean \"rtol\"?");
  CHECK(BuildFault(R"({"rtol":-1})") ==
        "comparator json: option \"rtol\" must be a number of 0 or more; it is -1");
  CHECK(BuildFault(R"({"rtol":"1e-3"})") != "");
  CHECK(BuildFault(R"({"rtol":NaN})") != "");
  CHECK(BuildFault(R"({"arrays":"bag"})") ==
        "comparator json: option \"arrays\" must be list, set, {\"key\": \"/id\"} or a list of "
        "rules; it is \"bag\"");
  CHECK(BuildFault(R"({"arrays":{"key":"id"}})") != "");
  CHECK(BuildFault(R"({"arrays":[{"path":"/a"}]})") != "");
  CHECK(BuildFault(R"({"arrays":[{"path":"a","as":"set"}]})") != "");
  CHECK(BuildFault(R"({"score":"some"})") ==
        "comparator json: option \"score\" must be one of \"share\", \"any\"; it is \"some\"");
  CHECK(BuildFault("[1]") == "comparator json: the options must be an object, not [1]");
  CHECK(BuildFault("{") != "");
}

}  // namespace
}  // namespace understudy
