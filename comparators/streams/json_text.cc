// JSON from documents and pieces.
#include "comparators/streams/json_text.h"

#include <cmath>
#include <utility>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned Byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// A surrogate as Document keeps it: the three bytes its number would take.
bool StartsWithSurrogate(std::string_view text) {
  return text.size() >= 3 && Byte(text, 0) == 0xED && Byte(text, 1) >= 0xA0 &&
         Byte(text, 1) <= 0xBF && (Byte(text, 2) & 0xC0) == 0x80;
}

bool IsPlain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
         c != '"' && c != '\\';
}

void AppendEscape(char c, std::string& out) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const std::size_t position = kNamed.find(c);
  if (position != std::string_view::npos) {
    out.push_back('\\');
    out.push_back(kNames[position]);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

// Appends the character that is not plain and starts `text`; returns its length.
std::size_t AppendCharacter(std::string_view text, std::string& out) {
  if (Byte(text, 0) < 0x80) {
    AppendEscape(text.front(), out);
    return 1;
  }
  if (const std::size_t length = Utf8SequenceLength(text); length > 0) {
    out.append(text.substr(0, length));
    return length;
  }
  if (StartsWithSurrogate(text)) {
    const unsigned unit = 0xD000 | (Byte(text, 1) & 0x3F) << 6 | (Byte(text, 2) & 0x3F);
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
    return 3;
  }
  out += kReplacement;
  return 1;
}

void AppendDecimal(double decimal, std::string& out) {
  if (std::isnan(decimal)) {
    out += "NaN";
  } else if (std::isinf(decimal)) {
    out += decimal > 0 ? "Infinity" : "-Infinity";
  } else {
    const std::size_t start = out.size();
    fmt::format_to(std::back_inserter(out), "{}", decimal);
    // 3.0 comes as "3", which would be read as an integer.
    if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
  }
}

void AppendScalar(JsonValue value, std::string& out) {
  const JsonNode& node = value.node();
  switch (node.kind) {
    case JsonKind::kNull:
      out += "null";
      break;
    case JsonKind::kFalse:
      out += "false";
      break;
    case JsonKind::kTrue:
      out += "true";
      break;
    case JsonKind::kInt:
      fmt::format_to(std::back_inserter(out), "{}", node.payload.signed_integer);
      break;
    case JsonKind::kUint:
      fmt::format_to(std::back_inserter(out), "{}", node.payload.unsigned_integer);
      break;
    case JsonKind::kDouble:
      AppendDecimal(node.payload.decimal, out);
      break;
    case JsonKind::kBig:
      out += value.AsString();
      break;
    default:
      AppendJsonString(value.AsString(), out);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(AppendCharacter(text, out));
  }
  out.push_back('"');
}

std::string QuotedJson(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

void AppendJson(JsonValue value, std::string& out) {
  if (value.is_array()) {
    char before = '[';
    value.ForEachElement([&](JsonValue element) {
      out.push_back(std::exchange(before, ','));
      AppendJson(element, out);
    });
    out += value.size() == 0 ? "[]" : "]";
  } else if (value.is_object()) {
    char before = '{';
    value.ForEachMember([&](std::string_view key, JsonValue member) {
      out.push_back(std::exchange(before, ','));
      AppendJsonString(key, out);
      out.push_back(':');
      AppendJson(member, out);
    });
    out += value.size() == 0 ? "{}" : "}";
  } else {
    AppendScalar(value, out);
  }
}

std::string JsonText(JsonValue value) {
  std::string out;
  AppendJson(value, out);
  return out;
}

void JsonObjectText::Set(std::string_view key, std::string json) {
  const auto place = places_.find(key);
  if (place != places_.end()) {
    members_[place->second].json = std::move(json);
    return;
  }
  places_.emplace(key, members_.size());
  members_.push_back({std::string(key), std::move(json)});
}

const std::string* JsonObjectText::Find(std::string_view key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &members_[place->second].json;
}

std::string JsonObjectText::Text() const {
  std::string out = "{";
  for (const Member& member : members_) {
    if (out.size() > 1) out.push_back(',');
    AppendJsonString(member.key, out);
    out.push_back(':');
    out += member.json;
  }
  out.push_back('}');
  return out;
}

void JsonArrayText::Add(std::string_view json) {
  if (!elements_.empty()) elements_.push_back(',');
  elements_ += json;
}

}  // namespace understudy
