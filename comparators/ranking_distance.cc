// Distances of ranked lists.
#include "comparators/ranking_distance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/rank_correlation.h"
#include "comparators/rank_overlap.h"

namespace understudy {
namespace {

// Both lists as numbers: the same number, the same item.
struct Numbered {
  std::vector<std::uint32_t> left;
  std::vector<std::uint32_t> right;
  std::size_t items = 0;  // of either
};

Numbered NumberItems(const RankedList& baseline, const RankedList& candidate) {
  Numbered out;
  absl::flat_hash_map<std::string_view, std::uint32_t> numbers;
  numbers.reserve(baseline.keys.size() + candidate.keys.size());
  const auto number = [&](const RankedList& list, std::vector<std::uint32_t>& side) {
    side.reserve(list.keys.size());
    for (const std::string& key : list.keys) {
      side.push_back(
          numbers.emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
  };
  number(baseline, out.left);
  number(candidate, out.right);
  out.items = numbers.size();
  return out;
}

// The level of each item: higher is better, equal scores are one level, 0 is not in the list.
std::vector<std::uint32_t> Levels(const std::vector<std::uint32_t>& ranking,
                                  const std::vector<double>& scores, std::size_t items) {
  std::vector<std::uint32_t> levels(items, 0);
  auto level = static_cast<std::uint32_t>(ranking.size());
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const bool tied = i > 0 && !scores.empty() && scores[i] == scores[i - 1];
    if (i > 0 && !tied) --level;
    levels[ranking[i]] = level;
  }
  return levels;
}

// Decided when a list is without items.
std::optional<double> Empty(const RankedList& baseline, const RankedList& candidate) {
  if (!baseline.keys.empty() && !candidate.keys.empty()) return std::nullopt;
  return baseline.keys.empty() && candidate.keys.empty() ? 0 : 1;
}

}  // namespace

double KendallDistance(const RankedList& baseline, const RankedList& candidate) {
  if (const auto known = Empty(baseline, candidate)) return *known;
  const Numbered lists = NumberItems(baseline, candidate);
  const auto left = Levels(lists.left, baseline.scores, lists.items);
  const auto right = Levels(lists.right, candidate.scores, lists.items);
  if (left == right) return 0;  // exactly
  const std::optional<double> tau = KendallTauB(left, right);
  if (!tau) return 0.5;  // all of one side are tied
  return (1 - *tau) / 2;
}

double RboDistance(const RankedList& baseline, const RankedList& candidate, double p) {
  if (const auto known = Empty(baseline, candidate)) return *known;
  const Numbered lists = NumberItems(baseline, candidate);
  if (lists.left == lists.right) return 0;
  const auto shared = SharedByDepth(lists.left, lists.right);
  return 1 - RankBiasedOverlap(shared, lists.left.size(), lists.right.size(), p);
}

double OverlapDistance(const RankedList& baseline, const RankedList& candidate, std::size_t k) {
  if (const auto known = Empty(baseline, candidate)) return *known;
  const Numbered lists = NumberItems(baseline, candidate);
  const auto shared = SharedByDepth(lists.left, lists.right);
  const std::size_t depth = std::min(k, shared.size());
  return static_cast<double>(depth - shared[depth - 1]) / static_cast<double>(depth);
}

std::optional<double> GainLoss(const RankedList& baseline, const RankedList& candidate,
                               std::size_t k) {
  if (const auto known = Empty(baseline, candidate)) return *known;
  const bool finite = std::all_of(baseline.scores.begin(), baseline.scores.end(),
                                  [](double score) { return std::isfinite(score); });
  if (baseline.scores.empty() || !finite) return std::nullopt;
  const double lowest = std::min(0.0, baseline.scores.back());
  std::vector<double> ideal;
  absl::flat_hash_map<std::string_view, double> gains;
  for (std::size_t i = 0; i < baseline.keys.size(); ++i) {
    // Halves, as the difference of two large scores would overflow; gains count by their ratios.
    ideal.push_back(baseline.scores[i] / 2 - lowest / 2);
    gains.emplace(baseline.keys[i], ideal.back());
  }
  std::vector<double> ranking;
  for (const std::string& key : candidate.keys) {
    const auto gain = gains.find(key);
    ranking.push_back(gain == gains.end() ? 0 : gain->second);
  }
  return 1 - NormalizedGain(ranking, ideal, k);
}

}  // namespace understudy
