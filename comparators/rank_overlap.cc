// Overlaps of ranked lists.
#include "comparators/rank_overlap.h"

#include <algorithm>
#include <utility>

namespace understudy {
namespace {

std::vector<std::pair<std::uint32_t, std::size_t>> ByItem(std::span<const std::uint32_t> list) {
  std::vector<std::pair<std::uint32_t, std::size_t>> items;
  items.reserve(list.size());
  for (std::size_t rank = 0; rank < list.size(); ++rank) items.emplace_back(list[rank], rank);
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

std::vector<std::uint32_t> SharedByDepth(std::span<const std::uint32_t> a,
                                         std::span<const std::uint32_t> b) {
  const auto left = ByItem(a);
  const auto right = ByItem(b);
  std::vector<std::uint32_t> shared(std::max(a.size(), b.size()), 0);
  // An item is shared from the depth of its lower place on.
  for (auto i = left.begin(), j = right.begin(); i != left.end() && j != right.end();) {
    if (i->first == j->first) {
      ++shared[std::max(i->second, j->second)];
      ++i;
      ++j;
    } else if (i->first < j->first) {
      ++i;
    } else {
      ++j;
    }
  }
  for (std::size_t d = 1; d < shared.size(); ++d) shared[d] += shared[d - 1];
  return shared;
}

double AverageOverlap(std::span<const std::uint32_t> shared, std::size_t k) {
  // Counts what is missing, so that equal lists give 1 exactly.
  double missing = 0;
  for (std::size_t d = 1; d <= k; ++d) {
    const auto depth = static_cast<double>(d);
    missing += (depth - shared[d - 1]) / depth;
  }
  return 1 - missing / static_cast<double>(k);
}

double RankBiasedOverlap(std::span<const std::uint32_t> shared, std::size_t a, std::size_t b,
                         double p) {
  const auto shorter = static_cast<double>(std::min(a, b));
  const std::size_t l = std::max(a, b);
  const double at_shorter = shared[std::min(a, b) - 1];
  const double at_longer = shared[l - 1];
  double sum = 0;
  double power = 1;  // p^d
  for (std::size_t d = 1; d <= l; ++d) {
    power *= p;
    const auto depth = static_cast<double>(d);
    sum += shared[d - 1] / depth * power;
    if (depth > shorter) sum += at_shorter * (depth - shorter) / (shorter * depth) * power;
  }
  const double beyond =
      ((at_longer - at_shorter) / static_cast<double>(l) + at_shorter / shorter) * power;
  return std::clamp((1 - p) / p * sum + beyond, 0.0, 1.0);
}

}  // namespace understudy
