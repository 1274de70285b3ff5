// The `boxes` comparator: formats, fields, F1, bounds.
#include "comparators/boxes.h"

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

double Score(const std::string& baseline, const std::string& candidate,
             const std::string& options = "") {
  return CompareBodies<BoxesComparator>(baseline, candidate, options).divergence;
}

std::string Objects(const std::string& objects) { return R"({"predictions":[)" + objects + "]}"; }

const std::string kCat = R"({"label":"cat","score":0.9,"box":[0,0,10,10]})";
const std::string kDog = R"({"label":"dog","score":0.8,"box":[20,20,40,40]})";

TEST_CASE("boxes: the score is 1 - F1 with the incumbent's boxes as truth") {
  CHECK(Score(Objects(kCat + "," + kDog), Objects(kDog + "," + kCat)) == 0);
  // One of two found, nothing else: F1 = 2 * 1 / 3.
  const Comparison comparison =
      CompareBodies<BoxesComparator>(Objects(kCat + "," + kDog), Objects(kCat));
  CHECK(comparison.divergence == Approx(1.0 / 3));
  CHECK(comparison.reason ==
        "1 of 1 lists differ by 1 - F1; mean 0.3333, worst 0.3333 at \"/predictions\"");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].kind == "missing");
  CHECK(comparison.differences[0].path == "/predictions/1");
  CHECK(Score(Objects(kCat), Objects(kDog)) == 1);
  const Comparison extra =
      CompareBodies<BoxesComparator>(Objects(kCat), Objects(kDog + "," + kCat));
  REQUIRE(extra.differences.size() == 1);
  CHECK(extra.differences[0].kind == "extra");
  CHECK(extra.differences[0].path == "/predictions/0");
}

TEST_CASE("boxes: without boxes on both sides the score is 0, on one side 1") {
  CHECK(Score(Objects(""), Objects(" ")) == 0);
  CHECK(Score(Objects(""), Objects(kCat)) == 1);
  CHECK(Score(Objects(kCat), Objects("")) == 1);
}

TEST_CASE("boxes: boxes match from the threshold on") {
  // maskUtils.iou of pycocotools 2.0.11: 0.680672268907563
  const std::string moved = R"({"label":"cat","score":0.9,"box":[1,1,11,11]})";
  CHECK(Score(Objects(kCat), Objects(moved)) == 0);
  CHECK(Score(Objects(kCat), Objects(moved), R"({"iou":0.68})") == 0);
  CHECK(Score(Objects(kCat), Objects(moved), R"({"iou":0.69})") == 1);
  CHECK(Score(Objects(kCat), Objects(kCat) + " ", R"({"iou":1})") == 0);
}

TEST_CASE("boxes: four numbers are corners, a corner and a size, or a center and a size") {
  const std::string left = R"([{"box":[10,10,20,20]}])";
  CHECK(Score(left, R"([{"box":[10,10,20,30]}])") == 0);  // IoU 1/2
  CHECK(Score(left, R"([{"box":[10,10,20,30]}])", R"({"format":"xywh","iou":0.6})") == 0);  // 2/3
  CHECK(Score(left, R"([{"box":[10,10,20,40]}])", R"({"format":"cxcywh","iou":0.51})") ==
        1);  // 1/2
  CHECK(Score(left, R"([{"box":[10,15,20,20]}])", R"({"format":"cxcywh","iou":0.59})") ==
        0);  // 3/5
}

TEST_CASE("boxes: fields are named by pointers, the box by one or four of them") {
  const std::string left = R"([{"what":{"id":1},"sure":0.9,"at":{"x1":0,"y1":0,"x2":10,"y2":10}}])";
  const std::string right =
      R"([{"what":{"id":1},"sure":0.2,"at":{"x1":0,"y1":0,"x2":10,"y2":10}}])";
  const std::string named =
      R"({"box":["/at/x1","/at/y1","/at/x2","/at/y2"],"label":"/what/id","confidence":"/sure")";
  CHECK(Score(left, right, named + "}") == 0);
  CHECK(Score(left, right, named + R"(,"min_confidence":0.5})") == 1);
  CHECK(Score(R"({"images":[{"o":[]},{"o":[{"box":[0,0,1,1]}]}]})",
              R"({"images":[{"o":[]},{"o":[{"box":[5,5,6,6]}]}]})",
              R"({"items":"/images/*/o","reduce":"mean"})") == 0.5);
}

TEST_CASE("boxes: objects below the confidence are left out on both sides") {
  const std::string faint = R"({"label":"cow","score":0.1,"box":[1,2,3,4]})";
  CHECK(Score(Objects(kCat + "," + faint), Objects(kCat), R"({"min_confidence":0.3})") == 0);
  CHECK(Score(Objects(kCat), Objects(faint + "," + kCat), R"({"min_confidence":0.3})") == 0);
  CHECK(Score(Objects(kCat), Objects(kCat + R"(,{"box":[1,2,3,4],"score":NaN})"),
              R"({"min_confidence":0.3})") == 0);
}

TEST_CASE("boxes: broken objects are the candidate's fault or cannot be told") {
  for (const char* object :
       {R"({"label":"cat"})", R"({"box":[1,2,3]})", R"({"box":[1,2,3,"4"]})",
        R"({"box":[1,2,3,NaN]})", R"({"box":[1,2,3,1e999]})", "7", "null",
        R"({"box":[1,2,3,4],"label":[]})", R"({"box":[1,2,3,4],"score":"high"})"}) {
    INFO(object);
    CHECK(Score(Objects(kCat), Objects(object)) == 1);
    CHECK(TryCompareBodies<BoxesComparator>(Objects(object), Objects(kCat)).status().code() ==
          absl::StatusCode::kUnimplemented);
  }
  CheckBrokenAnswers<BoxesComparator>(Objects(kCat));
}

TEST_CASE("boxes: more boxes than can be matched are too many") {
  const auto many = [](int lists, int boxes) {
    std::string text = "[";
    for (int list = 0; list < lists; ++list) {
      text += "[";
      for (int i = 0; i < boxes; ++i) text += R"({"box":[0,0,1,1]},)";
      text.back() = ']';
      text += ",";
    }
    text.back() = ']';
    return text;
  };
  const auto code = [&](const std::string& body) {
    return TryCompareBodies<BoxesComparator>(body, body + " ", R"({"items":"/*"})").status().code();
  };
  CHECK(code(many(1, 2000)) == absl::StatusCode::kOk);
  CHECK(code(many(1, 2001)) == absl::StatusCode::kResourceExhausted);
  CHECK(code(many(3, 2000)) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("boxes: options are checked") {
  for (const char* options :
       {R"({"iou":0})", R"({"iou":1.5})", R"({"box":["/a","/b"]})",
        R"({"box":["/a","/b","/c","d"]})", R"({"format":"xyxyxy"})", R"({"label":7})"}) {
    CHECK_FALSE(BoxesComparator::Build(options).ok());
  }
}

}  // namespace
}  // namespace understudy
