// The `boxes` comparator.
#include "comparators/boxes.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "comparators/difference.h"
#include "comparators/number_rows.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 8> kOptions{{
    {"items", "path or list of paths",
     "/predictions, or else /detections, or else /objects, or else the body",
     "the list of objects"},
    {"box", "pointer or list of four", "/box", "the array of four numbers, or the four of them"},
    {"format", "xyxy | xywh | cxcywh", "xyxy",
     "the corners, or the upper left corner and the size, or the center and the size"},
    {"label", "pointer", "/label, or else /class", "what an object is; boxes of one label match"},
    {"confidence", "pointer", "/score, or else /confidence", "how sure the model is of an object"},
    {"iou", "number in (0,1]", "0.5", "the intersection over union from which two boxes match"},
    {"min_confidence", "number >= 0", "0", "objects below are left out on both sides"},
    kReduceOption,
}};
constexpr std::array<std::string_view, 3> kFormats{"xyxy", "xywh", "cxcywh"};
constexpr std::array<std::string_view, 4> kLists{"/predictions", "/detections", "/objects", ""};
constexpr std::array<std::string_view, 1> kBox{"/box"};
constexpr std::array<std::string_view, 2> kLabels{"/label", "/class"};
constexpr std::array<std::string_view, 2> kConfidences{"/score", "/confidence"};
constexpr std::size_t kMaxPairs = 8'000'000;

absl::Status ReadBox(const OptionReader& options, std::vector<ItemField>& box) {
  const std::optional<JsonValue> given = options.Find("box");
  if (!given || !given->is_array()) return ReadField(options, "box", box);
  std::vector<ItemField> parts;
  given->ForEachElement([&](JsonValue part) {
    std::optional<ItemField> field;
    if (part.is_string()) field = ItemField::Parse(part.AsString());
    if (field) parts.push_back(*std::move(field));
  });
  if (parts.size() != 4 || given->size() != 4) {
    return options.Fault("box", "must be a JSON pointer such as \"/box\", or four of them");
  }
  box = std::move(parts);
  return absl::OkStatus();
}

absl::Status ReadIou(const OptionReader& options, double& iou) {
  absl::Status status = options.ReadNonNegative("iou", iou);
  if (status.ok() && !(iou > 0 && iou <= 1)) {
    return options.Fault("iou", "must be more than 0 and at most 1");
  }
  return status;
}

// Shows the boxes that found no other.
std::size_t Unmatched(const ValuePair& place, const DetectionList& references,
                      const DetectionList& candidates,
                      const std::vector<std::optional<std::size_t>>& matches, Comparison& out) {
  std::vector<bool> found(references.detections.size(), false);
  std::size_t matched = 0;
  for (const std::optional<std::size_t>& match : matches) {
    if (!match) continue;
    found[*match] = true;
    ++matched;
  }
  const auto show = [&](JsonValue list, std::uint32_t node, bool missing) {
    if (out.differences.size() >= kMaxDifferences) return;
    const std::optional<JsonValue> object = JsonValue(list.document(), node);
    const std::optional<JsonValue> none;
    AddDifference(out, PathTo(place.path, list, node), missing ? "missing" : "extra",
                  missing ? object : none, missing ? none : object);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) show(*place.baseline, references.nodes[i], true);
  }
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (!matches[i]) show(*place.candidate, candidates.nodes[i], false);
  }
  return matched;
}

}  // namespace

BoxesComparator::BoxesComparator() : lists_(kLists) {
  fields_.box = ItemFields(kBox);
  fields_.label = ItemFields(kLabels);
  fields_.confidence = ItemFields(kConfidences);
}

std::span<const OptionDoc> BoxesComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<BoxesComparator>> BoxesComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("boxes", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<BoxesComparator>();
  DetectionFields& fields = comparator->fields_;
  std::size_t format = 0;
  absl::Status status = comparator->lists_.Read(**options);
  status.Update(ReadBox(**options, fields.box));
  status.Update((*options)->ReadChoice("format", kFormats, format));
  status.Update(ReadField(**options, "label", fields.label));
  status.Update(ReadField(**options, "confidence", fields.confidence));
  status.Update(ReadIou(**options, comparator->iou_));
  status.Update((*options)->ReadNonNegative("min_confidence", fields.min_confidence));
  status.Update(ReadReduce(**options, comparator->reduce_));
  if (!status.ok()) return status;
  fields.format = static_cast<BoxFormat>(format);  // in the order of the words
  return comparator;
}

absl::Status BoxesComparator::Add(const ValuePair& place, std::size_t& pairs,
                                  ListScores& scores) const {
  const auto lists = scores.ReadBoth<DetectionList>(
      place, [&](JsonValue list) { return ReadDetections(list, fields_); });
  if (!lists.ok() || !*lists) return lists.status();
  const auto& [baseline, candidate] = **lists;
  const std::size_t left = baseline.detections.size();
  const std::size_t right = candidate.detections.size();
  pairs += left * right;
  if (pairs > kMaxPairs) {
    return absl::ResourceExhaustedError(fmt::format("more than {} pairs of boxes", kMaxPairs));
  }
  const auto matches = MatchBoxes(baseline.detections, candidate.detections, iou_);
  const std::size_t matched = Unmatched(place, baseline, candidate, matches, scores.comparison());
  const std::size_t boxes = left + right;
  scores.Add(
      place.path,
      boxes == 0 ? 0 : static_cast<double>(boxes - 2 * matched) / static_cast<double>(boxes));
  return absl::OkStatus();
}

absl::StatusOr<Comparison> BoxesComparator::Compare(const Pair& pair) const {
  ListScores scores;
  std::size_t pairs = 0;
  absl::StatusOr<std::optional<Comparison>> decided =
      lists_.ForEach(pair, [&](const ValuePair& place) { return Add(place, pairs, scores); });
  if (!decided.ok()) return decided.status();
  if (*decided) return **std::move(decided);
  return scores.Finish(reduce_, "1 - F1");
}

}  // namespace understudy
