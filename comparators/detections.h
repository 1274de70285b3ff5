// Detected objects read from a list in an answer.
//
// Threads: values and pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/box_matching.h"
#include "comparators/document.h"
#include "comparators/item_field.h"

namespace understudy {

inline constexpr std::size_t kMaxBoxes = 2'000;  // a side

enum class BoxFormat {
  kCorners,  // left, top, right, bottom
  kCorner,   // left, top, width, height
  kCenter,   // center x, center y, width, height
};

// Where the parts of an object stand inside it.
struct DetectionFields {
  std::vector<ItemField> box;  // an array of four numbers, or four numbers
  BoxFormat format = BoxFormat::kCorners;
  std::vector<ItemField> label;       // the first that is there; none: one label for all
  std::vector<ItemField> confidence;  // the first that is there; none: 1
  double min_confidence = 0;
};

struct DetectionList {
  std::vector<Detection> detections;  // without those below the confidence
  std::vector<std::uint32_t> nodes;   // where each stands in the document
};

// InvalidArgument when `list` is no array or an object has no box of four finite numbers, a label
// that is no scalar or a confidence that is no number; ResourceExhausted above kMaxBoxes. A
// confidence of NaN counts as 0.
absl::StatusOr<DetectionList> ReadDetections(JsonValue list, const DetectionFields& fields);

}  // namespace understudy
