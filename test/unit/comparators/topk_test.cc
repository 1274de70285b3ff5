// The `topk` comparator: overlap and order of the best, labels, ties; reference values of numpy
// 1.26.4 (stable argsort) and the Python package rbo 0.1.3 (average overlap).
#include "comparators/topk.h"

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

double Score(const std::string& baseline, const std::string& candidate,
             const std::string& options) {
  return CompareBodies<TopKComparator>(baseline, candidate, options).divergence;
}

// Of one row of JSON numbers.
double RowScore(const std::string& baseline, const std::string& candidate,
                const std::string& options) {
  return Score(baseline, candidate, R"({"paths":"",)" + options + "}");
}

constexpr char kLeft[] = "[0.05,0.30,0.10,0.25,0.20,0.02,0.08]";
constexpr char kRight[] = "[0.25,0.28,0.05,0.12,0.20,0.06,0.04]";

TEST_CASE("topk: the overlap of the best is the share that both have") {
  CHECK(RowScore(kLeft, kRight, R"("k":1)") == 0);
  CHECK(RowScore(kLeft, kRight, R"("k":2)") == 0.5);
  CHECK(RowScore(kLeft, kRight, R"("k":3)") == Approx(0.33333333333333337));
  CHECK(RowScore(kLeft, kRight, R"("k":5)") == Approx(0.4));
  CHECK(RowScore(kLeft, kRight, R"("k":7)") == 0);
  CHECK(RowScore(kLeft, kRight, R"("k":1000)") == 0);
}

TEST_CASE("topk: the order counts with average overlap") {
  CHECK(RowScore(kLeft, kRight, R"("score":"order","k":2)") == Approx(0.25));
  CHECK(RowScore(kLeft, kRight, R"("score":"order","k":3)") == Approx(0.2777777777777778));
  CHECK(RowScore(kLeft, kRight, R"("score":"order")") == Approx(0.29666666666666663));
  CHECK(RowScore(kLeft, kRight, R"("score":"order","k":1000)") == Approx(0.23571428571428577));
}

TEST_CASE("topk: the worst row or the mean of all, of outputs along the last axis") {
  const std::string left = Answer1("FP32", "[2,3]", "[3,2,1,3,2,1]");
  const std::string right = Answer1("FP32", "[2,3]", "[[3,2,1],[1,2,3]]");
  const Comparison worst = CompareBodies<TopKComparator>(left, right, R"({"k":2})");
  CHECK(worst.divergence == 0.5);
  CHECK(worst.reason ==
        "1 of 2 rows differ by overlap of the best; mean 0.25, worst 0.5 at /outputs/0/data/3");
  REQUIRE(worst.differences.size() == 1);
  CHECK(worst.differences[0].kind == "label");
  CHECK(worst.differences[0].path == "/outputs/0/data/3");
  CHECK(worst.differences[0].baseline == "0,1");
  CHECK(worst.differences[0].candidate == "2,1");
  CHECK(Score(left, right, R"({"k":2,"reduce":"mean"})") == 0.25);
}

TEST_CASE("topk: the first of equal numbers is the best and NaN is above all") {
  CHECK(RowScore("[5,5,5,1]", "[9,8,1,1]", R"("k":2)") == 0);
  CHECK(RowScore("[1,2,5,5]", "[0,0,3,2]", R"("k":1)") == 0);
  CHECK(RowScore("[1,NaN,2,3]", "[0,9,1,2]", R"("k":2)") == 0);
  CHECK(RowScore("[null,NaN,2,3]", "[9,8,1,1]", R"("k":2,"score":"order")") == 0);
  CHECK(RowScore("[-Infinity,-Infinity,0]", "[1,0,5]", R"("k":2)") == 0);
}

TEST_CASE("topk: labelled numbers are matched by label in whatever order they stand") {
  CHECK(RowScore(R"({"cat":0.5,"dog":0.3,"cow":0.2})", R"({"cow":0.1,"dog":0.4,"cat":0.5})",
                 R"("k":2,"score":"order")") == 0);
  CHECK(RowScore(R"({"cat":0.5,"dog":0.3,"cow":0.2})", R"({"cow":0.4,"dog":0.1,"cat":0.5})",
                 R"("k":2)") == 0.5);
  CHECK(RowScore(R"({"a":1,"b":1,"c":1})", R"({"c":1,"b":1,"a":1})", R"("k":2)") == 0);
  CHECK(RowScore(R"({"a":1})", R"({"a":1,"b":0.5})", R"("k":2)") == 0.5);
  CHECK(RowScore(R"({"a":1})", R"({"b":1})", R"("k":5)") == 1);
  CHECK(RowScore(R"([{"label":"cat","score":0.9},{"label":"dog","score":0.1}])",
                 R"([{"label":"dog","score":0.1},{"label":"cat","score":0.8}])", R"("k":1)") == 0);
}

TEST_CASE("topk: classification strings are ranked by value under their label") {
  const std::string left = Answer1("BYTES", "[1,3]", R"(["0.9:3:cat","0.08:5:dog","0.02:1:cow"])");
  const std::string right = Answer1("BYTES", "[1,3]", R"(["0.7:3:cat","0.2:1:cow","0.1:5:dog"])");
  CHECK(Score(left, right, R"({"k":1})") == 0);
  CHECK(Score(left, right, R"({"k":2})") == 0.5);
  const Comparison order = CompareBodies<TopKComparator>(left, right, R"({"score":"order"})");
  CHECK(order.divergence == Approx((1 - 0.5) / 3));
  CHECK(order.differences.at(0).baseline == "cat,dog,cow");
}

TEST_CASE("topk: other lengths without labels are wholly different") {
  CHECK(RowScore("[1,2,3]", "[1,2,3,0]", R"("k":1)") == 1);
  CHECK(RowScore("[[1,2],[1,2]]", "[[1,2]]", R"("k":1,"reduce":"mean")") == 0.5);
  CHECK(RowScore("[[1,2]]", "[[1,2],[1,2]]", R"("k":1)") == 1);
}

TEST_CASE("topk: rows of one number are passed over, and alone they cannot be told") {
  CHECK(RowScore("[[1],[1,2]]", "[[9],[1,2]]", R"("k":1)") == 0);
  const std::string single = Answer1("FP32", "[2,1]", "[1,2]");
  CHECK(
      TryCompareBodies<TopKComparator>(single, Answer1("FP32", "[2,1]", "[2,1]")).status().code() ==
      absl::StatusCode::kUnimplemented);
  const std::string labels = Answer1("INT64", "[2]", "[1,2]");
  CHECK(TryCompareBodies<TopKComparator>(labels, labels).status().code() ==
        absl::StatusCode::kUnimplemented);
  const std::string empty = Answer1("FP32", "[0,10]", "[]");
  CHECK(Score(empty, empty, "") == 0);
}

TEST_CASE("topk: answers that are none are compared as everywhere") {
  CheckBrokenAnswers<TopKComparator>(Answer1("FP32", "[1,2]", "[1,2]"));
  CheckBrokenAnswers<TopKComparator>(R"({"p":[1,2]})", R"({"paths":"/p"})");
}

TEST_CASE("topk: k is a whole number within its bounds") {
  for (const char* k : {"0", "1001", "2.5", "-1", "\"5\""}) {
    CHECK_FALSE(TopKComparator::Build("{\"k\":" + std::string(k) + "}").ok());
  }
  CHECK_FALSE(TopKComparator::Build(R"({"outputs":["a"],"paths":"/p"})").ok());
}

}  // namespace
}  // namespace understudy
