// The `vectors` comparator: places, base64, indices, batches; reference values of numpy 1.26.4.
#include "comparators/vectors.h"

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

double Score(const std::string& baseline, const std::string& candidate,
             const std::string& options = "") {
  return CompareBodies<VectorsComparator>(baseline, candidate, options).divergence;
}

// An answer of OpenAI's API with one vector.
std::string OpenAi(const std::string& vector) {
  return R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":)" + vector +
         R"(}],"model":"m","usage":{"prompt_tokens":5,"total_tokens":5}})";
}

TEST_CASE("vectors: the score is one of the distances") {
  const std::string a = OpenAi("[1,2,3,-1]");
  const std::string b = OpenAi("[1.5,1,2.5,0.5]");
  CHECK(Score(a, b) == Approx(0.1652493405385679));
  CHECK(Score(a, b, R"({"score":"cosine"})") == Approx(0.0658784289377704));
  CHECK(Score(a, b, R"({"score":"l2"})") == Approx(0.2768203216716358));
  CHECK(Score(a, b, R"({"score":"norm"})") == Approx(0.1937742251701451));
}

TEST_CASE("vectors: they are found where servers of embeddings write them") {
  for (const char* text :
       {R"({"embeddings":[[1,0],[V]]})", R"({"embeddings":{"float":[[1,0],[V]]}})",
        R"({"embedding":[V]})", R"([{"index":0,"embedding":[[V]]}])", R"([[1,0],[V]])",
        R"({"outputs":[{"name":"e","datatype":"FP32","shape":[1,2],"data":[V]}]})",
        R"({"outputs":[{"name":"e","datatype":"INT8","shape":[1,2],"data":[V]}]})"}) {
    INFO(text);
    const auto with = [&](const std::string& vector) {
      std::string body = text;
      return body.replace(body.find('V'), 1, vector);
    };
    CHECK(Score(with("1,0"), with("0,1")) == Approx(0.5));
    CHECK(Score(with("1,0"), with("1,0")) == 0);
  }
  CHECK(Score(R"({"x":[1,0]})", R"({"x":[0,1]})", R"({"paths":"/x"})") == Approx(0.5));
  const std::string two = R"({"outputs":[
    {"name":"a","datatype":"FP32","shape":[1,2],"data":[1,0]},
    {"name":"b","datatype":"FP32","shape":[1,2],"data":[1,0]}]})";
  std::string other = two;
  other.replace(other.rfind("1,0"), 3, "0,1");
  CHECK(Score(two, other, R"({"outputs":["a"]})") == 0);
  CHECK(Score(two, other, R"({"outputs":["b"]})") == Approx(0.5));
}

TEST_CASE("vectors: base64 and numbers are the same vector") {
  // struct.pack("<3f", 0.1, 0.2, 0.3)
  const std::string base64 = OpenAi(R"("zczMPc3MTD6amZk+")");
  const std::string numbers = OpenAi("[0.1,0.2,0.3]");
  CHECK(Score(base64, numbers) == 0);
  CHECK(Score(numbers, base64, R"({"score":"l2"})") == 0);
  CHECK(Score(base64, base64 + " ") == 0);
  CHECK(Score(base64, OpenAi("[0.3,0.2,0.1]")) > 0.1);
  CHECK(Score(numbers, OpenAi(R"("zczMPc3MTD6amZk")")) == 1);
}

TEST_CASE("vectors: they are matched by the index beside them") {
  const std::string sorted =
      R"({"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,1]}]})";
  const std::string turned =
      R"({"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]})";
  CHECK(Score(sorted, turned) == 0);
  CHECK(Score(sorted, turned, R"({"index":""})") == Approx(0.5));
  CHECK(Score(sorted, turned, R"({"index":"id"})") == Approx(0.5));
  const std::string named = R"({"v":[{"id":"a","e":[1,0]},{"id":"b","e":[0,1]}]})";
  const std::string renamed = R"({"v":[{"id":"b","e":[0,1]},{"id":"a","e":[1,0]}]})";
  CHECK(Score(named, renamed, R"({"paths":"/v/*/e","index":"id"})") == 0);
}

TEST_CASE("vectors: missing and extra ones and other lengths are 1, the mean counts them") {
  const std::string one = R"({"embeddings":[[1,0]]})";
  const std::string two = R"({"embeddings":[[1,0],[0,1]]})";
  CHECK(Score(two, one) == 1);
  CHECK(Score(one, two) == 1);
  CHECK(Score(two, one, R"({"reduce":"mean"})") == 0.5);
  CHECK(Score(R"({"embeddings":[[1,0]]})", R"({"embeddings":[[1,0,0]]})") == 1);
  CHECK(Score(R"({"data":[]})", OpenAi("[1,0]")) == 1);
}

TEST_CASE("vectors: a pair shows where its worst vector is") {
  const Comparison comparison = CompareBodies<VectorsComparator>(R"({"embeddings":[[1,0],[1,0]]})",
                                                                 R"({"embeddings":[[1,0],[0,1]]})");
  CHECK(comparison.reason == "1 of 2 rows differ by angle; mean 0.25, worst 0.5 at /embeddings/1");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].path == "/embeddings/1");
  CHECK(comparison.differences[0].baseline == "[1,0]");
  CHECK(comparison.differences[0].candidate == "[0,1]");
}

TEST_CASE("vectors: pairwise compares the similarities inside the batch, of any lengths") {
  const std::string a = R"({"embeddings":[[1,0,1],[0.5,2,-1],[3,1,1]]})";
  const std::string b = R"({"embeddings":[[1,0.5],[-1,2],[2,0.1]]})";
  const Comparison worst = CompareBodies<VectorsComparator>(a, b, R"({"score":"pairwise"})");
  CHECK(worst.divergence == Approx(0.3654829547575412));
  REQUIRE(worst.differences.size() == 1);
  CHECK(worst.differences[0].path == "/embeddings/1");
  CHECK(Score(a, b, R"({"score":"pairwise","reduce":"mean"})") == Approx(0.15801840404100284));
  CHECK(Score(a, a + " ", R"({"score":"pairwise"})") == 0);
  // Turned and stretched together, the batch keeps its geometry.
  CHECK(Score(R"({"embeddings":[[1,0],[1,1]]})", R"({"embeddings":[[0,-3],[2,-2]]})",
              R"({"score":"pairwise"})") == Approx(0).margin(1e-12));
}

TEST_CASE("vectors: pairwise takes outputs of other shapes, and refuses other batches") {
  const auto answer = [](const char* shape, const char* data) {
    return Answer1("FP32", shape, data);
  };
  CHECK(Score(answer("[2,2]", "[1,0,0,1]"), answer("[2,3]", "[1,0,0,0,0,1]"),
              R"({"score":"pairwise"})") == 0);
  CHECK(Score(answer("[2,2]", "[1,0,0,1]"), answer("[2,3]", "[1,0,0,0,0,1]")) == 1);
  CHECK(Score(answer("[2,2]", "[1,0,0,1]"), answer("[3,2]", "[1,0,0,1,1,1]"),
              R"({"score":"pairwise"})") == 1);
  const std::string one = answer("[1,2]", "[1,0]");
  CHECK(TryCompareBodies<VectorsComparator>(one, one, R"({"score":"pairwise"})").status().code() ==
        absl::StatusCode::kUnimplemented);
}

TEST_CASE("vectors: pairwise defines zero vectors and NaN") {
  const auto score = [](const char* a, const char* b) {
    return Score("[" + std::string(a) + "]", "[" + std::string(b) + "]", R"({"score":"pairwise"})");
  };
  CHECK(score("[1,0],[0,0]", "[1,0],[0,1]") == 0);
  CHECK(score("[1,0],[0,0]", "[1,0],[1,0]") == 0.5);
  CHECK(score("[1,0],[NaN,0]", "[1,0],[NaN,0]") == 0);
  CHECK(score("[1,0],[1,0]", "[1,0],[NaN,0]") == 1);
}

TEST_CASE("vectors: pairwise looks at the first 256 vectors of a batch") {
  const auto batch = [](int changed) {
    std::string text = "[";
    for (int i = 0; i < 300; ++i) text += i == changed ? "[0,1]," : "[1,0],";
    text.back() = ']';
    return text;
  };
  const std::string options = R"({"score":"pairwise","paths":""})";
  CHECK(Score(batch(-1), batch(255), options) == 0.5);
  CHECK(Score(batch(-1), batch(256), options) == 0);
}

TEST_CASE("vectors: answers that are none are compared as everywhere") {
  CheckBrokenAnswers<VectorsComparator>(OpenAi("[1,0]"));
  CheckBrokenAnswers<VectorsComparator>("[[1,0],[0,1]]", R"({"score":"pairwise"})");
  CHECK(TryCompareBodies<VectorsComparator>(R"({"a":1})", R"({"a":2})").status().code() ==
        absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace understudy
