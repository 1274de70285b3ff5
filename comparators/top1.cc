// The `top1` comparator.
#include "comparators/top1.h"

#include <array>
#include <optional>

#include "comparators/difference.h"
#include "comparators/labels.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 4> kOptions{{
    {"outputs", "list of names", "all that have labels", "the outputs whose labels are compared"},
    {"score", "any | share", "any",
     "1 when any row flipped, or the share of rows of the worst output"},
    {"tie_margin", "number >= 0", "0.001",
     "a flip is a near tie when the incumbent's best two are less than this apart"},
    {"count_ties", "true | false", "true", "whether a near tie that flipped counts as a flip"},
}};
constexpr std::array<std::string_view, 2> kScores{"any", "share"};

struct Flips {
  std::uint64_t rows = 0;
  std::uint64_t flipped = 0;    // near ties among them
  std::uint64_t near_ties = 0;  // of the flipped

  std::uint64_t counted(bool count_ties) const {
    return count_ties ? flipped : flipped - near_ties;
  }
  double share(bool count_ties) const {
    return rows == 0 ? 0 : static_cast<double>(counted(count_ties)) / static_cast<double>(rows);
  }
};

Flips CountFlips(const TensorPair& pair, double tie_margin, Comparison& out) {
  Flips flips;
  const std::vector<Label> baseline = ReadLabels(pair.baseline);
  const std::vector<Label> candidate = ReadLabels(pair.candidate);
  for (std::size_t row = 0; row < baseline.size(); ++row) {
    if (baseline[row].ignored || candidate[row].ignored) continue;
    ++flips.rows;
    if (baseline[row].text == candidate[row].text) continue;
    ++flips.flipped;
    if (baseline[row].margin < tie_margin) ++flips.near_ties;
    AddDifference(out, ElementPath(pair.baseline, baseline[row].element), "label",
                  baseline[row].text, candidate[row].text);
  }
  return flips;
}

}  // namespace

std::span<const OptionDoc> Top1Comparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<Top1Comparator>> Top1Comparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("top1", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<Top1Comparator>();
  std::size_t score = 0;
  absl::Status status = (*options)->ReadStrings("outputs", comparator->only_);
  status.Update((*options)->ReadChoice("score", kScores, score));
  status.Update((*options)->ReadNonNegative("tie_margin", comparator->tie_margin_));
  status.Update((*options)->ReadBool("count_ties", comparator->count_ties_));
  if (!status.ok()) return status;
  comparator->share_ = score == 1;
  return comparator;
}

absl::StatusOr<Comparison> Top1Comparator::Compare(const Pair& pair) const {
  absl::StatusOr<AlignedOutputs> outputs = AlignOutputs(pair, only_);
  if (!outputs.ok()) return outputs.status();
  if (outputs->decided) return *std::move(outputs->decided);
  Comparison comparison;
  bool labelled = false;
  Flips worst;
  std::string_view name;
  for (const TensorPair& tensors : outputs->pairs) {
    if (!HasLabels(tensors.baseline)) continue;
    labelled = true;
    const Flips flips = CountFlips(tensors, tie_margin_, comparison);
    if (flips.flipped == 0) continue;
    const bool worse = flips.share(count_ties_) > worst.share(count_ties_);
    if (name.empty() || worse) {
      worst = flips;
      name = tensors.baseline.name;
    }
  }
  if (!labelled) {
    return absl::UnimplementedError(
        "no output has labels: each floating-point output has one element per row");
  }
  if (worst.counted(count_ties_) == 0) return comparison;
  comparison.divergence = share_ ? worst.share(count_ties_) : 1;
  comparison.reason = fmt::format("{} of {} rows of output \"{}\" flipped, {} of them near ties",
                                  worst.flipped, worst.rows, ShownText(name, 64), worst.near_ties);
  return comparison;
}

}  // namespace understudy
