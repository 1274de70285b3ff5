// Scores of lists.
#include "comparators/list_scores.h"

#include <algorithm>
#include <utility>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownPath = 96;

bool IsList(const std::optional<JsonValue>& value) { return value && value->is_array(); }

}  // namespace

ListSource::ListSource(std::span<const std::string_view> defaults) {
  for (const std::string_view text : defaults) {
    absl::StatusOr<PathPattern> path = PathPattern::Parse(text);
    if (path.ok()) places_.push_back({*std::move(path)});
  }
}

absl::Status ListSource::Read(const OptionReader& options) {
  std::vector<PathPattern> paths;
  absl::Status status = ReadPaths(options, "items", paths);
  if (!paths.empty()) places_ = {std::move(paths)};
  return status;
}

absl::StatusOr<std::optional<Comparison>> ListSource::ForEach(
    const Pair& pair, const std::function<absl::Status(const ValuePair&)>& visit) const {
  for (const std::vector<PathPattern>& paths : places_) {
    absl::StatusOr<AlignedValues> values = AlignValues(pair, paths);
    if (!values.ok()) return values.status();
    if (values->decided) return std::move(values->decided);
    const auto listed = [](const ValuePair& place) {
      return IsList(place.baseline ? place.baseline : place.candidate);
    };
    if (std::none_of(values->pairs.begin(), values->pairs.end(), listed)) continue;
    for (const ValuePair& place : values->pairs) {
      if (!place.baseline && !IsList(place.candidate)) continue;
      if (absl::Status status = visit(place); !status.ok()) return status;
    }
    break;
  }
  return std::nullopt;
}

void ListScores::Add(const std::string& path, double score) {
  if (scores_.Add(score)) worst_ = path;
}

void ListScores::AddWhole(const ValuePair& place, std::string_view kind) {
  Add(place.path, 1);
  AddDifference(comparison_, place.path, kind, place.baseline, place.candidate);
}

absl::StatusOr<Comparison> ListScores::Finish(Reduce reduce, std::string_view measure) {
  if (scores_.rows() == 0) {
    return absl::UnimplementedError(
        fmt::format("the incumbent's answer has no list that can be compared{}{}",
                    why_.empty() ? "" : ": ", why_));
  }
  comparison_.divergence = scores_.Reduced(reduce);
  if (comparison_.divergence > 0) {
    comparison_.reason = fmt::format(
        "{} of {} lists differ by {}; mean {:.4g}, worst {:.4g} at \"{}\"", scores_.different(),
        scores_.rows(), measure, scores_.mean(), scores_.worst(), ShownText(worst_, kShownPath));
  }
  return std::move(comparison_);
}

}  // namespace understudy
