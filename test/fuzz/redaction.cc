// Redaction: what a pattern covers is not in the output, and every other byte is. The places are
// found by the comparators' reader and path patterns, which share no code with redaction. The input
// is patterns with spaces between them, a line end and a JSON text.
#include <algorithm>

#include "comparators/document.h"
#include "comparators/path_pattern.h"
#include "proxy/control/records_redact.h"
#include "proxy/routing/json_text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::string_view kSecret = "s3cr3t-4711";
constexpr std::string_view kRedacted = "[redacted]";

// A literal secret put into a covered place does not come out.
void RequireHidden(const Redaction& redaction, const std::string& pattern, std::string_view text) {
  const bool plain = SplitPointer(pattern) && pattern.find('*') == std::string::npos;
  const bool known = (pattern + std::string(text)).find(kSecret) != std::string::npos;
  if (!plain || known) return;
  const auto planted = SetJsonValue(text, pattern, "{\"x\": [\"s3cr3t-4711\"]}");
  if (!planted) return;
  const auto redacted = redaction.Apply(*planted);
  Require(!redacted || redacted->find(kSecret) == std::string::npos,
          "a secret in a covered place does not come out");
  Require(redaction.Touches(pattern), "a covered place is touched");
}

void RequireCovered(const PathPattern& pattern, const Document& redacted) {
  pattern.ForEachMatch(redacted, [](JsonValue value) {
    Require(value.is_string() && value.AsString() == kRedacted, "every covered value is replaced");
  });
}

// What no pattern covers, and what holds nothing covered, is in the output as it was.
class Untouched {
 public:
  Untouched(const Redaction& redaction, std::string_view redacted)
      : redaction_(redaction), redacted_(redacted) {}

  void Visit(JsonValue value, const std::string& pointer, std::string_view text) {
    if (++visited_ > 64) return;
    if (!redaction_.Touches(pointer)) {
      const auto before = FindJsonValue(text, pointer);
      Require(before == FindJsonValue(redacted_, pointer), "what is not covered stays as it was");
      return;
    }
    std::uint32_t index = 0;
    const auto inside = [&](std::string_view segment, JsonValue child) {
      std::string longer = pointer;
      AppendPointerSegment(segment, longer);
      Visit(child, longer, text);
    };
    if (value.is_array()) {
      value.ForEachElement([&](JsonValue element) { inside(std::to_string(index++), element); });
    } else if (value.is_object()) {
      value.ForEachMember([&](std::string_view key, JsonValue member) { inside(key, member); });
    }
  }

 private:
  const Redaction& redaction_;
  const std::string_view redacted_;
  std::size_t visited_ = 0;
};

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  Choices first_line(input.Until('\n'));
  std::vector<std::string> patterns;
  while (!first_line.Empty() && patterns.size() < 6) {
    patterns.emplace_back(first_line.Until(' '));
  }
  const std::string_view text = input.Rest();
  const Redaction redaction(patterns);
  const auto redacted = redaction.Apply(text);
  if (patterns.empty()) {
    Require(redacted == text, "without patterns nothing changes");
    return 0;
  }
  for (const std::string& pattern : patterns) RequireHidden(redaction, pattern, text);
  DocumentLimits limits;
  limits.max_depth = 200;
  const auto before = Document::Parse(text, limits);
  if (!before.ok() || text.starts_with("\xEF\xBB\xBF")) return 0;
  Require(redacted.has_value(), "JSON can be redacted");
  const auto after = Document::Parse(*redacted, limits);
  Require(after.ok(), "redacted JSON is JSON");
  for (const std::string& pattern : patterns) {
    const auto path = PathPattern::Parse(pattern);
    if (path.ok()) RequireCovered(*path, **after);
    const bool all = !pattern.starts_with('/');
    Require(!all || *redacted == '"' + std::string(kRedacted) + '"' ||
                redacted->find_first_not_of(" \t\r\n\"[redacted]") == std::string::npos,
            "what is no pointer covers everything");
  }
  Untouched(redaction, *redacted).Visit((*before)->root(), "", text);
  return 0;
}
