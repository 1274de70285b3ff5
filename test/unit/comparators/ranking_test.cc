// The `ranking` comparator: measures, fields, ties, missing items; reference values of
// scipy 1.17.1, scikit-learn 1.9.1 and the Python package rbo 0.1.3.
#include "comparators/ranking.h"

#include <initializer_list>
#include <utility>

#include "fmt/format.h"
#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

using Scores = std::initializer_list<std::pair<const char*, double>>;

std::string Reranked(Scores items) {
  std::string text = R"({"results":[)";
  for (const auto& [key, score] : items) {
    text += fmt::format(R"({{"index":{},"relevance_score":{}}},)", key, score);
  }
  if (text.back() == ',') text.pop_back();
  return text + "]}";
}

// A list of letters as it stands.
std::string Listed(std::string_view letters) {
  std::string text = "[";
  for (const char letter : letters) text += fmt::format("\"{}\",", letter);
  if (text.back() == ',') text.pop_back();
  return text + "]";
}

double Score(const std::string& baseline, const std::string& candidate,
             const std::string& options = "") {
  return CompareBodies<RankingComparator>(baseline, candidate, options).divergence;
}

const std::string kSix =
    Reranked({{"0", 0.9}, {"1", 0.7}, {"2", 0.7}, {"3", 0.4}, {"4", 0.2}, {"5", 0.1}});

TEST_CASE("ranking: Kendall's tau-b of the scores, in whatever order the items stand") {
  // (1 - scipy.stats.kendalltau(a, b).statistic) / 2
  const std::string other =
      Reranked({{"5", 0.05}, {"1", 0.8}, {"3", 0.3}, {"2", 0.3}, {"0", 0.5}, {"4", 0.6}});
  const Comparison comparison = CompareBodies<RankingComparator>(kSix, other);
  CHECK(comparison.divergence == Approx(0.3214285714285714));
  CHECK(comparison.reason ==
        "1 of 1 lists differ by Kendall's tau; mean 0.3214, worst 0.3214 at "
        "\"/results\"");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].kind == "label");
  CHECK(comparison.differences[0].baseline == "0,1,2,3,4,5");
  CHECK(comparison.differences[0].candidate == "1,4,0,2,3,5");
  CHECK(Score(kSix, Reranked({{"5", 1}, {"4", 2}, {"3", 4}, {"2", 7}, {"1", 7}, {"0", 9}})) == 0);
}

TEST_CASE("ranking: Kendall puts what an answer lacks below all that it has") {
  // kendalltau([4, 3, 2, 1, 0], [2, 3, 0, 0, 1])
  CHECK(Score(Listed("abcd"), Listed("bae")) == Approx(0.341886116991581));
  const Comparison comparison = CompareBodies<RankingComparator>(Listed("abcd"), Listed("bae"));
  REQUIRE(comparison.differences.size() == 4);
  CHECK(comparison.differences[1].kind == "missing");
  CHECK(comparison.differences[1].baseline == "c");
  CHECK(comparison.differences[3].kind == "extra");
  CHECK(comparison.differences[3].candidate == "e");
  CHECK(Score(Listed("ab"), Listed("ba")) == 1);
}

TEST_CASE("ranking: where all is tied Kendall is halfway, or equal on both sides") {
  const std::string tied = Reranked({{"0", 0.5}, {"1", 0.5}});
  CHECK(Score(tied, tied + " ") == 0);
  CHECK(Score(tied, Reranked({{"0", 0.5}, {"1", 0.4}})) == 0.5);
  CHECK(Score(Reranked({{"0", 0.9}}), Reranked({{"0", 0.1}})) == 0);
}

TEST_CASE("ranking: rank-biased overlap of lists as they stand") {
  // 1 - RankingSimilarity(a, b).rbo_ext(p)
  CHECK(Score(Listed("abcdefg"), Listed("zcavwxy"), R"({"measure":"rbo"})") ==
        Approx(1 - 0.28821728571428573));
  CHECK(Score(Listed("abcdef"), Listed("badcfe"), R"({"measure":"rbo","p":0.8})") ==
        Approx(1 - 0.7409493333333333));
  CHECK(Score(Listed("abcde"), Listed("bac"), R"({"measure":"rbo"})") == Approx(0.1));
  CHECK(Score(Listed("abc"), Listed("abc") + " ", R"({"measure":"rbo"})") == 0);
}

TEST_CASE("ranking: overlap of the first k") {
  CHECK(Score(Listed("abcd"), Listed("acxy"), R"({"measure":"overlap","k":2})") == 0.5);
  CHECK(Score(Listed("abcd"), Listed("badc"), R"({"measure":"overlap"})") == 0);
  CHECK(Score(Listed("ab"), Listed("abcd"), R"({"measure":"overlap"})") == 0.5);
}

TEST_CASE("ranking: the loss of NDCG with the incumbent's scores as gains") {
  // 1 - sklearn.metrics.ndcg_score([gains], [scores], k)
  const Scores scores{{"0", 0.2}, {"1", 0.9}, {"2", 0.8}, {"3", 0.1}, {"4", 0.5}};
  const std::string gains = Reranked({{"0", 3}, {"1", 2}, {"2", 1}, {"3", 0.5}, {"4", 0}});
  CHECK(Score(gains, Reranked(scores), R"({"measure":"ndcg","k":3})") ==
        Approx(1 - 0.5525004989384911));
  CHECK(Score(gains, Reranked(scores), R"({"measure":"ndcg"})") == Approx(1 - 0.8270488753408681));
  // Negative scores are moved up until the lowest is 0.
  const std::string lower = Reranked({{"0", 1}, {"1", 0}, {"2", -1}, {"3", -1.5}, {"4", -2}});
  CHECK(Score(lower, Reranked(scores), R"({"measure":"ndcg","k":3})") ==
        Approx(1 - 0.5525004989384911));
  // Missing items lose their gain, extra ones gain nothing.
  CHECK(Score(Reranked({{"0", 1}}), Reranked({{"7", 1}}), R"({"measure":"ndcg"})") == 1);
  CHECK(TryCompareBodies<RankingComparator>(Listed("ab"), Listed("ba"), R"({"measure":"ndcg"})")
            .status()
            .code() == absl::StatusCode::kUnimplemented);
}

TEST_CASE("ranking: scores may be distances") {
  const std::string near = R"([{"id":"a","distance":0.1},{"id":"b","distance":0.5}])";
  const std::string far = R"([{"id":"b","distance":0.6},{"id":"a","distance":0.2}])";
  const std::string turned = R"([{"id":"a","distance":0.6},{"id":"b","distance":0.2}])";
  const std::string options = R"({"score":"/distance","ascending":true,"measure":"overlap","k":1})";
  CHECK(Score(near, far, options) == 0);
  CHECK(Score(near, turned, options) == 1);
}

TEST_CASE("ranking: of items with one key the best counts, equal scores go by key") {
  CHECK(Score(Reranked({{"0", 0.9}, {"1", 0.5}, {"0", 0.1}}), Reranked({{"0", 0.9}, {"1", 0.5}})) ==
        0);
  CHECK(Score(Listed("aba"), Listed("ab")) == 0);
  CHECK(Score(Reranked({{"0", 0.5}, {"1", 0.5}}), Reranked({{"1", 0.5}, {"0", 0.5}}),
              R"({"measure":"overlap","k":1})") == 0);
  CHECK(Score("[1,2]", "[1.0,2]") == 0);
  CHECK(Score("[1,2]", R"(["1",2])", R"({"measure":"overlap"})") == 0.5);
}

TEST_CASE("ranking: several lists, their worst or their mean") {
  const std::string left = R"({"users":[{"items":["a","b"]},{"items":["c","d"]}]})";
  const std::string right = R"({"users":[{"items":["a","b"]},{"items":["d","c"]}]})";
  CHECK(Score(left, right, R"({"items":"/users/*/items","key":""})") == 1);
  CHECK(Score(left, right, R"({"items":"/users/*/items","key":"","reduce":"mean"})") == 0.5);
  CHECK(Score(left, R"({"users":[{"items":["a","b"]}]})", R"({"items":"/users/*/items"})") == 1);
}

TEST_CASE("ranking: empty lists are the same as each other alone") {
  for (const char* measure : {"kendall", "rbo", "overlap", "ndcg"}) {
    const std::string options = fmt::format(R"({{"measure":"{}"}})", measure);
    CHECK(Score(R"({"results":[]})", R"({"results":[] })", options) == 0);
    CHECK(Score(R"({"results":[]})", kSix, options) == 1);
    CHECK(Score(kSix, R"({"results":[]})", options) == 1);
  }
}

TEST_CASE("ranking: broken lists are the candidate's fault or cannot be told") {
  const auto code = [](const std::string& baseline) {
    return TryCompareBodies<RankingComparator>(baseline, kSix).status().code();
  };
  for (const char* body :
       {R"({"results":[{"relevance_score":1}]})", R"({"results":[{"index":[]}]})",
        R"({"results":[{"index":1,"relevance_score":1},{"index":2}]})", R"({"results":{"0":1}})",
        R"({"results":[null]})"}) {
    INFO(body);
    CHECK(Score(kSix, body) == 1);
    CHECK(code(body) == absl::StatusCode::kUnimplemented);
  }
  CHECK(TryCompareBodies<RankingComparator>("{}", "{}").status().code() ==
        absl::StatusCode::kUnimplemented);
  CHECK(Score("{}", kSix) == 1);
  CheckBrokenAnswers<RankingComparator>(kSix);
}

TEST_CASE("ranking: scores that are no numbers or beyond them still rank") {
  const std::string odd =
      R"({"results":[{"index":0,"relevance_score":1e308},{"index":1,"relevance_score":NaN},)"
      R"({"index":2,"relevance_score":-1e308}]})";
  CHECK(Score(odd, Reranked({{"0", 3}, {"2", 2}, {"1", 1}})) == 0);
  const std::string wide =
      R"({"results":[{"index":0,"relevance_score":1e308},{"index":1,"relevance_score":-1e308}]})";
  CHECK(Score(wide, Reranked({{"1", 3}, {"0", 2}}), R"({"measure":"ndcg"})") > 0.3);
}

TEST_CASE("ranking: more items than can be ranked are too many") {
  std::string many = "[";
  for (int i = 0; i < 100'001; ++i) many += "0,";
  many.back() = ']';
  for (const auto& [a, b] : {std::pair{many, std::string("[0]")}, {std::string("[0]"), many}}) {
    CHECK(TryCompareBodies<RankingComparator>(a, b).status().code() ==
          absl::StatusCode::kResourceExhausted);
  }
}

TEST_CASE("ranking: options are checked") {
  for (const char* options : {R"({"p":0})", R"({"p":1})", R"({"k":0})", R"({"key":"index"})",
                              R"({"items":"results"})", R"({"measure":"tau"})"}) {
    CHECK_FALSE(RankingComparator::Build(options).ok());
  }
}

}  // namespace
}  // namespace understudy
