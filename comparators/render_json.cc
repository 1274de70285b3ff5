// A JSON value as compact text, bounded.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "comparators/document.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

class Renderer {
 public:
  Renderer(std::size_t max_bytes, bool sorted) : max_bytes_(max_bytes), sorted_(sorted) {}

  void Render(JsonValue value) {
    if (full()) return;
    if (value.is_array()) {
      Array(value);
    } else if (value.is_object()) {
      Object(value);
    } else {
      const bool text = value.is_string() || value.kind() == JsonKind::kBig;
      Scalar(value.node(), text ? value.AsString() : std::string_view());
    }
  }

  void Scalar(const JsonNode& node, std::string_view text) {
    switch (node.kind) {
      case JsonKind::kNull:
        out_ += "null";
        return;
      case JsonKind::kFalse:
        out_ += "false";
        return;
      case JsonKind::kTrue:
        out_ += "true";
        return;
      case JsonKind::kString:
        String(text);
        return;
      default:
        Number(node, text);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  bool full() const { return out_.size() > max_bytes_; }

  void Number(const JsonNode& node, std::string_view text) {
    const auto put = [this](auto number) {
      fmt::format_to(std::back_inserter(out_), "{}", number);
    };
    if (node.kind == JsonKind::kBig) {
      out_ += text;
    } else if (node.kind == JsonKind::kInt) {
      put(node.payload.signed_integer);
    } else if (node.kind == JsonKind::kUint) {
      put(node.payload.unsigned_integer);
    } else if (std::isnan(node.payload.decimal)) {
      out_ += "NaN";
    } else if (std::isinf(node.payload.decimal)) {
      out_ += node.payload.decimal > 0 ? "Infinity" : "-Infinity";
    } else {
      put(node.payload.decimal);
    }
  }

  void String(std::string_view text) {
    out_.push_back('"');
    for (const char c : text) {
      if (full()) return;
      if (c == '"' || c == '\\') {
        out_.push_back('\\');
        out_.push_back(c);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out_.push_back(c);
      }
    }
    out_.push_back('"');
  }

  void Array(JsonValue array) {
    out_.push_back('[');
    bool first = true;
    const Document& document = array.document();
    const std::uint32_t end = document.Next(array.index());
    for (std::uint32_t i = array.index() + 1; i < end && !full(); i = document.Next(i)) {
      if (!std::exchange(first, false)) out_.push_back(',');
      Render(JsonValue(document, i));
    }
    out_.push_back(']');
  }

  void Object(JsonValue object) {
    std::vector<std::pair<std::string_view, std::uint32_t>> members;
    const Document& document = object.document();
    const std::uint32_t end = document.Next(object.index());
    // Every member takes at least three bytes, so what is beyond the bound need not be gathered.
    const std::size_t enough = sorted_ ? object.size() : max_bytes_ / 3 + 1;
    for (std::uint32_t i = object.index() + 1; i < end && members.size() <= enough;
         i = document.Next(i + 1)) {
      members.emplace_back(document.Text(document.node(i)), i + 1);
    }
    if (sorted_) std::sort(members.begin(), members.end());
    out_.push_back('{');
    bool first = true;
    for (const auto& [key, index] : members) {
      if (full()) return;
      if (!std::exchange(first, false)) out_.push_back(',');
      String(key);
      out_.push_back(':');
      Render(JsonValue(document, index));
    }
    out_.push_back('}');
  }

  std::size_t max_bytes_;
  bool sorted_;
  std::string out_;
};

}  // namespace

std::string RenderJson(JsonValue value, std::size_t max_bytes, bool sorted) {
  Renderer renderer(max_bytes, sorted);
  renderer.Render(value);
  return ShownText(renderer.Take(), max_bytes);
}

std::string RenderScalar(const JsonNode& scalar, std::string_view text, std::size_t max_bytes) {
  Renderer renderer(max_bytes, false);
  renderer.Scalar(scalar, text);
  return ShownText(renderer.Take(), max_bytes);
}

}  // namespace understudy
