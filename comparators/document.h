// A JSON document: one pass over the text gives a flat list of nodes ("tape") in document order, a
// container followed by everything in it.
//
// Read leniently where model servers write loosely: NaN, Infinity and -Infinity are numbers, a byte
// order mark is skipped, a lone surrogate escape is kept. Strict elsewhere: invalid UTF-8, trailing
// text and repeated keys of one object are refused (which of the two values a client would see
// depends on its reader, so there is nothing to compare). Integers of 64 bits, signed or not, are
// exact; longer ones keep their text; decimals are IEEE doubles, correctly rounded.
//
// Threads: immutable after Parse() and SetMark(), then shared freely.
// Ownership: borrows the text, which must outlive the document.
// Invariant: node 0 is the root; the next sibling of a container is `payload.next`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace understudy {

enum class JsonKind : std::uint8_t {
  kNull,
  kFalse,
  kTrue,
  kInt,     // fits std::int64_t
  kUint,    // above that, fits std::uint64_t
  kDouble,  // a decimal, or NaN and the infinities
  kBig,     // a longer integer, or a decimal beyond the doubles: compared by its text
  kString,
  kArray,
  kObject,
};

// What comparison rules say of a node and everything in it.
enum class JsonMark : std::uint8_t {
  kScored,
  kUnscored,  // differences are reported and do not count
  kIgnored,   // not looked at
};

struct JsonNode {
  JsonKind kind;
  JsonMark mark;
  bool is_key;         // the name of the object member whose value follows
  bool unescaped;      // a string kept beside the text because it had escapes
  std::uint32_t size;  // bytes of a string or kBig; elements or members of a container
  union {
    std::int64_t signed_integer;
    std::uint64_t unsigned_integer;
    double decimal;
    std::uint64_t offset;  // strings and kBig: where the bytes start
    std::uint64_t next;    // containers: the node after the last one inside
  } payload;
};
static_assert(sizeof(JsonNode) == 16);

struct DocumentLimits {
  std::size_t max_bytes = 64u << 20;     // of text; never more than 2 GiB
  std::size_t max_depth = 512;           // containers inside each other
  std::size_t max_nodes = 8u << 20;      // values and keys; 16 bytes each
  std::size_t max_number_bytes = 1'000;  // of one number's text
};

class JsonValue;

class Document {
 public:
  // InvalidArgument when the text is no JSON (the message names the byte), ResourceExhausted when
  // it is beyond `limits`.
  static absl::StatusOr<std::unique_ptr<Document>> Parse(std::string_view text,
                                                         const DocumentLimits& limits = {});

  JsonValue root() const;
  // RFC 6901: "" is the root, "/a/0" the first element of member "a". Empty when nothing is there.
  std::optional<JsonValue> At(std::string_view pointer) const;

  const JsonNode& node(std::uint32_t index) const { return nodes_[index]; }
  std::uint32_t node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }
  // The node after `index` and all it contains.
  std::uint32_t Next(std::uint32_t index) const {
    const JsonNode& n = nodes_[index];
    return n.kind >= JsonKind::kArray ? static_cast<std::uint32_t>(n.payload.next) : index + 1;
  }
  // The bytes of a string, or the text of a kBig.
  std::string_view Text(const JsonNode& n) const {
    return (n.unescaped ? std::string_view(unescaped_) : text_).substr(n.payload.offset, n.size);
  }
  // Only before the document is shared.
  void SetMark(std::uint32_t index, JsonMark mark) { nodes_[index].mark = mark; }

 private:
  friend class JsonParser;
  friend class DocumentWriter;
  explicit Document(std::string_view text) : text_(text) {}

  std::string_view text_;
  std::string unescaped_;  // strings that had escapes, one after the other
  std::vector<JsonNode> nodes_;
};

// A place in a document; as cheap to copy as a pointer, valid as long as its document.
class JsonValue {
 public:
  JsonValue(const Document& document, std::uint32_t index) : document_(&document), index_(index) {}

  const Document& document() const { return *document_; }
  std::uint32_t index() const { return index_; }
  const JsonNode& node() const { return document_->node(index_); }
  JsonKind kind() const { return node().kind; }
  JsonMark mark() const { return node().mark; }
  bool ignored() const { return mark() == JsonMark::kIgnored; }

  bool is_bool() const { return kind() == JsonKind::kFalse || kind() == JsonKind::kTrue; }
  bool is_integer() const { return kind() == JsonKind::kInt || kind() == JsonKind::kUint; }
  bool is_number() const { return kind() >= JsonKind::kInt && kind() <= JsonKind::kBig; }
  bool is_string() const { return kind() == JsonKind::kString; }
  bool is_scalar() const { return kind() < JsonKind::kArray; }
  bool is_array() const { return kind() == JsonKind::kArray; }
  bool is_object() const { return kind() == JsonKind::kObject; }

  // The nearest double of a number; a kBig beyond the doubles is an infinity.
  double AsDouble() const;
  // The bytes of a string, or the text of a kBig.
  std::string_view AsString() const { return document_->Text(node()); }
  // Elements of an array, members of an object; 0 for everything else.
  std::uint32_t size() const { return kind() >= JsonKind::kArray ? node().size : 0; }
  // The member of an object, or empty.
  std::optional<JsonValue> Find(std::string_view key) const;

  // Calls visit(JsonValue element) for each element of an array, in order.
  template <typename Visit>
  void ForEachElement(Visit visit) const {
    const std::uint32_t end = document_->Next(index_);
    for (std::uint32_t i = index_ + 1; i < end; i = document_->Next(i)) {
      visit(JsonValue(*document_, i));
    }
  }
  // Calls visit(std::string_view key, JsonValue value) for each member of an object, in order.
  template <typename Visit>
  void ForEachMember(Visit visit) const {
    const std::uint32_t end = document_->Next(index_);
    for (std::uint32_t i = index_ + 1; i < end; i = document_->Next(i + 1)) {
      visit(document_->Text(document_->node(i)), JsonValue(*document_, i + 1));
    }
  }

 private:
  const Document* document_;
  std::uint32_t index_;
};

inline JsonValue Document::root() const { return JsonValue(*this, 0); }

// Leaves (scalars and empty containers) in `value`, without those marked ignored.
std::uint64_t LeafCount(JsonValue value);

// Appends "/" and `key` to a JSON pointer, with "~" and "/" escaped.
void AppendPointerSegment(std::string_view key, std::string& pointer);

// A pointer's segments, unescaped; empty for one that does not start with "/" (and is not "").
std::optional<std::vector<std::string>> SplitPointer(std::string_view pointer);

// `value` as compact JSON, at most about `max_bytes` and then cut (a cut text ends in U+2026);
// always valid UTF-8. `sorted` puts members in the order of their keys, so that equal values give
// equal texts.
std::string RenderJson(JsonValue value, std::size_t max_bytes, bool sorted = false);
// The same of a scalar that may stand in no document; `text` is of a string or kBig.
std::string RenderScalar(const JsonNode& scalar, std::string_view text, std::size_t max_bytes);

}  // namespace understudy
