// Finding the texts of two answers.
#include "comparators/text_pair.h"

#include <utility>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "comparators/value_pair.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// False when the value is no text.
bool ReadText(JsonValue value, AnswerText& out) {
  out.present = true;
  if (value.is_string()) {
    out.borrowed = value.AsString();
    return true;
  }
  if (!value.is_array()) return value.kind() == JsonKind::kNull;
  bool good = true;
  bool first = true;
  value.ForEachElement([&](JsonValue element) {
    if (element.ignored()) return;
    if (!std::exchange(first, false)) out.joined += '\n';
    good = good && (element.is_string() || element.kind() == JsonKind::kNull);
    if (element.is_string()) out.joined += element.AsString();
  });
  return good;
}

std::string_view BodyOf(const Answer& answer) {
  std::string_view text = answer.text;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

bool IsJsonString(const Answer& answer) {
  return answer.document != nullptr && answer.document->root().is_string();
}

absl::StatusOr<AlignedTexts> AlignBodies(const Pair& pair) {
  AlignedTexts out;
  out.decided = CompareErrors(pair);
  if (out.decided) return out;
  const Answer& baseline = pair.baseline;
  if (baseline.document != nullptr && !baseline.document->root().is_scalar()) {
    return absl::InvalidArgumentError(
        "the incumbent's body is no text but a JSON object or list; say with the option \"paths\" "
        "where its texts are");
  }
  const bool strings = IsJsonString(baseline) && IsJsonString(pair.candidate);
  const auto text_of = [&](const Answer& answer) {
    return AnswerText{strings ? answer.document->root().AsString() : BodyOf(answer), {}, true};
  };
  out.pairs.push_back({"", text_of(baseline), text_of(pair.candidate)});
  return out;
}

}  // namespace

absl::StatusOr<AlignedTexts> AlignTexts(const Pair& pair, const std::vector<PathPattern>& paths) {
  if (paths.empty()) return AlignBodies(pair);
  absl::StatusOr<AlignedValues> values = AlignValues(pair, paths);
  if (!values.ok()) return values.status();
  AlignedTexts out;
  out.decided = std::move(values->decided);
  if (out.decided) return out;
  for (ValuePair& place : values->pairs) {
    TextPair texts;
    if (place.baseline && !ReadText(*place.baseline, texts.baseline)) {
      return absl::UnimplementedError(
          fmt::format("what the incumbent has at {} is no text", ShownText(place.path, 128)));
    }
    if (place.candidate && !ReadText(*place.candidate, texts.candidate)) {
      Comparison mismatch = WhollyDifferent(
          fmt::format("what the candidate has at {} is no text", ShownText(place.path, 128)));
      AddDifference(mismatch, place.path, "type", place.baseline, place.candidate);
      out.decided = std::move(mismatch);
      return out;
    }
    texts.path = std::move(place.path);
    out.pairs.push_back(std::move(texts));
  }
  if (out.pairs.empty()) {
    return absl::UnimplementedError(
        "neither answer has anything where the option \"paths\" points");
  }
  return out;
}

}  // namespace understudy
