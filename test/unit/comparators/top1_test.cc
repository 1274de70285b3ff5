// The `top1` comparator: flips of labels, near ties, classification strings.
#include "comparators/top1.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& dtype, const std::string& shape, const std::string& baseline,
                   const std::string& candidate, const std::string& options = "") {
  return CompareBodies<Top1Comparator>(Answer1(dtype, shape, baseline),
                                       Answer1(dtype, shape, candidate), options);
}

TEST_CASE("top1: a flip along the last axis is a yes") {
  CHECK(Compare("FP32", "[2,3]", "[0.1,0.7,0.2,0.5,0.3,0.2]", "[0.2,0.5,0.3,0.9,0.1,0.0]")
            .divergence == 0);
  const Comparison flipped =
      Compare("FP32", "[2,3]", "[0.1,0.7,0.2,0.5,0.3,0.2]", "[0.1,0.7,0.2,0.3,0.5,0.2]");
  CHECK(flipped.divergence == 1);
  CHECK(flipped.reason == "1 of 2 rows of output \"p\" flipped, 0 of them near ties");
  REQUIRE(flipped.differences.size() == 1);
  CHECK(flipped.differences[0].kind == "label");
  CHECK(flipped.differences[0].path == "/outputs/0/data/3");
  CHECK(flipped.differences[0].baseline == "0");
  CHECK(flipped.differences[0].candidate == "1");
}

TEST_CASE("top1: the share of rows is an option") {
  CHECK(Compare("FP32", "[4,2]", "[[1,0],[1,0],[1,0],[0,1]]", "[[1,0],[0,1],[1,0],[0,1]]",
                R"({"score":"share"})")
            .divergence == 0.25);
}

TEST_CASE("top1: the first of equal elements is the label and NaN is above all") {
  CHECK(Compare("FP32", "[1,3]", "[5,5,1]", "[6,2,1]").divergence == 0);
  CHECK(Compare("FP32", "[1,3]", "[1,NaN,2]", "[0,1,0]").divergence == 0);
  CHECK(Compare("FP32", "[1,3]", "[1,NaN,2]", "[0,0,1]").divergence == 1);
  CHECK(Compare("FP32", "[1,2]", "[-Infinity,-Infinity]", "[1,0]").divergence == 0);
}

TEST_CASE(
    "top1: near ties are told by the incumbent's margin and count unless the option says no") {
  const std::string baseline = "[0.5000,0.4996]";
  const std::string candidate = "[0.4,0.6]";
  const Comparison counted = Compare("FP32", "[1,2]", baseline, candidate);
  CHECK(counted.divergence == 1);
  CHECK(counted.reason == "1 of 1 rows of output \"p\" flipped, 1 of them near ties");
  const Comparison passed =
      Compare("FP32", "[1,2]", baseline, candidate, R"({"count_ties":false})");
  CHECK(passed.divergence == 0);
  CHECK(passed.reason.empty());
  CHECK(passed.differences.size() == 1);  // shown all the same
  CHECK(Compare("FP32", "[1,2]", baseline, candidate, R"({"count_ties":false,"tie_margin":0.0001})")
            .divergence == 1);
}

TEST_CASE("top1: integer and bytes outputs are labels, one per batch row") {
  CHECK(Compare("INT64", "[3]", "[3,8,1]", "[3,8,1]").divergence == 0);
  CHECK(Compare("INT64", "[4]", "[3,8,1,2]", "[3,3,1,2]", R"({"score":"share"})").divergence ==
        0.25);
  CHECK(Compare("INT64", "[2,1]", "[[3],[8]]", "[[3],[3]]", R"({"score":"share"})").divergence ==
        0.5);
  CHECK(Compare("BYTES", "[2]", R"(["cat","dog"])", R"(["cat","cat"])").divergence == 1);
  CHECK(Compare("BYTES", "[1,2]", R"(["a,b","c"])", R"(["a","b,c"])").divergence == 1);
  CHECK(Compare("BOOL", "[2]", "[true,false]", "[1,0]").divergence == 0);
}

TEST_CASE("top1: classification strings are compared by their class, first of each row") {
  CHECK(Compare("BYTES", "[1,2]", R"(["0.9:3:cat","0.1:5:dog"])", R"(["0.6:3:cat","0.4:1:cow"])")
            .divergence == 0);
  CHECK(Compare("BYTES", "[1,2]", R"(["0.9:3:cat","0.1:5:dog"])", R"(["0.6:5:dog","0.4:3:cat"])")
            .divergence == 1);
  CHECK(Compare("BYTES", "[2]", R"(["0.9:3","0.8:1"])", R"(["0.7:3","0.6:1"])").divergence == 0);
  // A label may hold colons; a time of day is no classification.
  CHECK(Compare("BYTES", "[1]", R"(["0.9:3:a:b"])", R"(["0.9:3:a:c"])").divergence == 1);
  CHECK(Compare("BYTES", "[1]", R"(["x:3:a"])", R"(["y:3:a"])").divergence == 1);
  const Comparison tie =
      Compare("BYTES", "[1,2]", R"(["0.5001:3:cat","0.5:5:dog"])", R"(["0.6:5:dog","0.4:3:cat"])");
  CHECK(tie.reason == "1 of 1 rows of output \"p\" flipped, 1 of them near ties");
}

TEST_CASE("top1: outputs without labels are passed over, and alone they cannot be told") {
  const std::string mixed = R"({"outputs":[
    {"name":"score","datatype":"FP32","shape":[2,1],"data":[0.1,0.2]},
    {"name":"label","datatype":"INT32","shape":[2],"data":[1,2]}]})";
  const std::string other = R"({"outputs":[
    {"name":"score","datatype":"FP32","shape":[2,1],"data":[0.3,0.9]},
    {"name":"label","datatype":"INT32","shape":[2],"data":[1,2]}]})";
  const ParsedPair pair(mixed, other);
  CHECK(TryCompare<Top1Comparator>(pair).value().divergence == 0);
  const ParsedPair alone(Answer1("FP32", "[2,1]", "[1,2]"), Answer1("FP32", "[2,1]", "[1,2.5]"));
  CHECK(TryCompare<Top1Comparator>(alone).status().code() == absl::StatusCode::kUnimplemented);
  const ParsedPair empty(Answer1("FP32", "[0,10]", "[]"), Answer1("FP32", "[0,10]", "[]"));
  CHECK(TryCompare<Top1Comparator>(empty).value().divergence == 0);
}

TEST_CASE("top1: errors and other shapes are compared as in tensors") {
  const ParsedPair both("x", "y", 503, 503);
  CHECK(TryCompare<Top1Comparator>(both).value().divergence == 0);
  const ParsedPair one(Answer1("INT32", "[1]", "[1]"), "y", 200, 503);
  CHECK(TryCompare<Top1Comparator>(one).value().divergence == 1);
  const ParsedPair shape(Answer1("INT32", "[1]", "[1]"), Answer1("INT32", "[2]", "[1,1]"));
  CHECK(TryCompare<Top1Comparator>(shape).value().divergence == 1);
}

}  // namespace
}  // namespace understudy
