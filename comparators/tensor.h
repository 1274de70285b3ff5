// The outputs of an Open Inference Protocol answer: names, datatypes, shapes and where their
// elements lie, on the document's tape (nested or flat) or in the bytes that follow the JSON.
//
// Threads: values, safe on any thread. Ownership: refers to the answer it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/binary_element.h"
#include "comparators/binary_tail.h"
#include "comparators/document.h"

namespace understudy {

enum class TensorType { kFloat, kInteger, kBool, kBytes };

struct Tensor {
  std::string_view name;
  std::string_view dtype;  // as written: "FP32"; "STRING" is taken as "BYTES"
  TensorType type = TensorType::kFloat;
  ElementFormat format = ElementFormat::kFp32;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 1;  // the product of the shape
  JsonValue data;              // the array of elements; of a binary tensor the output itself
  std::string path;            // of the data: "/outputs/0/data"
  // Of an answer that is a list of responses, the place of the one it is in; nothing for another.
  std::optional<std::uint64_t> response;
  bool ignored = false;
  bool binary = false;
  std::string_view bytes;            // of a binary tensor: exactly `elements`
  const ListCover* cover = nullptr;  // of a binary tensor: elements that rules ignore, if any
  // Whether floating-point elements in JSON stand for the nearest values of their datatype: when
  // they are held against binary ones.
  bool rounded = false;

  // Rows along the last axis and their length; a scalar is one row of one.
  std::uint64_t row_length() const { return shape.empty() ? 1 : shape.back(); }
  std::uint64_t rows() const { return row_length() == 0 ? 0 : elements / row_length(); }
  // Entries of the first axis (the batch).
  std::uint64_t batch() const { return shape.empty() ? 1 : shape.front(); }
};

// Reads and checks every output: known datatype, shape of non-negative integers, as many elements
// as the shape says, flat or nested as the shape says, each of a kind its datatype allows (null in
// a floating-point tensor is NaN). InvalidArgument says which output is wrong and how. `tail` is
// Answer::tail: DataLoss when it is not, byte for byte, what the outputs say; ResourceExhausted
// when it holds more than 16 Mi elements. Of an answer with a list "responses" (messages of a gRPC
// stream) the outputs of each are read, one response after the other; names are of one response.
absl::StatusOr<std::vector<Tensor>> ReadOutputs(const Document& document,
                                                const BinaryTail* tail = nullptr);

// "[2,10]"
std::string ShapeText(const Tensor& tensor);
// "/outputs/0/data/7", or "/outputs/0/data/0/7" when the data are nested.
std::string ElementPath(const Tensor& tensor, std::uint64_t element);

}  // namespace understudy
