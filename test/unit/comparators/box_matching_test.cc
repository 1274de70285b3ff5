// Matching boxes; reference values of pycocotools 2.0.11 (maskUtils.iou, COCOeval with one
// threshold, one area range and no limit of detections).
#include "comparators/box_matching.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

namespace understudy {
namespace {

Box At(double x, double y, double width, double height) { return {x, y, x + width, y + height}; }

std::size_t Matched(const std::vector<Detection>& references,
                    const std::vector<Detection>& candidates, double threshold) {
  std::size_t matched = 0;
  for (const auto& match : MatchBoxes(references, candidates, threshold)) matched += match ? 1 : 0;
  return matched;
}

TEST_CASE("box matching: intersection over union is that of pycocotools") {
  const Box reference = At(0, 0, 10, 10);
  CHECK(IntersectionOverUnion(At(1, 1, 10, 10), reference) == Approx(0.680672268907563));
  CHECK(IntersectionOverUnion(At(1, 1, 10, 10), At(5, 5, 10, 10)) == Approx(0.21951219512195122));
  CHECK(IntersectionOverUnion(At(110, 110, 20, 30), At(100, 100, 20, 30)) == Approx(0.2));
  CHECK(IntersectionOverUnion(At(2, 2, 3.5, 4), At(1.5, 2.5, 3, 4)) == Approx(0.5072463768115942));
  CHECK(IntersectionOverUnion(reference, At(10, 0, 5, 5)) == 0);
  CHECK(IntersectionOverUnion(reference, At(3, 3, 0, 0)) == 0);
}

TEST_CASE("box matching: equal boxes are at 1 whatever their size, odd ones are bounded") {
  CHECK(IntersectionOverUnion(At(3, 3, 0, 0), At(3, 3, 0, 0)) == 1);
  CHECK(IntersectionOverUnion(At(3, 3, -2, 5), At(3, 3, -2, 5)) == 1);
  CHECK(IntersectionOverUnion(At(3, 3, -2, 5), At(0, 0, 10, 10)) == 0);
  const double most = std::numeric_limits<double>::max();
  CHECK(IntersectionOverUnion({-most, -most, most, most}, {-most, -most, most, 0}) == 0);
}

TEST_CASE("box matching: as many match as COCO's evaluation finds") {
  // The same generator in Python: s = (s * 1103515245 + 12345) % 2**31.
  const auto scene = [](std::uint64_t state, int size) {
    const auto next = [&](std::uint64_t below) {
      state = (state * 1103515245 + 12345) % (std::uint64_t{1} << 31);
      return static_cast<double>((state >> 16) % below);
    };
    std::vector<Detection> objects;
    for (int i = 0; i < size; ++i) {
      Detection object;
      object.label = std::to_string(static_cast<int>(next(3)));
      const double x = next(60);
      const double y = next(60);
      const double width = 10 + next(20);
      const double height = 10 + next(20);
      object.box = At(x, y, width, height);
      object.confidence = (1 + next(1000)) / 1001;
      objects.push_back(object);
    }
    return objects;
  };
  const auto references = scene(1, 60);
  const auto candidates = scene(2, 80);
  CHECK(Matched(references, candidates, 0.3) == 36);
  CHECK(Matched(references, candidates, 0.5) == 13);
  CHECK(Matched(references, candidates, 0.75) == 0);
}

TEST_CASE("box matching: the most confident goes first, each reference is taken once") {
  const std::vector<Detection> references{{At(0, 0, 10, 10), "cat", 1}};
  const std::vector<Detection> candidates{{At(0, 0, 10, 10), "cat", 0.5},
                                          {At(0, 0, 10, 9), "cat", 0.9}};
  const auto matches = MatchBoxes(references, candidates, 0.5);
  CHECK_FALSE(matches[0]);
  CHECK(matches[1] == 0);
  CHECK(Matched(references, {{At(0, 0, 10, 10), "dog", 1}}, 0.5) == 0);
  CHECK(Matched({}, candidates, 0.5) == 0);
  CHECK(Matched(references, {}, 0.5) == 0);
}

}  // namespace
}  // namespace understudy
