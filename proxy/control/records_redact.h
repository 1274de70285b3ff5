// Taking secrets out of JSON by pointer, before anything is queued.
//
// A pointer is a JSON pointer (RFC 6901) in which the token "*" stands for any one key or index and
// "**" for any number of tokens. The empty pointer, and one that does not start with "/", covers
// everything: a mistake must not leak.
//
// Threads: immutable once built; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

class Redaction {
 public:
  explicit Redaction(const std::vector<std::string>& pointers);

  bool Empty() const { return patterns_.empty(); }

  // The text with every covered value replaced by "[redacted]" and all other bytes as they were.
  // The reader is lenient (NaN, Infinity, duplicate keys), but a text it cannot follow to its end,
  // or one nested deeper than 512, is not redacted in part: nothing is returned.
  std::optional<std::string> Apply(std::string_view json) const;

  // Whether a value at this place (a JSON pointer) is covered, lies in something covered, or holds
  // something covered.
  bool Touches(std::string_view pointer) const;

 private:
  friend class RedactionCursor;
  using Pattern = std::vector<std::string>;  // tokens, unescaped
  std::vector<Pattern> patterns_;
};

// Redaction(pointers).Apply(text), for one text.
std::optional<std::string> RedactJson(std::string_view text,
                                      const std::vector<std::string>& pointers);

}  // namespace understudy
