// Labels of floating-point, integer, boolean and bytes tensors.
#include "comparators/labels.h"

#include <algorithm>
#include <cmath>

#include "comparators/classification.h"
#include "comparators/tensor_element.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxElementText = 1024;

// numpy.argmax: the first of the largest; NaN is larger than all.
Label Largest(ElementCursor& cursor, std::uint64_t length) {
  Label label{.text = {}, .ignored = true};
  double best = -std::numeric_limits<double>::infinity();
  double second = best;
  std::uint64_t position = 0;
  bool any = false;
  for (std::uint64_t i = 0; i < length; ++i) {
    const double value = cursor.NextNumber();
    if (cursor.ignored()) continue;
    label.ignored = false;
    const bool larger = !any || value > best || (std::isnan(value) && !std::isnan(best));
    if (larger) {
      if (any) second = best;
      best = value;
      position = i;
      any = true;
    } else if (value > second) {
      second = value;
    }
  }
  label.text = fmt::format("{}", position);
  const double margin = best - second;
  if (!std::isnan(margin)) label.margin = margin;
  return label;
}

std::string ElementText(const Element& element, TensorType type) {
  const JsonNode& node = element.node;
  if (type == TensorType::kBytes) return std::string(element.text);
  if (type == TensorType::kInteger && node.kind == JsonKind::kDouble) {
    // 3.0 names the class 3.
    return fmt::format("{}", node.payload.decimal);
  }
  if (type == TensorType::kBool) {
    const bool truth = node.kind == JsonKind::kInt ? node.payload.signed_integer != 0
                                                   : node.kind == JsonKind::kTrue;
    return truth ? "true" : "false";
  }
  return RenderScalar(node, element.text, kMaxElementText);
}

// A row of classes: classification strings stand for their first, everything else for itself.
Label Entry(ElementCursor& cursor, std::uint64_t length, TensorType type) {
  Label label{.text = {}, .ignored = true};
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < length; ++i) {
    const Element element = cursor.Next();
    if (cursor.ignored()) continue;
    label.ignored = false;
    texts.push_back(ElementText(element, type));
  }
  const bool ranking = type == TensorType::kBytes && !texts.empty() &&
                       std::all_of(texts.begin(), texts.end(), [](const auto& text) {
                         return ReadClassification(text).has_value();
                       });
  if (ranking) {
    const Classification first = *ReadClassification(texts.front());
    label.text = std::string(first.name);
    if (texts.size() > 1) {
      label.margin = std::fabs(first.value - ReadClassification(texts[1])->value);
    }
    return label;
  }
  // Lengths keep ["a,b"] and ["a","b"] apart; a single entry is shown as it is.
  if (texts.size() == 1) {
    label.text = std::move(texts.front());
  } else {
    for (const std::string& text : texts) label.text += fmt::format("{}:{} ", text.size(), text);
  }
  return label;
}

}  // namespace

bool HasLabels(const Tensor& tensor) {
  return tensor.type != TensorType::kFloat || (!tensor.shape.empty() && tensor.row_length() > 1);
}

std::vector<Label> ReadLabels(const Tensor& tensor) {
  const bool ranked = tensor.type == TensorType::kFloat;
  const std::uint64_t rows = tensor.elements == 0 ? 0 : ranked ? tensor.rows() : tensor.batch();
  const std::uint64_t length = rows == 0 ? 0 : tensor.elements / rows;
  std::vector<Label> labels;
  labels.reserve(rows);
  ElementCursor cursor(tensor);
  for (std::uint64_t row = 0; row < rows; ++row) {
    labels.push_back(ranked ? Largest(cursor, length) : Entry(cursor, length, tensor.type));
    labels.back().element = row * length;
  }
  return labels;
}

}  // namespace understudy
