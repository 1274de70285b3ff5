// Detected objects of two answers matched by where they are. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace understudy {

// A rectangle, x to the right and y down; a side that is not positive is of length 0.
struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  friend bool operator==(const Box&, const Box&) = default;
};

struct Detection {
  Box box;
  std::string label;
  double confidence = 1;
};

// Intersection over union in [0,1], of continuous coordinates as pycocotools' maskUtils.iou has it;
// 1 for equal boxes, whatever their size, and 0 where it is no number (areas beyond the doubles).
double IntersectionOverUnion(const Box& a, const Box& b);

// For each candidate the reference it is matched with, or nothing. As COCO's evaluation matches for
// one threshold (Lin et al., "Microsoft COCO: Common objects in context", ECCV 2014; pycocotools
// cocoeval.py, evaluateImg): candidates take turns by their confidence, the highest first, equal
// ones as listed; each takes, of the references with its label that are still free, the one with
// the largest IoU of at least `threshold`, the last of equals. Time grows with the product of the
// numbers of one label, at most 2,000 times 2,000 for the callers' bound.
std::vector<std::optional<std::size_t>> MatchBoxes(const std::vector<Detection>& references,
                                                   const std::vector<Detection>& candidates,
                                                   double threshold);

}  // namespace understudy
