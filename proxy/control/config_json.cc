// A small JSON writer.
#include "proxy/control/config_json.h"

#include <fmt/format.h>

namespace understudy {
namespace {

// Moves past digits; false when there is none.
bool Digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  text.remove_prefix(count);
  return count > 0;
}

bool Take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool IsJsonNumber(std::string_view text) {
  Take(text, "-");
  const bool zero = Take(text, "0");
  if (!zero && !Digits(text)) return false;
  if (Take(text, ".") && !Digits(text)) return false;
  if (Take(text, "eE")) {
    Take(text, "+-");
    if (!Digits(text)) return false;
  }
  return text.empty();
}

std::string JsonOf(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kScalar:
      if (!node.quoted &&
          (node.text == "true" || node.text == "false" || IsJsonNumber(node.text))) {
        return node.text;
      }
      return JsonString(node.text);
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) out += (out.empty() ? "" : ",") + JsonOf(item);
      return "[" + out + "]";
    case YamlNode::Kind::kMap:
      for (const YamlEntry& entry : node.entries) {
        out += (out.empty() ? "" : ",") + JsonString(entry.key) + ":" + JsonOf(entry.value);
      }
      return "{" + out + "}";
  }
  return out;
}

}  // namespace understudy
