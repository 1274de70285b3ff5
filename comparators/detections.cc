// Reading detected objects.
#include "comparators/detections.h"

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"

namespace understudy {
namespace {

using Numbers = std::array<double, 4>;

std::optional<Numbers> ReadFour(JsonValue item, const std::vector<ItemField>& fields) {
  std::vector<JsonValue> values;
  if (fields.size() == 1) {
    const std::optional<JsonValue> array = fields.front().In(item);
    if (array && array->is_array() && array->size() == 4) values = ItemsOf(*array);
  } else {
    for (const ItemField& field : fields) {
      if (const auto value = field.In(item)) values.push_back(*value);
    }
  }
  Numbers numbers{};
  if (values.size() != numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = values[i].AsDouble();  // NaN when it is no number
    if (!std::isfinite(numbers[i])) return std::nullopt;
  }
  return numbers;
}

Box BoxOf(const Numbers& n, BoxFormat format) {
  switch (format) {
    case BoxFormat::kCorner:
      return {n[0], n[1], n[0] + n[2], n[1] + n[3]};
    case BoxFormat::kCenter:
      return {n[0] - n[2] / 2, n[1] - n[3] / 2, n[0] + n[2] / 2, n[1] + n[3] / 2};
    case BoxFormat::kCorners:
      break;
  }
  return {n[0], n[1], n[2], n[3]};
}

std::optional<JsonValue> FirstOf(const std::vector<ItemField>& fields, JsonValue item) {
  for (const ItemField& field : fields) {
    if (const auto value = field.In(item)) return value;
  }
  return std::nullopt;
}

absl::StatusOr<Detection> ReadDetection(JsonValue item, const DetectionFields& fields) {
  Detection detection;
  const std::optional<Numbers> numbers = ReadFour(item, fields.box);
  if (!numbers) return absl::InvalidArgumentError("an object has no box of four numbers");
  detection.box = BoxOf(*numbers, fields.format);
  if (const auto label = FirstOf(fields.label, item)) {
    std::optional<std::string> key = ScalarKey(*label);
    if (!key) return absl::InvalidArgumentError("an object's label is no text or number");
    detection.label = *std::move(key);
  }
  if (const auto confidence = FirstOf(fields.confidence, item)) {
    if (!confidence->is_number()) {
      return absl::InvalidArgumentError("an object's confidence is no number");
    }
    const double number = confidence->AsDouble();
    detection.confidence = std::isnan(number) ? 0 : number;
  }
  return detection;
}

}  // namespace

absl::StatusOr<DetectionList> ReadDetections(JsonValue list, const DetectionFields& fields) {
  if (!list.is_array()) return absl::InvalidArgumentError("there is no list of objects");
  DetectionList out;
  for (const JsonValue& item : ItemsOf(list)) {
    absl::StatusOr<Detection> detection = ReadDetection(item, fields);
    if (!detection.ok()) return detection.status();
    if (detection->confidence < fields.min_confidence) continue;
    if (out.detections.size() == kMaxBoxes) {
      return absl::ResourceExhaustedError(fmt::format("more than {} boxes in a list", kMaxBoxes));
    }
    out.detections.push_back(*std::move(detection));
    out.nodes.push_back(item.index());
  }
  return out;
}

}  // namespace understudy
