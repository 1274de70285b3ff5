// Finding and replacing a value in JSON text, judged by the comparators' reader, which shares no
// code with it: both find the same value, and a replacement changes that value alone. The input is
// a pointer, a line end and the text.
#include "proxy/routing/json_text.h"

#include "comparators/document.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::size_t kAll = 16u << 20;
constexpr std::size_t kMostValues = 64;
constexpr std::string_view kNew = "\"a new value\"";

std::string Sorted(JsonValue value) { return RenderJson(value, kAll, true); }

void RequireInside(std::string_view part, std::string_view whole) {
  Require(part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size(),
          "a value that was found lies in the text");
}

// `value` stands at `pointer`.
void RequireFound(std::string_view text, const std::string& pointer, JsonValue value) {
  const auto found = FindJsonValue(text, pointer);
  Require(found.has_value(), "a value that is there is found");
  RequireInside(*found, text);
  const auto alone = Document::Parse(*found);
  Require(alone.ok() && Sorted((*alone)->root()) == Sorted(value), "it is the value");
}

void RequireReplaced(std::string_view text, const std::string& pointer, JsonValue value) {
  const Document& before = value.document();
  const auto changed = SetJsonValue(text, pointer, kNew);
  Require(changed.has_value(), "a value that is there can be replaced");
  const auto after = Document::Parse(*changed);
  Require(after.ok(), "the text stays JSON");
  const auto there = (*after)->At(pointer);
  Require(there && there->is_string() && there->AsString() == "a new value", "the value is new");
  const std::uint32_t old_nodes = before.Next(value.index()) - value.index();
  Require((*after)->node_count() + old_nodes == before.node_count() + 1,
          "everything else is as it was");
  // And put back again it is the document it was.
  const auto old = FindJsonValue(text, pointer);
  const auto restored = SetJsonValue(*changed, pointer, *old);
  Require(restored && *restored == text, "put back, every byte is as it was");
}

void RequireAdded(std::string_view text, const std::string& pointer, JsonValue object) {
  const std::string member = pointer + "/a key that is not there";
  if (object.Find("a key that is not there")) return;
  const auto changed = SetJsonValue(text, member, kNew);
  Require(changed.has_value(), "a missing key can be added");
  const auto after = Document::Parse(*changed);
  Require(after.ok() && (*after)->At(member).has_value() &&
              (*after)->node_count() == object.document().node_count() + 2,
          "a missing key is added, and nothing else");
}

class Visitor {
 public:
  explicit Visitor(std::string_view text) : text_(text) {}

  // Deeper than 200 the scanner may give up.
  void Visit(JsonValue value, const std::string& pointer, int depth) {
    if (++visited_ > kMostValues || depth > 200) return;
    RequireFound(text_, pointer, value);
    if (!pointer.empty()) RequireReplaced(text_, pointer, value);
    if (value.is_object()) RequireAdded(text_, pointer, value);
    std::uint32_t index = 0;
    const auto inside = [&](std::string_view segment, JsonValue child) {
      std::string longer = pointer;
      AppendPointerSegment(segment, longer);
      Visit(child, longer, depth + 1);
    };
    if (value.is_array()) {
      value.ForEachElement([&](JsonValue element) { inside(std::to_string(index++), element); });
    } else if (value.is_object()) {
      value.ForEachMember([&](std::string_view key, JsonValue member) { inside(key, member); });
    }
  }

 private:
  const std::string_view text_;
  std::size_t visited_ = 0;
};

bool AnyLoneSurrogate(const Document& document) {
  for (std::uint32_t i = 0; i < document.node_count(); ++i) {
    const JsonNode& node = document.node(i);
    if (!node.unescaped) continue;
    const std::string_view text = document.Text(node);
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      if (text[at] == '\xED' && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
    }
  }
  return false;
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::string pointer(input.Until('\n'));
  const std::string text(input.Rest());
  // Any pointer into any text.
  if (const auto found = FindJsonValue(text, pointer)) RequireInside(*found, text);
  (void)SetJsonValue(text, pointer, kNew);
  // Well-formed ones.
  const auto document = Document::Parse(text);
  const bool bom = text.starts_with("\xEF\xBB\xBF");
  if (!document.ok() || bom || AnyLoneSurrogate(**document)) return 0;
  Visitor(text).Visit((*document)->root(), "", 0);
  return 0;
}
