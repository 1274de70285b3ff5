// The `probabilities` comparator; reference values of scipy 1.17.1 (jensenshannon with base=2,
// softmax) and numpy 1.26.4.
#include "comparators/probabilities.h"

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

constexpr char kAt[] = R"({"paths":"","score":")";

double RowScore(const std::string& baseline, const std::string& candidate, const std::string& score,
                const std::string& more = "") {
  return CompareBodies<ProbabilitiesComparator>(baseline, candidate,
                                                kAt + score + "\"" + more + "}")
      .divergence;
}

TEST_CASE("probabilities: the distances are those of scipy and numpy") {
  const char* p = "[0.1,0.4,0.5]";
  const char* q = "[0.25,0.25,0.5]";
  CHECK(RowScore(p, q, "total_variation") == Approx(0.15));
  CHECK(RowScore(p, q, "jensen_shannon") == Approx(0.1911857839011702));
  CHECK(RowScore(p, q, "max") == Approx(0.15));
  CHECK(RowScore("[0,0.2,0.8]", "[0.3,0.7,0]", "jensen_shannon") == Approx(0.8100049210166077));
  CHECK(RowScore("[0,0.2,0.8]", "[0.3,0.7,0]", "total_variation") == Approx(0.8));
  for (const char* score : {"total_variation", "jensen_shannon", "max"}) {
    CHECK(RowScore(p, p, score) == 0);
    CHECK(RowScore("[1,0]", "[0,1]", score) == 1);
  }
}

TEST_CASE("probabilities: rows are divided by their sum, which must be near 1") {
  CHECK(RowScore("[0.2,0.3,0.4995]", "[0.6,0.1,0.3]", "jensen_shannon") ==
        Approx(0.3625095438270726));
  CHECK(RowScore("[0.2,0.3,0.4995]", "[0.6,0.1,0.3]", "total_variation") ==
        Approx(0.39989994997498746));
  CHECK(RowScore("[0.2,0.2]", "[0.3,0.1]", "max", R"(,"sum_tolerance":0.7)") == Approx(0.25));
}

TEST_CASE("probabilities: logits go through a softmax") {
  const char* a = "[2,-1,0.5]";
  const char* b = "[1,-1,3]";
  CHECK(RowScore(a, b, "jensen_shannon", R"(,"logits":true)") == Approx(0.6197110764701523));
  CHECK(RowScore(a, b, "total_variation", R"(,"logits":true)") == Approx(0.6915229400572982));
  // A softmax does not feel a constant, large numbers do not overflow, a mask is a probability of
  // 0.
  CHECK(RowScore(a, "[1002,999,1000.5]", "max", R"(,"logits":true)") == Approx(0).margin(1e-12));
  CHECK(RowScore("[1e308,-Infinity]", "[0,-1e308]", "max", R"(,"logits":true)") == 0);
  CHECK(RowScore(a, "[1,NaN,3]", "max", R"(,"logits":true)") == 1);
  CHECK(RowScore(a, "[1,Infinity,3]", "max", R"(,"logits":true)") == 1);
  CHECK(TryCompareBodies<ProbabilitiesComparator>("[-Infinity,-Infinity]", "[1,2]",
                                                  R"({"paths":"","logits":true})")
            .status()
            .code() == absl::StatusCode::kUnimplemented);
}

TEST_CASE("probabilities: labelled rows are matched by label, an absent one has probability 0") {
  CHECK(RowScore(R"({"cat":0.7,"dog":0.3})", R"({"dog":0.4,"cat":0.6})", "total_variation") ==
        Approx(0.1));
  CHECK(RowScore(R"({"cat":0.7,"dog":0.3})", R"({"cat":0.7,"cow":0.3})", "total_variation") ==
        Approx(0.3));
  CHECK(RowScore(R"({"cat":1})", R"({"cow":1})", "jensen_shannon") == 1);
  CHECK(RowScore(R"({"cat":1})", "[1]", "max") == 1);
}

TEST_CASE("probabilities: the worst row or the mean of all") {
  const std::string left = Answer1("FP32", "[3,2]", "[0.5,0.5,1,0,0.25,0.75]");
  const std::string right = Answer1("FP32", "[3,2]", "[[0.5,0.5],[0.7,0.3],[0.25,0.75]]");
  const Comparison worst = CompareBodies<ProbabilitiesComparator>(left, right);
  CHECK(worst.divergence == Approx(0.3));
  CHECK(worst.reason ==
        "1 of 3 rows differ by total variation; mean 0.1, worst 0.3 at /outputs/0/data/2");
  REQUIRE(worst.differences.size() == 1);
  CHECK(worst.differences[0].kind == "value");
  CHECK(worst.differences[0].baseline == "[1,0]");
  CHECK(worst.differences[0].candidate == "[0.7,0.3]");
  CHECK(CompareBodies<ProbabilitiesComparator>(left, right, R"({"reduce":"mean"})").divergence ==
        Approx(0.1));
}

TEST_CASE("probabilities: what is no distribution cannot be told, or is the candidate's fault") {
  for (const char* row : {"[0.5,0.6]", "[1.5,-0.5]", "[NaN,1]", "[null,1]", "[]", "[0,0]",
                          "[Infinity,0]", "[1e308,1e308]"}) {
    INFO(row);
    CHECK(RowScore("[0.5,0.5]", row, "max") == 1);
    CHECK(TryCompareBodies<ProbabilitiesComparator>(row, "[0.5,0.5]", R"({"paths":""})")
              .status()
              .code() == absl::StatusCode::kUnimplemented);
  }
  // A row of the incumbent that is none is passed over beside rows that are some.
  CHECK(RowScore("[[3,4],[0.5,0.5]]", "[[0.1,0.9],[0.5,0.5]]", "max") == 0);
  CHECK(RowScore("[0.5,0.5]", "[0.5,0.25,0.25]", "max") == 1);
}

TEST_CASE("probabilities: answers that are none are compared as everywhere") {
  CheckBrokenAnswers<ProbabilitiesComparator>(Answer1("FP32", "[1,2]", "[1,0]"));
  CheckBrokenAnswers<ProbabilitiesComparator>(R"({"p":[1,0]})", R"({"paths":"/p"})");
}

}  // namespace
}  // namespace understudy
