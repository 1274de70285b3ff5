// The `probabilities` comparator.
#include "comparators/probabilities.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "comparators/distribution_distance.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 6> kOptions{{
    {"score", "total_variation | jensen_shannon | max", "total_variation",
     "the distance of two rows; max is the largest difference of one probability"},
    {"logits", "true | false", "false", "whether rows are logits, which a softmax makes a row of"},
    {"sum_tolerance", "number >= 0", "0.001", "how far from 1 the sum of a row may be"},
    kReduceOption,
    {"outputs", "list of names", "all with distributions", "the outputs that are compared"},
    {"paths", "path or list of paths", "none", "places of other JSON, in place of outputs"},
}};
constexpr std::array<std::string_view, 3> kScores{"total_variation", "jensen_shannon", "max"};

// Compares rows, one after the other; keeps its memory.
class Distributions {
 public:
  Distributions(bool logits, double tolerance) : logits_(logits), tolerance_(tolerance) {}

  // Whether the incumbent's row is a distribution, and then whether both are over the same
  // outcomes; left() and right() are theirs.
  std::optional<bool> Read(const NumberRow& baseline, const NumberRow& candidate) {
    left_.assign(baseline.values.begin(), baseline.values.end());
    right_.assign(candidate.values.begin(), candidate.values.end());
    if (!Distribution(left_)) return std::nullopt;
    if (!Distribution(right_)) return false;
    if (baseline.labels.empty()) return left_.size() == right_.size();
    Align(baseline, candidate);
    return true;
  }

  const std::vector<double>& left() const { return left_; }
  const std::vector<double>& right() const { return right_; }

 private:
  bool Distribution(std::vector<double>& row) const {
    return logits_ ? Softmax(row) : Normalize(row, tolerance_);
  }

  // Brings both to the labels of either.
  void Align(const NumberRow& baseline, const NumberRow& candidate) {
    labels_.assign(baseline.labels.begin(), baseline.labels.end());
    labels_.insert(labels_.end(), candidate.labels.begin(), candidate.labels.end());
    std::sort(labels_.begin(), labels_.end());
    labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
    const auto spread = [&](std::span<const std::string_view> labels, std::vector<double>& row) {
      std::vector<double> by_label(labels_.size(), 0);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto at = std::lower_bound(labels_.begin(), labels_.end(), labels[i]);
        by_label[static_cast<std::size_t>(at - labels_.begin())] += row[i];
      }
      row = std::move(by_label);
    };
    spread(baseline.labels, left_);
    spread(candidate.labels, right_);
  }

  bool logits_;
  double tolerance_;
  std::vector<double> left_;
  std::vector<double> right_;
  std::vector<std::string_view> labels_;
};

}  // namespace

std::span<const OptionDoc> ProbabilitiesComparator::Options() { return kOptions; }

ProbabilitiesComparator::Score ProbabilitiesComparator::ScoreAt(std::size_t choice) {
  switch (choice) {
    case 1:
      return {&JensenShannonDistance, "Jensen-Shannon distance"};
    case 2:
      return {&LargestGap, "largest difference"};
    default:
      return {&TotalVariation, "total variation"};
  }
}

absl::StatusOr<std::unique_ptr<ProbabilitiesComparator>> ProbabilitiesComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("probabilities", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<ProbabilitiesComparator>();
  std::size_t score = 0;
  absl::Status status = (*options)->ReadChoice("score", kScores, score);
  status.Update((*options)->ReadBool("logits", comparator->logits_));
  status.Update((*options)->ReadNonNegative("sum_tolerance", comparator->tolerance_));
  status.Update(ReadReduce(**options, comparator->reduce_));
  status.Update(comparator->source_.Read(**options));
  if (!status.ok()) return status;
  comparator->score_ = ScoreAt(score);
  return comparator;
}

absl::StatusOr<Comparison> ProbabilitiesComparator::Compare(const Pair& pair) const {
  Distributions rows(logits_, tolerance_);
  const auto distance = [&](const NumberRow& baseline,
                            const NumberRow& candidate) -> std::optional<double> {
    const std::optional<bool> comparable = rows.Read(baseline, candidate);
    if (!comparable) return std::nullopt;
    return *comparable ? score_.distance(rows.left(), rows.right()) : 1;
  };
  return CompareRows(pair, source_, reduce_,
                     {.distance = distance,
                      .show = ShowNumbers,
                      .kind = "value",
                      .measure = score_.name,
                      .nothing = "no row of the incumbent's answer is a distribution"});
}

}  // namespace understudy
