// Reading Open Inference Protocol outputs.
#include "comparators/tensor.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxOutputs = 10'000;
constexpr std::size_t kMaxRank = 32;
constexpr std::uint64_t kMaxBinaryElements = 16u << 20;
constexpr std::size_t kShownName = 64;

TensorType TypeOf(ElementFormat format) {
  switch (format) {
    case ElementFormat::kFp16:
    case ElementFormat::kBf16:
    case ElementFormat::kFp32:
    case ElementFormat::kFp64:
      return TensorType::kFloat;
    case ElementFormat::kBool:
      return TensorType::kBool;
    case ElementFormat::kBytes:
      return TensorType::kBytes;
    default:
      return TensorType::kInteger;
  }
}

absl::Status Fault(const Tensor& tensor, std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("output \"{}\" {}", ShownText(tensor.name, kShownName), what));
}

absl::Status ReadType(JsonValue output, Tensor& tensor) {
  const std::optional<JsonValue> dtype = output.Find("datatype");
  if (!dtype || !dtype->is_string()) return Fault(tensor, "has no \"datatype\"");
  const std::optional<ElementFormat> format = FormatOfDatatype(dtype->AsString());
  if (!format) {
    return Fault(tensor, fmt::format("has the unknown datatype \"{}\"",
                                     ShownText(dtype->AsString(), kShownName)));
  }
  tensor.format = *format;
  tensor.type = TypeOf(*format);
  tensor.dtype = tensor.type == TensorType::kBytes ? "BYTES" : dtype->AsString();
  return absl::OkStatus();
}

absl::Status ReadShape(JsonValue output, Tensor& tensor) {
  const std::optional<JsonValue> shape = output.Find("shape");
  if (!shape || !shape->is_array()) return Fault(tensor, "has no \"shape\"");
  if (shape->size() > kMaxRank) {
    return Fault(tensor, fmt::format("has {} axes; at most {} are read", shape->size(), kMaxRank));
  }
  const std::uint64_t most =
      tensor.binary ? tensor.bytes.size() : tensor.data.document().node_count();
  bool good = true;
  bool empty = false;
  shape->ForEachElement([&](JsonValue size) {
    const JsonNode& node = size.node();
    good = good && node.kind == JsonKind::kInt && node.payload.signed_integer >= 0;
    if (!good) return;
    tensor.shape.push_back(node.payload.unsigned_integer);
    empty = empty || tensor.shape.back() == 0;
    // More than the answer holds is wrong in any case; stopping there avoids an overflow.
    if (tensor.elements <= most) {
      tensor.elements *= std::min<std::uint64_t>(tensor.shape.back(), most + 1);
    }
  });
  if (!good) return Fault(tensor, "has a shape that is not made of sizes");
  if (empty) tensor.elements = 0;
  return absl::OkStatus();
}

bool FitsType(JsonKind kind, TensorType type) {
  switch (type) {
    case TensorType::kFloat:
      return kind == JsonKind::kNull || (kind >= JsonKind::kInt && kind <= JsonKind::kBig);
    case TensorType::kInteger:
      return kind >= JsonKind::kInt && kind <= JsonKind::kBig;
    case TensorType::kBool:  // some servers write 0 and 1
      return kind == JsonKind::kFalse || kind == JsonKind::kTrue || kind == JsonKind::kInt;
    case TensorType::kBytes:
      return kind == JsonKind::kString;
  }
  return false;
}

// Whether `array` nests as the shape from `axis` on says.
bool NestsAs(JsonValue array, const Tensor& tensor, std::size_t axis) {
  if (!array.is_array() || array.size() != tensor.shape[axis]) return false;
  if (axis + 1 == tensor.shape.size()) {
    // No arrays among the elements: each takes one node.
    return array.document().Next(array.index()) == array.index() + 1 + array.size();
  }
  bool good = true;
  array.ForEachElement([&](JsonValue inner) { good = good && NestsAs(inner, tensor, axis + 1); });
  return good;
}

absl::Status CheckData(const Tensor& tensor) {
  const Document& document = tensor.data.document();
  std::uint64_t leaves = 0;
  bool nested = false;
  const std::uint32_t end = document.Next(tensor.data.index());
  for (std::uint32_t i = tensor.data.index() + 1; i < end; ++i) {
    const JsonKind kind = document.node(i).kind;
    if (kind == JsonKind::kArray) {
      nested = true;
      continue;
    }
    if (!FitsType(kind, tensor.type)) {
      return Fault(tensor,
                   fmt::format("has the element {} in {} data",
                               RenderJson(JsonValue(document, i), kShownName), tensor.dtype));
    }
    ++leaves;
  }
  if (leaves != tensor.elements) {
    return Fault(tensor,
                 fmt::format("has {} elements for the shape {}", leaves, ShapeText(tensor)));
  }
  if (nested && (tensor.shape.empty() || !NestsAs(tensor.data, tensor, 0))) {
    return Fault(tensor, fmt::format("is not nested as the shape {} says", ShapeText(tensor)));
  }
  return absl::OkStatus();
}

// Whether the bytes are texts, as many as there are elements.
bool HoldsTexts(const Tensor& tensor) {
  std::string_view rest = tensor.bytes;
  std::uint64_t texts = 0;
  for (; !rest.empty(); ++texts) {
    std::uint32_t length = 0;
    if (rest.size() < sizeof length) return false;
    std::memcpy(&length, rest.data(), sizeof length);
    rest.remove_prefix(sizeof length);
    if (rest.size() < length) return false;
    rest.remove_prefix(length);
  }
  return texts == tensor.elements;
}

absl::Status CheckBytes(const Tensor& tensor) {
  const std::size_t width = ElementWidth(tensor.format);
  const bool fits = width == 0 ? HoldsTexts(tensor)
                               : tensor.bytes.size() % width == 0 &&
                                     tensor.bytes.size() / width == tensor.elements;
  if (fits) return absl::OkStatus();
  return absl::DataLossError(
      Fault(tensor, fmt::format("has {} bytes that are not the {} of {}", tensor.bytes.size(),
                                ShapeText(tensor), tensor.dtype))
          .message());
}

// Reads one output after the other and hands out the bytes that follow the JSON.
class OutputReader {
 public:
  explicit OutputReader(const BinaryTail* tail) : tail_(tail) {
    if (tail != nullptr) rest_ = tail->bytes;
  }

  absl::StatusOr<Tensor> Read(JsonValue output, std::uint64_t position,
                              std::optional<std::uint64_t> response) {
    const std::optional<JsonValue> name = output.Find("name");
    if (!name || !name->is_string()) {
      return absl::InvalidArgumentError(fmt::format("output {} has no \"name\"", position));
    }
    Tensor tensor{.name = name->AsString(), .dtype = {}, .data = output, .path = {}};
    tensor.response = response;
    tensor.path = response ? fmt::format("/responses/{}/outputs/{}/data", *response, position)
                           : fmt::format("/outputs/{}/data", position);
    tensor.ignored = output.ignored();
    absl::Status status = Locate(output, position, tensor);
    if (status.ok()) status = ReadType(output, tensor);
    if (status.ok()) status = ReadShape(output, tensor);
    if (status.ok() && !tensor.ignored) {
      status = tensor.binary ? CheckBytes(tensor) : CheckData(tensor);
    }
    if (!status.ok()) return status;
    if (tensor.binary) binary_elements_ += tensor.ignored ? 0 : tensor.elements;
    return tensor;
  }

  // Once all outputs are read.
  absl::Status Finish() const {
    if (!rest_.empty()) {
      return absl::DataLossError(
          fmt::format("{} of the bytes after the JSON belong to no output", rest_.size()));
    }
    if (binary_elements_ > kMaxBinaryElements) {
      return absl::ResourceExhaustedError(fmt::format("{} binary elements; at most {} are read",
                                                      binary_elements_, kMaxBinaryElements));
    }
    return absl::OkStatus();
  }

 private:
  // Where the elements are.
  absl::Status Locate(JsonValue output, std::uint64_t position, Tensor& tensor) {
    const std::optional<JsonValue> data = output.Find("data");
    if (tail_ != nullptr && !tail_->raw.empty() && IsInTail(*tail_, output, position)) {
      tensor.binary = true;
      tensor.bytes = *tail_->raw[position];
      Cover(position, tensor);
      return absl::OkStatus();
    }
    const std::optional<JsonValue> size =
        tail_ == nullptr || !tail_->raw.empty() ? std::nullopt : BinarySizeOf(output);
    if (!size) {
      if (!data || !data->is_array()) return Fault(tensor, "has no \"data\" in JSON");
      tensor.data = *data;
      tensor.ignored = tensor.ignored || data->ignored();
      return absl::OkStatus();
    }
    const JsonNode& bytes = size->node();
    const auto fault = [&](std::string_view what) {
      return absl::DataLossError(Fault(tensor, what).message());
    };
    if (data) return fault("has data both in JSON and after it");
    if (bytes.kind != JsonKind::kInt || bytes.payload.signed_integer < 0) {
      return fault("has a \"binary_data_size\" that is no number of bytes");
    }
    if (bytes.payload.unsigned_integer > rest_.size()) {
      return fault(fmt::format("has {} bytes after the JSON, where {} are left",
                               bytes.payload.unsigned_integer, rest_.size()));
    }
    tensor.binary = true;
    tensor.bytes = rest_.substr(0, bytes.payload.unsigned_integer);
    rest_.remove_prefix(tensor.bytes.size());
    Cover(position, tensor);
    return absl::OkStatus();
  }

  void Cover(std::uint64_t position, Tensor& tensor) const {
    const auto cover = tail_->covers.find(position);
    if (cover == tail_->covers.end()) return;
    tensor.ignored = tensor.ignored || cover->second.whole;
    tensor.cover = &cover->second;
  }

  const BinaryTail* tail_;
  std::string_view rest_;
  std::uint64_t binary_elements_ = 0;
};

}  // namespace

namespace {

// The outputs of one response, appended.
absl::Status ReadResponse(JsonValue response, std::optional<std::uint64_t> position,
                          OutputReader& reader, std::vector<Tensor>& tensors) {
  const std::optional<JsonValue> outputs = response.Find("outputs");
  if (!outputs || !outputs->is_array() || outputs->ignored()) {
    return absl::InvalidArgumentError("there is no list \"outputs\"");
  }
  if (outputs->size() > kMaxOutputs - std::min(kMaxOutputs, tensors.size())) {
    return absl::InvalidArgumentError(fmt::format("more than {} outputs", kMaxOutputs));
  }
  absl::flat_hash_set<std::string_view> names;
  absl::Status status;
  std::uint64_t number = 0;
  outputs->ForEachElement([&](JsonValue output) {
    if (!status.ok()) return;
    absl::StatusOr<Tensor> tensor = reader.Read(output, number++, position);
    status = tensor.status();
    if (!status.ok()) return;
    if (!names.insert(tensor->name).second) status = Fault(*tensor, "is there twice");
    tensors.push_back(*std::move(tensor));
  });
  return status;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> ReadOutputs(const Document& document, const BinaryTail* tail) {
  std::vector<Tensor> tensors;
  OutputReader reader(tail);
  absl::Status status;
  const std::optional<JsonValue> responses = document.root().Find("responses");
  if (!responses || !responses->is_array()) {
    status = ReadResponse(document.root(), std::nullopt, reader, tensors);
  } else {
    std::uint64_t position = 0;
    responses->ForEachElement([&](JsonValue response) {
      if (status.ok() && !response.ignored() && !responses->ignored()) {
        status = ReadResponse(response, position, reader, tensors);
      }
      ++position;
    });
  }
  if (status.ok()) status = reader.Finish();
  if (!status.ok()) return status;
  return tensors;
}

std::string ShapeText(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.shape, ","));
}

std::string ElementPath(const Tensor& tensor, std::uint64_t element) {
  const Document& document = tensor.data.document();
  const std::uint32_t first = tensor.data.index() + 1;
  const bool nested =
      !tensor.binary && tensor.elements > 0 && document.node(first).kind == JsonKind::kArray;
  if (!nested) return fmt::format("{}/{}", tensor.path, element);
  std::vector<std::uint64_t> position(tensor.shape.size());
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    position[axis] = element % tensor.shape[axis];
    element /= tensor.shape[axis];
  }
  return fmt::format("{}/{}", tensor.path, fmt::join(position, "/"));
}

}  // namespace understudy
