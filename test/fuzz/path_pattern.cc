// Path patterns, judged by a matcher that tries everything: the outermost matching values, in
// document order. The input is a pattern, a line end and a JSON text.
#include "comparators/path_pattern.h"

#include "comparators/document.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

bool PathMatches(const std::vector<std::string>& segments, std::size_t segment,
                 const std::vector<std::string>& path, std::size_t at) {
  if (segment == segments.size()) return at == path.size();
  if (segments[segment] == "**") {
    return PathMatches(segments, segment + 1, path, at) ||
           (at < path.size() && PathMatches(segments, segment, path, at + 1));
  }
  return at < path.size() && (segments[segment] == "*" || segments[segment] == path[at]) &&
         PathMatches(segments, segment + 1, path, at + 1);
}

class Matcher {
 public:
  explicit Matcher(const std::vector<std::string>& segments) : segments_(segments) {}

  void Visit(JsonValue value) {
    if (PathMatches(segments_, 0, path_, 0)) {
      matches.push_back(value.index());
      return;
    }
    if (value.is_array()) {
      std::uint32_t index = 0;
      value.ForEachElement([&](JsonValue element) { Inside(std::to_string(index++), element); });
    } else if (value.is_object()) {
      value.ForEachMember(
          [&](std::string_view key, JsonValue member) { Inside(std::string(key), member); });
    }
  }

  std::vector<std::uint32_t> matches;

 private:
  void Inside(std::string step, JsonValue value) {
    path_.push_back(std::move(step));
    Visit(value);
    path_.pop_back();
  }

  const std::vector<std::string>& segments_;
  std::vector<std::string> path_;
};

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::string text(input.Until('\n'));
  const auto pattern = PathPattern::Parse(text);
  const auto segments = SplitPointer(text);
  Require(!pattern.ok() || segments.has_value(), "a path is a pointer");
  if (!pattern.ok()) return 0;
  Require(pattern->text() == text, "a pattern keeps its text");
  DocumentLimits limits;
  limits.max_depth = 24;
  const auto document = Document::Parse(input.Rest(), limits);
  if (!document.ok()) return 0;
  std::vector<std::uint32_t> matches;
  pattern->ForEachMatch(**document, [&](JsonValue value) { matches.push_back(value.index()); });
  // Trying everything takes exponential time in the number of "**".
  std::size_t deep = 0;
  for (const std::string& segment : *segments) deep += segment == "**" ? 1 : 0;
  if (deep > 3 || (*document)->node_count() > 400) return 0;
  Matcher matcher(*segments);
  matcher.Visit((*document)->root());
  Require(matches == matcher.matches, "the outermost matching values are found, in order");
  return 0;
}
