// Kendall's tau-b and discounted gains.
#include "comparators/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace understudy {
namespace {

std::uint64_t PairsOf(std::uint64_t n) { return n * (n - 1) / 2; }

// Pairs of equal neighbours in a sorted range, by `same`.
template <typename Items, typename Same>
std::uint64_t TiedPairs(const Items& items, Same same) {
  std::uint64_t pairs = 0;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= items.size(); ++i) {
    if (i < items.size() && same(items[begin], items[i])) continue;
    pairs += PairsOf(i - begin);
    begin = i;
  }
  return pairs;
}

// Sorts by merging and counts the pairs that were the wrong way round.
std::uint64_t CountSwaps(std::vector<std::uint32_t>& values) {
  std::vector<std::uint32_t> merged(values.size());
  std::uint64_t swaps = 0;
  for (std::size_t width = 1; width < values.size(); width *= 2) {
    for (std::size_t begin = 0; begin < values.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, values.size());
      const std::size_t end = std::min(begin + 2 * width, values.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        const bool take_left = right == end || (left < middle && values[left] <= values[right]);
        if (!take_left) swaps += middle - left;
        merged[out] = take_left ? values[left++] : values[right++];
      }
    }
    values.swap(merged);
  }
  return swaps;
}

double DiscountedGain(std::span<const double> gains, std::size_t k, double largest) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(k, gains.size()); ++i) {
    sum += gains[i] / largest / std::log2(static_cast<double>(i) + 2);
  }
  return sum;
}

}  // namespace

std::optional<double> KendallTauB(std::span<const std::uint32_t> x,
                                  std::span<const std::uint32_t> y) {
  if (x.size() < 2) return std::nullopt;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> items;
  items.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) items.emplace_back(x[i], y[i]);
  std::sort(items.begin(), items.end());
  const std::uint64_t tied_x =
      TiedPairs(items, [](const auto& a, const auto& b) { return a.first == b.first; });
  const std::uint64_t tied_both =
      TiedPairs(items, [](const auto& a, const auto& b) { return a == b; });
  std::vector<std::uint32_t> order;
  order.reserve(items.size());
  for (const auto& item : items) order.push_back(item.second);
  const std::uint64_t discordant = CountSwaps(order);  // now sorted
  const std::uint64_t tied_y =
      TiedPairs(order, [](std::uint32_t a, std::uint32_t b) { return a == b; });
  const std::uint64_t pairs = PairsOf(items.size());
  if (tied_x == pairs || tied_y == pairs) return std::nullopt;
  const auto untied = static_cast<double>(pairs - tied_x - tied_y + tied_both);
  const double score = untied - 2 * static_cast<double>(discordant);
  const double tau = score / std::sqrt(static_cast<double>(pairs - tied_x)) /
                     std::sqrt(static_cast<double>(pairs - tied_y));
  return std::clamp(tau, -1.0, 1.0);
}

double NormalizedGain(std::span<const double> ranking, std::span<const double> ideal,
                      std::size_t k) {
  const double largest = ideal.empty() ? 0 : ideal.front();
  if (largest == 0) return 1;
  // By the largest first, so that the sum of large gains does not overflow.
  const double best = DiscountedGain(ideal, k, largest);
  return std::clamp(DiscountedGain(ranking, k, largest) / best, 0.0, 1.0);
}

}  // namespace understudy
