// Where a rule applies in a JSON document: a JSON pointer in which a segment "*" stands for any key
// or index and "**" for any number of levels, none included. A key that is literally "*" cannot be
// named. "/a/**" is "/a" and all within it.
//
// Threads: immutable, safe on any thread. Matching visits each node at most once per pattern.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"

namespace understudy {

// What a pattern covers of a flat list.
struct ListCover {
  bool whole = false;                   // the list itself, or what it stands in
  bool every = false;                   // each element
  std::vector<std::uint64_t> elements;  // single elements
};

class PathPattern {
 public:
  // InvalidArgument when the text is no pointer, or has more than 60 segments or 1,024 bytes.
  static absl::StatusOr<PathPattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // Whether nothing but wildcards is named, so that every document is covered, or all of its parts
  // at some depth: "", "/", "/*", "/**", "/*/*".
  bool covers_root() const;

  // Calls `visit` for the outermost matching values of the document, in document order.
  void ForEachMatch(const Document& document, const std::function<void(JsonValue)>& visit) const;
  // The same with the pointer of each, without what rules ignore. The pointer is valid during the
  // call.
  void ForEachPlace(const Document& document,
                    const std::function<void(const std::string& pointer, JsonValue)>& visit) const;
  // What it covers of a flat list at "/`outer`/`index`/`inner`", which need not be in any document.
  ListCover CoverOfList(std::string_view outer, std::uint64_t index, std::string_view inner) const;

 private:
  struct Segment {
    std::string key;
    std::optional<std::uint64_t> index;  // the key read as an array index
    bool any = false;                    // "*"
    bool deep = false;                   // "**"
  };
  // Bit i: segments before i have been matched. Bit n: all.
  using States = std::uint64_t;

  States Close(States states) const;
  States StepKey(States states, std::string_view key) const;
  States StepIndex(States states, std::uint64_t index) const;
  void Walk(JsonValue value, States states, const std::function<void(JsonValue)>& visit) const;
  void WalkPlaces(JsonValue value, States states, std::string& pointer,
                  const std::function<void(const std::string&, JsonValue)>& visit) const;

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace understudy
