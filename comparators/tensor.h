// The outputs of an Open Inference Protocol answer in JSON: names, datatypes, shapes and where
// their elements lie on the document's tape, nested or flat.
//
// Threads: values, safe on any thread. Ownership: refers to the document it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/json_number.h"

namespace understudy {

enum class TensorType { kFloat, kInteger, kBool, kBytes };

struct Tensor {
  std::string_view name;
  std::string_view dtype;  // as written: "FP32"; "STRING" is taken as "BYTES"
  TensorType type = TensorType::kFloat;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 1;  // the product of the shape
  JsonValue data;              // the array of elements
  std::string path;            // of `data`: "/outputs/0/data"
  bool ignored = false;

  // Rows along the last axis and their length; a scalar is one row of one.
  std::uint64_t row_length() const { return shape.empty() ? 1 : shape.back(); }
  std::uint64_t rows() const { return row_length() == 0 ? 0 : elements / row_length(); }
  // Entries of the first axis (the batch).
  std::uint64_t batch() const { return shape.empty() ? 1 : shape.front(); }
};

// Reads and checks every output: known datatype, shape of non-negative integers, as many elements
// as the shape says, flat or nested as the shape says, each of a kind its datatype allows (null in
// a floating-point tensor is NaN). InvalidArgument says which output is wrong and how.
absl::StatusOr<std::vector<Tensor>> ReadOutputs(const Document& document);

// "[2,10]"
std::string ShapeText(const Tensor& tensor);
// "/outputs/0/data/7", or "/outputs/0/data/0/7" when the data are nested.
std::string ElementPath(const Tensor& tensor, std::uint64_t element);

// The elements of a tensor one after the other, in row-major order.
class ElementCursor {
 public:
  explicit ElementCursor(const Tensor& tensor)
      : document_(&tensor.data.document()),
        index_(tensor.data.index() + 1),
        ignored_until_(tensor.data.ignored() ? document_->Next(tensor.data.index()) : 0) {}

  // The next element; called at most `tensor.elements` times.
  JsonValue Next() {
    while (document_->node(index_).kind == JsonKind::kArray) {
      if (document_->node(index_).mark == JsonMark::kIgnored) {
        ignored_until_ = document_->Next(index_);
      }
      ++index_;
    }
    ignored_ = index_ < ignored_until_ || document_->node(index_).mark == JsonMark::kIgnored;
    return JsonValue(*document_, index_++);
  }
  // Whether a rule covers the element returned last.
  bool ignored() const { return ignored_; }

 private:
  const Document* document_;
  std::uint32_t index_;
  std::uint32_t ignored_until_;
  bool ignored_ = false;
};

// An element of a floating-point tensor; null is NaN.
inline double FloatElement(JsonValue element) { return element.AsDouble(); }

}  // namespace understudy
