// Walking over the elements of a tensor.
#include "comparators/tensor_element.h"

#include <cmath>
#include <limits>

#include "comparators/json_number.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {

double Element::AsDouble() const { return NumberOf(node, text); }

bool SameElement(const Element& baseline, const Element& candidate, TensorType type) {
  if (type == TensorType::kBytes) return baseline.text == candidate.text;
  if (type == TensorType::kInteger) {
    return SameNumber(baseline.node, baseline.text, candidate.node, candidate.text);
  }
  const auto truth = [](const JsonNode& node) {
    return node.kind == JsonKind::kInt ? node.payload.signed_integer != 0
                                       : node.kind == JsonKind::kTrue;
  };
  return truth(baseline.node) == truth(candidate.node);
}

std::string ShownElement(const Element& element, const Tensor& tensor) {
  if (!tensor.binary) {
    return RenderJson(JsonValue(tensor.data.document(), element.place), kMaxShownText);
  }
  if (element.node.kind == JsonKind::kDouble) return ShownNumber(element.node.payload.decimal);
  return RenderScalar(element.node, element.text, kMaxShownText);
}

std::string ShownNumber(double value) {
  JsonNode node{};
  node.kind = JsonKind::kDouble;
  node.payload.decimal = value;
  // The conversion of numbers that are no float's is not defined.
  if (std::fabs(value) <= std::numeric_limits<float>::max()) {
    const auto single = static_cast<float>(value);
    if (static_cast<double>(single) == value) return fmt::format("{}", single);
  }
  return RenderScalar(node, {}, kMaxShownText);
}

Element ElementCursor::NextBinary() {
  Element element;
  element.place = index_;
  if (tensor_.format == ElementFormat::kBytes) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes_, sizeof length);
    element.node.kind = JsonKind::kString;
    element.text = {bytes_ + sizeof length, length};
    bytes_ += sizeof length + length;
  } else {
    element.node = ReadElement(tensor_.format, bytes_);
    bytes_ += ElementWidth(tensor_.format);
  }
  ignored_ = tensor_.cover != nullptr &&
             (tensor_.cover->every || std::binary_search(tensor_.cover->elements.begin(),
                                                         tensor_.cover->elements.end(), index_));
  ++index_;
  return element;
}

void ElementCursor::Round(Element& element) const {
  element.node.payload.decimal = RoundToFormat(element.AsDouble(), tensor_.format);
  element.node.kind = JsonKind::kDouble;
}

}  // namespace understudy
