// Writing JSON: values copied from documents, strings, objects and arrays put together piece by
// piece. Unlike RenderJson() nothing is cut, and reading it again gives the same values: 64-bit and
// longer integers keep all digits, decimals stay decimals, a lone surrogate stays an escape (and
// halves of a pair that came in two pieces join).
//
// Threads: one.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/document.h"

namespace understudy {

// `text` in quotes. Malformed bytes become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);
std::string QuotedJson(std::string_view text);

void AppendJson(JsonValue value, std::string& out);
std::string JsonText(JsonValue value);

// An object, its members in the order in which they were first set; each name stands once.
class JsonObjectText {
 public:
  // `json` is a value's text; what stood under `key` is replaced.
  void Set(std::string_view key, std::string json);
  void SetString(std::string_view key, std::string_view text) { Set(key, QuotedJson(text)); }
  // Null when there is no such member.
  const std::string* Find(std::string_view key) const;
  bool empty() const { return members_.empty(); }

  std::string Text() const;

 private:
  struct Member {
    std::string key;
    std::string json;
  };

  std::vector<Member> members_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

// An array that elements are appended to.
class JsonArrayText {
 public:
  void Add(std::string_view json);
  bool empty() const { return elements_.empty(); }

  std::string Text() const { return "[" + elements_ + "]"; }

 private:
  std::string elements_;  // with commas between them
};

}  // namespace understudy
