// The `topk` comparator.
#include "comparators/topk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "comparators/rank_overlap.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxK = 1000;
constexpr std::size_t kShownLabel = 32;

constexpr std::array<OptionDoc, 5> kOptions{{
    {"k", "1..1000", "5", "how many of the best are compared"},
    {"score", "overlap | order", "overlap",
     "1 - the share of the k best that both have, or 1 - average overlap, which weighs the order"},
    kReduceOption,
    {"outputs", "list of names", "all that have rows", "the outputs that are compared"},
    {"paths", "path or list of paths", "none", "places of other JSON, in place of outputs"},
}};
constexpr std::array<std::string_view, 2> kScores{"overlap", "order"};

// Whether place `a` of a row ranks above place `b`.
struct Above {
  const NumberRow& row;

  bool operator()(std::uint32_t a, std::uint32_t b) const {
    const double x = row.values[a];
    const double y = row.values[b];
    if (std::isnan(x) != std::isnan(y)) return std::isnan(x);
    if (x != y && !std::isnan(x)) return x > y;
    if (!row.labels.empty() && row.labels[a] != row.labels[b]) return row.labels[a] < row.labels[b];
    return a < b;
  }
};

// The places of the k best, best first.
void Best(const NumberRow& row, std::size_t k, std::vector<std::uint32_t>& best) {
  const Above above{row};
  best.clear();
  // A heap whose top is the worst of the best so far.
  for (std::uint32_t i = 0; i < row.values.size(); ++i) {
    if (best.size() < k) {
      best.push_back(i);
      std::push_heap(best.begin(), best.end(), above);
    } else if (!(row.values[i] < row.values[best.front()]) && above(i, best.front())) {
      std::pop_heap(best.begin(), best.end(), above);
      best.back() = i;
      std::push_heap(best.begin(), best.end(), above);
    }
  }
  std::sort_heap(best.begin(), best.end(), above);
}

// Numbers in place of labels: the same label has the same number in both lists.
void NumberLabels(const NumberRow& baseline, const NumberRow& candidate,
                  std::vector<std::uint32_t>& left, std::vector<std::uint32_t>& right) {
  std::vector<std::string_view> names;
  for (const std::uint32_t i : left) names.push_back(baseline.labels[i]);
  for (const std::uint32_t i : right) names.push_back(candidate.labels[i]);
  std::sort(names.begin(), names.end());
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint32_t>(std::lower_bound(names.begin(), names.end(), name) -
                                      names.begin());
  };
  for (std::uint32_t& i : left) i = number(baseline.labels[i]);
  for (std::uint32_t& i : right) i = number(candidate.labels[i]);
}

// Compares rows, one after the other; keeps its memory.
class BestLists {
 public:
  BestLists(std::size_t k, bool order) : k_(k), order_(order) {}

  std::optional<double> Distance(const NumberRow& baseline, const NumberRow& candidate) {
    const std::size_t length = std::max(baseline.values.size(), candidate.values.size());
    const bool labelled = !baseline.labels.empty() || !candidate.labels.empty();
    if (!labelled && baseline.values.size() <= 1) return std::nullopt;
    if (!labelled && baseline.values.size() != candidate.values.size()) return 1;
    Best(baseline, k_, left_);
    Best(candidate, k_, right_);
    if (labelled) NumberLabels(baseline, candidate, left_, right_);
    if (left_ == right_) return 0;
    const std::vector<std::uint32_t> shared = SharedByDepth(left_, right_);
    const std::size_t k = std::min(k_, length);
    if (order_) return 1 - AverageOverlap(shared, k);
    return static_cast<double>(k - shared[k - 1]) / static_cast<double>(k);
  }

 private:
  std::size_t k_;
  bool order_;
  std::vector<std::uint32_t> left_;
  std::vector<std::uint32_t> right_;
};

std::string ShowBest(const NumberRow& row, std::size_t k) {
  std::vector<std::uint32_t> best;
  Best(row, k, best);
  std::string text;
  for (const std::uint32_t i : best) {
    if (!text.empty()) text += ",";
    text += row.labels.empty() ? std::to_string(i) : ShownText(row.labels[i], kShownLabel);
    if (text.size() > kMaxShownText) break;  // it is cut there
  }
  return text;
}

}  // namespace

std::span<const OptionDoc> TopKComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<TopKComparator>> TopKComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("topk", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<TopKComparator>();
  std::size_t score = 0;
  absl::Status status = (*options)->ReadWhole("k", 1, kMaxK, comparator->k_);
  status.Update((*options)->ReadChoice("score", kScores, score));
  status.Update(ReadReduce(**options, comparator->reduce_));
  status.Update(comparator->source_.Read(**options));
  if (!status.ok()) return status;
  comparator->order_ = score == 1;
  return comparator;
}

absl::StatusOr<Comparison> TopKComparator::Compare(const Pair& pair) const {
  BestLists lists(k_, order_);
  return CompareRows(
      pair, source_, reduce_,
      {.distance = [&](const auto& b, const auto& c) { return lists.Distance(b, c); },
       .show = [&](const NumberRow& row) { return ShowBest(row, k_); },
       .kind = "label",
       .measure = order_ ? "average overlap" : "overlap of the best",
       .nothing = "no row has more than one number to rank"});
}

}  // namespace understudy
