// The comparators' JSON reader: its tape is sound for every text, every value is found by its
// pointer, and what it renders reads as the same document.
#include <algorithm>

#include "comparators/document.h"
#include "comparators/text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::size_t kAll = 16u << 20;
constexpr std::size_t kMostPointers = 200;

// Visits a value and all in it; counts leaves on its own.
class Walk {
 public:
  explicit Walk(const Document& document) : document_(document) {}

  void Value(JsonValue value, std::string& pointer) {
    const std::uint32_t end = document_.Next(value.index());
    Require(end > value.index() && end <= document_.node_count(), "a value ends behind itself");
    Require(!value.node().is_key, "a value is no key");
    const auto found = visited_++ < kMostPointers ? document_.At(pointer) : value;
    Require(found && found->index() == value.index(), "a value is found by its pointer");
    std::uint32_t children = 0;
    std::uint32_t next = value.index() + 1;
    const std::size_t length = pointer.size();
    const auto child = [&](std::string_view segment, JsonValue inner) {
      Require(inner.index() < end, "what is inside a container ends with it");
      AppendPointerSegment(segment, pointer);
      Value(inner, pointer);
      pointer.resize(length);
      next = document_.Next(inner.index());
      ++children;
    };
    if (value.is_array()) {
      value.ForEachElement([&](JsonValue element) { child(std::to_string(children), element); });
    } else if (value.is_object()) {
      value.ForEachMember([&](std::string_view key, JsonValue member) {
        Require(member.index() == next + 1, "a member follows its key");
        child(key, member);
      });
    } else if (value.is_string()) {
      Require(value.AsString().size() == value.node().size, "a string has its size");
    }
    Require(children == value.size(), "a container has as many values as it says");
    Require(next == end, "containers have no gaps");
    leaves_ += children == 0 ? 1 : 0;
  }
  std::uint64_t Leaves() const { return leaves_; }

 private:
  const Document& document_;
  std::size_t visited_ = 0;
  std::uint64_t leaves_ = 0;
};

void RequireValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    Require(length > 0, "rendered JSON is UTF-8");
    text.remove_prefix(length);
  }
}

void RequireSameWhenRendered(const Document& document) {
  const std::string text = RenderJson(document.root(), kAll);
  RequireValidUtf8(text);
  // Lone surrogates have no UTF-8; they render as U+FFFD and do not come back.
  if (text.find("\xEF\xBF\xBD") != std::string::npos) return;
  const auto again = Document::Parse(text);
  Require(again.ok(), "rendered JSON is JSON");
  Require((*again)->node_count() == document.node_count(), "rendered JSON has the same values");
  // A negative zero may have been a decimal and comes back as the integer.
  if (text.find("-0") != std::string::npos) return;
  Require(RenderJson((*again)->root(), kAll) == text, "rendering twice gives the same text");
  Require(RenderJson((*again)->root(), kAll, true) == RenderJson(document.root(), kAll, true),
          "sorted, too");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view text = TextOf(data, size);
  const auto document = Document::Parse(text);
  DocumentLimits tight;
  tight.max_depth = 8;
  tight.max_nodes = 40;
  tight.max_number_bytes = 20;
  const auto bounded = Document::Parse(text, tight);
  if (bounded.ok()) {
    Require(document.ok() && (*bounded)->node_count() <= tight.max_nodes, "limits are kept");
  }
  if (!document.ok()) {
    Require(!document.status().message().empty(), "a refusal says why");
    return 0;
  }
  Require((*document)->node_count() > 0, "a document has a root");
  std::string pointer;
  Walk walk(**document);
  walk.Value((*document)->root(), pointer);
  Require((*document)->Next(0) == (*document)->node_count(), "the root holds everything");
  Require(LeafCount((*document)->root()) == walk.Leaves(), "leaves are counted");
  RequireSameWhenRendered(**document);
  return 0;
}
