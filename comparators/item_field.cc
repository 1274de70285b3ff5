// Fields of items.
#include "comparators/item_field.h"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxPointerBytes = 1024;
constexpr double kExactIntegers = 0x1p63;

std::optional<JsonValue> Step(JsonValue value, const std::string& segment) {
  if (value.is_object()) return value.Find(segment);
  if (!value.is_array()) return std::nullopt;
  std::uint32_t index = 0;
  const char* const end = segment.data() + segment.size();
  const auto [stop, error] = std::from_chars(segment.data(), end, index);
  if (error != std::errc() || stop != end || index >= value.size()) return std::nullopt;
  const Document& document = value.document();
  std::uint32_t node = value.index() + 1;
  for (; index > 0; --index) node = document.Next(node);
  return JsonValue(document, node);
}

}  // namespace

std::optional<ItemField> ItemField::Parse(std::string_view pointer) {
  if (pointer.size() > kMaxPointerBytes) return std::nullopt;
  std::optional<std::vector<std::string>> segments = SplitPointer(pointer);
  if (!segments) return std::nullopt;
  ItemField field;
  field.segments_ = *std::move(segments);
  return field;
}

std::optional<JsonValue> ItemField::In(JsonValue item) const {
  std::optional<JsonValue> value = item;
  for (const std::string& segment : segments_) {
    value = Step(*value, segment);
    if (!value || value->ignored()) return std::nullopt;
  }
  if (value->kind() == JsonKind::kNull) return std::nullopt;
  return value;
}

std::vector<ItemField> ItemFields(std::span<const std::string_view> pointers) {
  std::vector<ItemField> fields;
  for (const std::string_view pointer : pointers) {
    if (auto field = ItemField::Parse(pointer)) fields.push_back(*std::move(field));
  }
  return fields;
}

absl::Status ReadField(const OptionReader& options, std::string_view name,
                       std::vector<ItemField>& fields) {
  const std::optional<JsonValue> given = options.Find(name);
  if (!given) return absl::OkStatus();
  std::optional<ItemField> field;
  if (given->is_string()) field = ItemField::Parse(given->AsString());
  if (!field) return options.Fault(name, "must be a JSON pointer such as \"/index\"");
  fields = {*std::move(field)};
  return absl::OkStatus();
}

std::optional<std::string> ScalarKey(JsonValue value) {
  if (value.is_string()) return "\"" + std::string(value.AsString());
  if (value.is_bool()) return value.kind() == JsonKind::kTrue ? "true" : "false";
  if (value.kind() == JsonKind::kInt) return fmt::format("{}", value.node().payload.signed_integer);
  if (value.kind() == JsonKind::kUint) {
    return fmt::format("{}", value.node().payload.unsigned_integer);
  }
  if (value.kind() == JsonKind::kBig) return std::string(value.AsString());
  if (value.kind() != JsonKind::kDouble) return std::nullopt;
  const double number = value.AsDouble();
  if (number == std::trunc(number) && std::fabs(number) < kExactIntegers) {
    return fmt::format("{}", static_cast<std::int64_t>(number));
  }
  return fmt::format("{}", number);
}

std::vector<JsonValue> ItemsOf(JsonValue array) {
  std::vector<JsonValue> items;
  if (!array.is_array()) return items;
  items.reserve(array.size());
  array.ForEachElement([&](JsonValue item) {
    if (!item.ignored()) items.push_back(item);
  });
  return items;
}

}  // namespace understudy
