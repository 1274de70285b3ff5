// Matching boxes.
#include "comparators/box_matching.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace understudy {
namespace {

double Length(double from, double to) { return std::max(0.0, to - from); }

double Area(const Box& box) { return Length(box.left, box.right) * Length(box.top, box.bottom); }

}  // namespace

double IntersectionOverUnion(const Box& a, const Box& b) {
  if (a == b) return 1;
  const double shared = Length(std::max(a.left, b.left), std::min(a.right, b.right)) *
                        Length(std::max(a.top, b.top), std::min(a.bottom, b.bottom));
  const double share = shared / (Area(a) + Area(b) - shared);
  return share > 0 ? std::min(share, 1.0) : 0;
}

std::vector<std::optional<std::size_t>> MatchBoxes(const std::vector<Detection>& references,
                                                   const std::vector<Detection>& candidates,
                                                   double threshold) {
  absl::flat_hash_map<std::string_view, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < references.size(); ++i) by_label[references[i].label].push_back(i);
  std::vector<std::size_t> turns(candidates.size());
  std::iota(turns.begin(), turns.end(), std::size_t{0});
  std::stable_sort(turns.begin(), turns.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].confidence > candidates[b].confidence;
  });
  std::vector<bool> taken(references.size(), false);
  std::vector<std::optional<std::size_t>> matches(candidates.size());
  for (const std::size_t turn : turns) {
    const auto alike = by_label.find(candidates[turn].label);
    if (alike == by_label.end()) continue;
    double best = threshold;
    for (const std::size_t i : alike->second) {
      if (taken[i]) continue;
      const double overlap = IntersectionOverUnion(references[i].box, candidates[turn].box);
      if (overlap < best) continue;
      best = overlap;
      matches[turn] = i;
    }
    if (matches[turn]) taken[*matches[turn]] = true;
  }
  return matches;
}

}  // namespace understudy
