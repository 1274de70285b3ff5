// The elements of a tensor, from JSON or from binary data. Used by one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "comparators/document.h"
#include "comparators/json_number.h"
#include "comparators/tensor.h"

namespace understudy {

// One element, as valid as its answer.
struct Element {
  JsonNode node{};          // a scalar
  std::string_view text;    // of kString and kBig
  std::uint32_t place = 0;  // its node in the document; of a binary tensor its position
  bool is_string() const { return node.kind == JsonKind::kString; }
  // The nearest double of a number; null is NaN.
  double AsDouble() const;
};

// Whether two elements of one type are the same: integers by value, however they are written.
bool SameElement(const Element& baseline, const Element& candidate, TensorType type);

// As JSON, cut to kMaxShownText; floats of at most 32 bits as short as that precision allows when
// they are binary.
std::string ShownElement(const Element& element, const Tensor& tensor);

// A number that came in binary, as JSON: as few digits as tell it from its neighbours, of 32 bits
// when it is one of theirs.
std::string ShownNumber(double value);

// Calls for elements one after the other, in row-major order. `tensor` outlives it.
class ElementCursor {
 public:
  explicit ElementCursor(const Tensor& tensor)
      : tensor_(tensor),
        document_(&tensor.data.document()),
        index_(tensor.binary ? 0 : tensor.data.index() + 1),
        ignored_until_(tensor.data.ignored() ? document_->Next(tensor.data.index()) : 0),
        bytes_(tensor.bytes.data()) {}

  // The next element; called at most `tensor.elements` times.
  Element Next() { return tensor_.binary ? NextBinary() : NextJson(); }
  // The same of a floating-point tensor as a number, which is quicker.
  double NextNumber() {
    if (tensor_.binary || tensor_.rounded) return Next().AsDouble();
    const JsonNode& node = NextNode();
    if (node.kind == JsonKind::kDouble) return node.payload.decimal;
    return NumberOf(node, node.kind == JsonKind::kBig ? document_->Text(node) : std::string_view());
  }
  // Whether a rule covers the element returned last.
  bool ignored() const { return ignored_; }
  // The place of the element returned last.
  std::uint32_t place() const { return index_ - 1; }

 private:
  const JsonNode& NextNode() {
    while (document_->node(index_).kind == JsonKind::kArray) {
      if (document_->node(index_).mark == JsonMark::kIgnored) {
        ignored_until_ = document_->Next(index_);
      }
      ++index_;
    }
    const JsonNode& node = document_->node(index_);
    ignored_ = index_ < ignored_until_ || node.mark == JsonMark::kIgnored;
    ++index_;
    return node;
  }
  Element NextJson() {
    Element element;
    element.node = NextNode();
    element.place = place();
    if (element.node.kind == JsonKind::kString || element.node.kind == JsonKind::kBig) {
      element.text = document_->Text(element.node);
    }
    if (tensor_.rounded && tensor_.type == TensorType::kFloat) Round(element);
    return element;
  }
  Element NextBinary();
  void Round(Element& element) const;

  const Tensor& tensor_;
  const Document* document_;
  std::uint32_t index_;          // of the next node or element
  std::uint32_t ignored_until_;  // of JSON
  const char* bytes_;            // of the next element
  bool ignored_ = false;
};

}  // namespace understudy
