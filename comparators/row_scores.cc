// Comparing rows of numbers.
#include "comparators/row_scores.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 2> kReduces{"worst", "mean"};
constexpr std::size_t kShownPath = 96;
constexpr std::size_t kShownNumbers = 8;
constexpr std::size_t kShownLabel = 32;

// Compares the rows of one answer, place after place.
class RowWalk {
 public:
  RowWalk(const RowMeasure& measure, Comparison& out) : measure_(measure), out_(out) {}

  void Add(const NumbersPair& pair) {
    const std::size_t left = pair.baseline.size();
    const std::size_t right = pair.candidate.size();
    if (!pair.fault.empty()) {
      const bool worst = scores_.Add(1, std::max<std::size_t>({left, right, 1}));
      if (worst) worst_.Set(pair.place, RowsPlace::kWhole);
      const bool extra = left == 0 && right > 0;
      AddDifference(out_, pair.place.path, extra ? "extra" : "missing",
                    left > 0 ? measure_.show(pair.baseline[0]) : "",
                    right > 0 ? measure_.show(pair.candidate[0]) : "");
      return;
    }
    for (std::size_t row = 0; row < std::min(left, right); ++row) {
      const std::optional<double> score =
          measure_.distance(pair.baseline[row], pair.candidate[row]);
      if (score) {
        Note(pair, row, *score, measure_.kind);
      } else {
        passed_over_ = true;
      }
    }
    for (std::size_t row = right; row < left; ++row) Note(pair, row, 1, "missing");
    for (std::size_t row = left; row < right; ++row) Note(pair, row, 1, "extra");
  }

  const RowScores& scores() const { return scores_; }
  bool passed_over() const { return passed_over_; }
  const WorstPlace& worst() const { return worst_; }

 private:
  void Note(const NumbersPair& pair, std::size_t row, double score, std::string_view kind) {
    const bool worst = scores_.Add(score);
    const bool shown = score > 0 && out_.differences.size() < kMaxDifferences;
    if (!worst && !shown) return;
    const bool left = row < pair.baseline.size();
    const bool right = row < pair.candidate.size();
    // A row of the candidate alone has no place in the incumbent's answer.
    const std::uint32_t node = left ? pair.baseline.node(row) : RowsPlace::kWhole;
    if (worst) worst_.Set(pair.place, node);
    if (!shown) return;
    AddDifference(out_, pair.place.PathOf(node), kind,
                  left ? measure_.show(pair.baseline[row]) : "",
                  right ? measure_.show(pair.candidate[row]) : "");
  }

  const RowMeasure& measure_;
  Comparison& out_;
  RowScores scores_;
  WorstPlace worst_;
  bool passed_over_ = false;
};

}  // namespace

absl::Status ReadReduce(const OptionReader& options, Reduce& reduce) {
  std::size_t choice = reduce == Reduce::kWorst ? 0 : 1;
  absl::Status status = options.ReadChoice("reduce", kReduces, choice);
  reduce = choice == 0 ? Reduce::kWorst : Reduce::kMean;
  return status;
}

bool RowScores::Add(double score, std::uint64_t rows) {
  rows_ += rows;
  if (score > 0) different_ += rows;
  sum_ += score * static_cast<double>(rows);
  const bool worst = score > worst_;
  worst_ = std::max(worst_, score);
  return worst;
}

std::string WorstPlace::Shown() const {
  return at_ ? ShownText(at_->first.PathOf(at_->second), kShownPath) : std::string();
}

double RowScores::mean() const {
  return rows_ == 0 ? 0 : std::min(1.0, sum_ / static_cast<double>(rows_));
}

absl::StatusOr<Comparison> CompareRows(const Pair& pair, const NumberSource& source, Reduce reduce,
                                       const RowMeasure& measure) {
  Comparison comparison;
  RowWalk walk(measure, comparison);
  absl::StatusOr<std::optional<Comparison>> decided =
      source.ForEach(pair, [&](NumbersPair& numbers) { walk.Add(numbers); });
  if (!decided.ok()) return decided.status();
  if (*decided) return **std::move(decided);
  const RowScores& scores = walk.scores();
  if (scores.rows() == 0 && walk.passed_over())
    return absl::UnimplementedError(std::string(measure.nothing));
  comparison.divergence = scores.Reduced(reduce);
  if (comparison.divergence == 0) return comparison;
  comparison.reason = fmt::format("{} of {} rows differ by {}; mean {:.4g}, worst {:.4g} at {}",
                                  scores.different(), scores.rows(), measure.measure, scores.mean(),
                                  scores.worst(), walk.worst().Shown());
  return comparison;
}

std::string ShowNumbers(const NumberRow& row) {
  const bool labelled = !row.labels.empty();
  std::string text = labelled ? "{" : "[";
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (i > 0) text += ",";
    if (i == kShownNumbers) {
      text += "\u2026";
      break;
    }
    if (labelled) text += ShownText(row.labels[i], kShownLabel) + ":";
    fmt::format_to(std::back_inserter(text), "{:.6g}", row.values[i]);
  }
  return text + (labelled ? "}" : "]");
}

}  // namespace understudy
