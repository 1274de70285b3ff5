// The `numeric` comparator: errors, scales, tolerances, signs, texts; tolerances as numpy 1.26.4's
// isclose has them.
#include "comparators/numeric.h"

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

double Score(const std::string& baseline, const std::string& candidate,
             const std::string& options) {
  return CompareBodies<NumericComparator>(baseline, candidate, options).divergence;
}

// Of the whole body, with more options.
double At(const std::string& baseline, const std::string& candidate, const std::string& more = "") {
  return Score(baseline, candidate, R"({"paths":"")" + more + "}");
}

TEST_CASE("numeric: the error is relative to the incumbent's number, 100 % counts 1") {
  CHECK(At("200", "150") == 0.25);
  CHECK(At("-200", "-250") == 0.25);
  CHECK(At("200", "1000") == 1);
  CHECK(At("200", "-200") == 1);
  CHECK(At("200", "150", R"(,"full":0.5)") == 0.5);
  CHECK(At("0", "0.001") == 1);
  CHECK(At("0", "-0.0") == 0);
}

TEST_CASE("numeric: or absolute, by a scale and the error that counts 1") {
  CHECK(At("10", "25", R"(,"scale":30,"full":2)") == 0.25);
  CHECK(At("10", "70", R"(,"scale":30,"full":2)") == 1);
  CHECK(At("0", "15", R"(,"scale":30)") == 0.5);
  CHECK(At("1e308", "-1e308", R"(,"scale":1e300)") == 1);
}

TEST_CASE("numeric: within the tolerance a number counts 0, outside is a share") {
  CHECK(At("100", "101", R"(,"rtol":0.01)") == 0);
  CHECK(At("100", "102", R"(,"rtol":0.01)") == Approx(0.02));
  // numpy.isclose([99, 102, 0.05, -0.2], [100, 100, 0, 0], rtol=0.01, atol=0.1): T, F, T, F
  const char* reference = "[100,100,0,0]";
  const char* values = "[99,102,0.05,-0.2]";
  const Comparison outside = CompareBodies<NumericComparator>(
      reference, values, R"({"paths":"","score":"outside","rtol":0.01,"atol":0.1})");
  CHECK(outside.divergence == 0.5);
  CHECK(outside.reason == "2 of 4 numbers are outside tolerance; mean 0.5, worst 1 at /1");
  CHECK(At(reference, values, R"(,"score":"outside","rtol":0.01,"atol":0.1,"reduce":"worst")") ==
        1);
  CHECK(At("1", "1.0000001", R"(,"score":"outside")") == 1);
}

TEST_CASE("numeric: a changed sign counts 1 where that is asked for") {
  CHECK(At("0.5", "-0.5", R"(,"scale":100)") == 0.01);
  CHECK(At("0.5", "-0.5", R"(,"scale":100,"sign":true)") == 1);
  CHECK(At("0.5", "0", R"(,"scale":100,"sign":true)") == 0.005);
  CHECK(At("-0.5", "0.5", R"(,"scale":100,"sign":true,"atol":2)") == 0);
}

TEST_CASE("numeric: NaN, null and infinities equal themselves alone") {
  CHECK(At("[NaN,null,Infinity]", "[null,NaN,Infinity]") == 0);
  CHECK(At("1", "NaN") == 1);
  CHECK(At("NaN", "1") == 1);
  CHECK(At("Infinity", "-Infinity") == 1);
  CHECK(At("1", "1e999") == 1);
}

TEST_CASE("numeric: the worst number or the mean of all, each shown where it stands") {
  const std::string left = R"({"p":[{"y":10},{"y":20}],"q":[[1,2],[4]]})";
  const std::string right = R"({"p":[{"y":10},{"y":15}],"q":[[1,2],[5]]})";
  const std::string paths = R"({"paths":["/p/*/y","/q"])";
  const Comparison worst = CompareBodies<NumericComparator>(left, right, paths + "}");
  CHECK(worst.divergence == 0.25);
  CHECK(worst.reason == "2 of 5 numbers differ; mean 0.1, worst 0.25 at /p/1/y");
  REQUIRE(worst.differences.size() == 2);
  CHECK(worst.differences[0].path == "/p/1/y");
  CHECK(worst.differences[0].baseline == "20");
  CHECK(worst.differences[0].candidate == "15");
  CHECK(worst.differences[1].path == "/q/1/0");
  CHECK(Score(left, right, paths + R"(,"reduce":"mean"})") == Approx(0.1));
}

TEST_CASE("numeric: numbers that one answer lacks or has something else for count 1") {
  CHECK(At("[1,2]", "[1]", R"(,"reduce":"mean")") == 0.5);
  CHECK(At("[1]", "[1,2]", R"(,"reduce":"mean")") == 0.5);
  CHECK(At("[[1],[2]]", "[[1]]", R"(,"reduce":"mean")") == 0.5);
  CHECK(At("[1,2]", R"(["1",2])") == 1);
  CHECK(At("[]", R"("x")") == 1);
  CHECK(At("[]", "[[]]") == 0);
  CHECK(Score(R"({"a":1,"b":2})", R"({"a":1,"b":"2"})", R"({"paths":"/*","reduce":"mean"})") ==
        0.5);
  CHECK(Score(R"({"a":1})", R"({"a":1,"b":2})", R"({"paths":"/*","reduce":"mean"})") == 0.5);
  CHECK(Score(R"({"a":1,"b":"x"})", R"({"a":1,"b":2})", R"({"paths":"/*"})") == 0);
}

TEST_CASE("numeric: labelled numbers are matched by label") {
  CHECK(At(R"({"low":1,"high":4})", R"({"high":5,"low":1})") == 0.25);
  CHECK(At(R"({"low":1,"high":4})", R"({"low":1,"mid":4})", R"(,"reduce":"mean")") ==
        Approx(2.0 / 3));
}

TEST_CASE("numeric: texts are numbers where that is asked for") {
  CHECK(At(R"(["12.5",4])", R"([12.5,"5"])", R"(,"texts":true)") == 0.25);
  CHECK(At(R"("12.5")", R"("twelve")", R"(,"texts":true)") == 1);
  CHECK(TryCompareBodies<NumericComparator>(R"("12.5")", R"("12.5")", R"({"paths":""})")
            .status()
            .code() == absl::StatusCode::kUnimplemented);
  CHECK(Score(Answer1("BYTES", "[2]", R"(["1","4"])"), Answer1("BYTES", "[2]", R"(["1","5"])"),
              R"({"texts":true})") == 0.25);
}

TEST_CASE("numeric: outputs of numbers, integers among them") {
  CHECK(Score(Answer1("FP32", "[2,1]", "[1,4]"), Answer1("FP32", "[2,1]", "[[1],[5]]"), "") ==
        0.25);
  CHECK(Score(Answer1("INT64", "[1]", "[4]"), Answer1("INT64", "[1]", "[5]"), "") == 0.25);
  const Comparison nested = CompareBodies<NumericComparator>(Answer1("FP32", "[2,1]", "[[1],[4]]"),
                                                             Answer1("FP32", "[2,1]", "[1,5]"));
  CHECK(nested.differences.at(0).path == "/outputs/0/data/1/0");
  CHECK(Score(Answer1("FP32", "[1]", "[1]"), Answer1("FP32", "[2]", "[1,1]"), "") == 1);
  const std::string flags = Answer1("BOOL", "[1]", "[true]");
  CHECK(TryCompareBodies<NumericComparator>(flags, flags).status().code() ==
        absl::StatusCode::kUnimplemented);
}

TEST_CASE("numeric: answers that are none are compared as everywhere") {
  CheckBrokenAnswers<NumericComparator>(R"({"p":[1,2]})", R"({"paths":"/p"})");
  CheckBrokenAnswers<NumericComparator>(Answer1("FP32", "[1]", "[1]"));
}

TEST_CASE("numeric: options are checked") {
  for (const char* options : {R"({"full":0})", R"({"scale":0})", R"({"scale":"mean"})",
                              R"({"atol":-1})", R"({"texts":1})"}) {
    CHECK_FALSE(NumericComparator::Build(options).ok());
  }
  CHECK(NumericComparator::Build(R"({"scale":"incumbent"})").ok());
}

}  // namespace
}  // namespace understudy
