// The `tensors` comparator against values computed by hand from numpy's definitions.
#include "comparators/tensors.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "comparators/path_pattern.h"
#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& baseline, const std::string& candidate,
                   const std::string& options = "") {
  return CompareBodies<TensorsComparator>(baseline, candidate, options);
}

double Flat(const std::string& baseline, const std::string& candidate, const std::string& dtype,
            const std::string& shape, const std::string& options = "") {
  return Compare(Answer1(dtype, shape, baseline), Answer1(dtype, shape, candidate), options)
      .divergence;
}

TensorDistance MeasureFlat(const std::string& baseline, const std::string& candidate,
                           const std::string& shape) {
  const ParsedBody a(Answer1("FP64", shape, baseline));
  const ParsedBody b(Answer1("FP64", shape, candidate));
  auto left = ReadOutputs(*a.document);
  auto right = ReadOutputs(*b.document);
  REQUIRE(left.ok());
  REQUIRE(right.ok());
  Comparison comparison;
  return Measure({left->front(), right->front()}, {.rtol = 1e-5, .atol = 1e-8}, comparison);
}

TEST_CASE("tensors: the divergence is the share of elements outside tolerance") {
  CHECK(Flat("[1,2,3,4]", "[1,2,3,4.0]", "FP32", "[4]") == 0);
  CHECK(Flat("[1,2,3,4]", "[1,2.5,3,4]", "FP32", "[4]") == 0.25);
  CHECK(Flat("[1,2,3,4]", "[1,2.5,3,4]", "FP32", "[4]", R"({"score":"any"})") == 1);
  CHECK(Flat("[1,2,3,4]", "[1,2.5,3,4]", "FP32", "[4]", R"({"rtol":0.25,"atol":0})") == 0);
}

TEST_CASE("tensors: the incumbent is the reference of the relative tolerance") {
  const std::string options = R"({"rtol":0.095,"atol":0})";
  CHECK(Flat("[11]", "[10]", "FP64", "[1]", options) == 0);  // 1 <= 0.095 * 11
  CHECK(Flat("[10]", "[11]", "FP64", "[1]", options) == 1);  // 1 > 0.095 * 10
}

TEST_CASE("tensors: tolerances follow the datatype unless they are given") {
  CHECK(Flat("[1.0]", "[1.00005]", "FP32", "[1]") == 0);
  CHECK(Flat("[1.0]", "[1.00005]", "FP64", "[1]") == 1);
  CHECK(Flat("[1.0]", "[1.005]", "FP16", "[1]") == 0);
  CHECK(Flat("[1.0]", "[1.005]", "FP32", "[1]") == 1);
  CHECK(Flat("[1.0]", "[1.03]", "BF16", "[1]") == 0);
  CHECK(Flat("[1.0]", "[1.00005]", "FP64", "[1]", R"({"rtol":0.001})") == 0);
}

TEST_CASE("tensors: max abs, max rel and cosine are those of the vectors") {
  // x = (1, -2, 4), y = (1.5, -2, 3): gaps 0.5, 0, 1; relative 0.5, 0, 0.25;
  // cosine (1.5 + 4 + 12) / (sqrt(21) sqrt(15.25)).
  const TensorDistance distance = MeasureFlat("[1,-2,4]", "[1.5,-2,3]", "[3]");
  CHECK(distance.elements == 3);
  CHECK(distance.outside == 2);
  CHECK(distance.max_abs == 1);
  CHECK(distance.max_rel == 0.5);
  CHECK(distance.cosine == Approx(17.5 / std::sqrt(21.0 * 15.25)).epsilon(1e-12));
  CHECK(MeasureFlat("[1,0]", "[1,1]", "[2]").cosine == Approx(0.7071067811865475).epsilon(1e-12));
  CHECK(MeasureFlat("[1,0]", "[0,1]", "[2]").cosine == 0);
  CHECK(MeasureFlat("[1,2]", "[-1,-2]", "[2]").cosine == Approx(-1).epsilon(1e-12));
  CHECK(MeasureFlat("[0,0]", "[0,0]", "[2]").cosine == 1);
  CHECK(MeasureFlat("[0,0]", "[0,1]", "[2]").cosine == 0);
  // What is not finite on both sides is left out of the sums.
  CHECK(MeasureFlat("[1,NaN]", "[2,5]", "[2]").max_abs == 1);
}

TEST_CASE("tensors: the reason and the differences say where and how far") {
  // The cosine is 34 / sqrt(30 * 39).
  const Comparison comparison =
      Compare(Answer1("FP64", "[2,2]", "[[1,2],[3,4]]"), Answer1("FP64", "[2,2]", "[1,2,3,5]"));
  CHECK(comparison.divergence == 0.25);
  CHECK(comparison.reason ==
        "1 of 4 elements of output \"p\" are outside tolerance; max abs 1, max rel 0.25, cosine "
        "0.993999");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].path == "/outputs/0/data/1/1");
  CHECK(comparison.differences[0].baseline == "4");
  CHECK(comparison.differences[0].candidate == "5");
}

TEST_CASE("tensors: at most 32 differences are listed and all are counted") {
  std::string zeros = "[0";
  std::string ones = "[1";
  for (int i = 1; i < 100; ++i) {
    zeros += ",0";
    ones += ",1";
  }
  const Comparison comparison =
      Compare(Answer1("INT32", "[100]", zeros + "]"), Answer1("INT32", "[100]", ones + "]"));
  CHECK(comparison.divergence == 1);
  CHECK(comparison.differences.size() == 32);
}

TEST_CASE("tensors: null and NaN are equal in floating-point outputs unless the option says no") {
  CHECK(Flat("[null,NaN]", "[NaN,null]", "FP32", "[2]") == 0);
  CHECK(Flat("[null,1]", "[null,1]", "FP32", "[2]", R"({"equal_nan":false})") == 0.5);
  CHECK(Flat("[null,1]", "[0,1]", "FP32", "[2]") == 0.5);
  CHECK(Flat("[Infinity]", "[Infinity]", "FP32", "[1]") == 0);
  CHECK(Flat("[Infinity]", "[-Infinity]", "FP32", "[1]") == 1);
}

TEST_CASE("tensors: integers, booleans and bytes are compared exactly") {
  CHECK(Flat("[9007199254740993]", "[9007199254740992]", "INT64", "[1]", R"({"rtol":1})") == 1);
  CHECK(Flat("[18446744073709551615]", "[18446744073709551615]", "UINT64", "[1]") == 0);
  CHECK(Flat("[true,false]", "[1,1]", "BOOL", "[2]") == 0.5);
  CHECK(Flat(R"(["a","b"])", R"(["a","B"])", "BYTES", "[2]") == 0.5);
  CHECK(
      Compare(Answer1("BYTES", "[1]", "[\"a\"]"), Answer1("STRING", "[1]", "[\"a\"]")).divergence ==
      0);
}

TEST_CASE("tensors: outputs are aligned by name and the worst one counts") {
  const std::string ab = R"({"outputs":[
    {"name":"a","datatype":"INT32","shape":[2],"data":[1,2]},
    {"name":"b","datatype":"INT32","shape":[4],"data":[1,2,3,4]}]})";
  const std::string ba = R"({"outputs":[
    {"name":"b","datatype":"INT32","shape":[4],"data":[1,2,3,9]},
    {"name":"a","datatype":"INT32","shape":[2],"data":[1,9]}]})";
  CHECK(Compare(ab, ba).divergence == 0.5);
  CHECK(Compare(ab, ba, R"({"outputs":["b"]})").divergence == 0.25);
}

TEST_CASE("tensors: other names, datatypes or shapes are wholly different") {
  const Comparison shape =
      Compare(Answer1("FP32", "[4]", "[1,2,3,4]"), Answer1("FP32", "[2,2]", "[1,2,3,4]"));
  CHECK(shape.divergence == 1);
  CHECK(shape.reason == "output \"p\" has shape [2,2], the incumbent's [4]");
  CHECK(shape.differences[0].kind == "shape");
  CHECK(shape.differences[0].path == "/outputs/0/shape");
  const Comparison dtype = Compare(Answer1("FP32", "[1]", "[1]"), Answer1("FP64", "[1]", "[1]"));
  CHECK(dtype.divergence == 1);
  CHECK(dtype.differences[0].kind == "dtype");
  const std::string none = R"({"outputs":[]})";
  const Comparison missing = Compare(Answer1("FP32", "[1]", "[1]"), none);
  CHECK(missing.divergence == 1);
  CHECK(missing.differences[0].kind == "missing");
  CHECK(Compare(none, Answer1("FP32", "[1]", "[1]")).differences[0].kind == "extra");
}

TEST_CASE("tensors: a malformed answer of the candidate is wholly different") {
  const std::string good = Answer1("FP32", "[2]", "[1,2]");
  for (const std::string& bad : {Answer1("FP32", "[2]", "[1]"), Answer1("FP32", "[2]", "[1,\"2\"]"),
                                 Answer1("FP32", "[2]", "[1,{}]"), Answer1("FP33", "[2]", "[1,2]"),
                                 Answer1("FP32", "[-2]", "[1,2]"), Answer1("FP32", "2", "[1,2]"),
                                 Answer1("FP32", "[4294967296,4294967296,2]", "[1,2]"),
                                 Answer1("FP32", "[2]", "[[1],[2]]"), Answer1("FP32", "[2]", "3"),
                                 std::string("{}"), std::string("[]"), std::string("not json")}) {
    INFO(bad);
    CHECK(Compare(good, bad).divergence == 1);
    const ParsedPair reversed(bad, good);
    const absl::StatusCode code = TryCompare<TensorsComparator>(reversed).status().code();
    const bool cannot_tell =
        code == absl::StatusCode::kUnimplemented || code == absl::StatusCode::kInvalidArgument;
    CHECK(cannot_tell);
  }
}

TEST_CASE("tensors: empty tensors and scalars are compared") {
  CHECK(Flat("[]", "[]", "FP32", "[0,10]") == 0);
  CHECK(Flat("[1]", "[1]", "FP32", "[]") == 0);
  CHECK(Flat("[1]", "[2]", "FP32", "[]") == 1);
}

TEST_CASE("tensors: errors are compared by status") {
  const auto statuses = [](int baseline, int candidate) {
    const ParsedPair pair(R"({"error":"a"})", "oops", baseline, candidate);
    return TryCompare<TensorsComparator>(pair).value().divergence;
  };
  CHECK(statuses(400, 400) == 0);
  CHECK(statuses(400, 500) == 1);
  CHECK(statuses(200, 500) == 1);
  CHECK(statuses(500, 200) == 1);
}

TEST_CASE("tensors: ignored elements and outputs are left out") {
  const ParsedPair pair(Answer1("INT32", "[2,2]", "[[1,2],[3,4]]"),
                        Answer1("INT32", "[2,2]", "[[1,9],[8,7]]"));
  const auto ignore = [&](std::string_view path) {
    for (Document* document : {pair.baseline.document.get(), pair.candidate.document.get()}) {
      PathPattern::Parse(path)->ForEachMatch(*document, [&](JsonValue value) {
        document->SetMark(value.index(), JsonMark::kIgnored);
      });
    }
  };
  ignore("/outputs/0/data/1");
  CHECK(TryCompare<TensorsComparator>(pair).value().divergence == 0.5);
  ignore("/outputs/*/data/0/1");
  CHECK(TryCompare<TensorsComparator>(pair).value().divergence == 0);
  ignore("/outputs/0");
  CHECK(TryCompare<TensorsComparator>(pair).status().code() == absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace understudy
