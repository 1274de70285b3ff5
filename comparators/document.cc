// Looking into a parsed JSON document: members, pointers, leaves.
#include "comparators/document.h"

#include <charconv>
#include <limits>

#include "comparators/json_number.h"

namespace understudy {
namespace {

// An array index as RFC 6901 writes it: no sign, no leading zero.
std::optional<std::uint32_t> ArrayIndex(std::string_view segment) {
  if (segment.empty() || (segment.size() > 1 && segment.front() == '0')) return std::nullopt;
  std::uint32_t index = 0;
  const char* end = segment.data() + segment.size();
  const auto [stop, error] = std::from_chars(segment.data(), end, index);
  if (error != std::errc() || stop != end) return std::nullopt;
  return index;
}

std::optional<JsonValue> Child(JsonValue value, std::string_view segment) {
  if (value.is_object()) return value.Find(segment);
  if (!value.is_array()) return std::nullopt;
  const std::optional<std::uint32_t> position = ArrayIndex(segment);
  if (!position || *position >= value.size()) return std::nullopt;
  const Document& document = value.document();
  std::uint32_t index = value.index() + 1;
  for (std::uint32_t i = 0; i < *position; ++i) index = document.Next(index);
  return JsonValue(document, index);
}

}  // namespace

double JsonValue::AsDouble() const {
  return NumberOf(node(), kind() == JsonKind::kBig ? AsString() : std::string_view());
}

std::optional<JsonValue> JsonValue::Find(std::string_view key) const {
  if (!is_object()) return std::nullopt;
  const std::uint32_t end = document_->Next(index_);
  for (std::uint32_t i = index_ + 1; i < end; i = document_->Next(i + 1)) {
    if (document_->Text(document_->node(i)) == key) return JsonValue(*document_, i + 1);
  }
  return std::nullopt;
}

std::optional<JsonValue> Document::At(std::string_view pointer) const {
  const std::optional<std::vector<std::string>> segments = SplitPointer(pointer);
  if (!segments) return std::nullopt;
  std::optional<JsonValue> value = root();
  for (const std::string& segment : *segments) {
    value = Child(*value, segment);
    if (!value) return std::nullopt;
  }
  return value;
}

std::uint64_t LeafCount(JsonValue value) {
  const Document& document = value.document();
  const std::uint32_t end = document.Next(value.index());
  std::uint64_t leaves = 0;
  for (std::uint32_t i = value.index(); i < end;) {
    const JsonNode& node = document.node(i);
    if (node.mark == JsonMark::kIgnored) {
      i = document.Next(i);
      continue;
    }
    const bool container = node.kind >= JsonKind::kArray;
    if (!node.is_key && (!container || node.size == 0)) ++leaves;
    ++i;
  }
  return leaves;
}

void AppendPointerSegment(std::string_view key, std::string& pointer) {
  pointer.push_back('/');
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
}

std::optional<std::vector<std::string>> SplitPointer(std::string_view pointer) {
  std::vector<std::string> segments;
  if (pointer.empty()) return segments;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      segments.emplace_back();
    } else if (c == '~') {
      const char escaped = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
      if (escaped != '0' && escaped != '1') return std::nullopt;
      segments.back().push_back(escaped == '0' ? '~' : '/');
      ++i;
    } else {
      segments.back().push_back(c);
    }
  }
  return segments;
}

}  // namespace understudy
