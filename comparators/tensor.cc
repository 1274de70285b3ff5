// Reading Open Inference Protocol outputs.
#include "comparators/tensor.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxOutputs = 10'000;
constexpr std::size_t kMaxRank = 32;
constexpr std::size_t kShownName = 64;

struct TypeName {
  std::string_view name;
  TensorType type;
};
constexpr std::array<TypeName, 15> kTypes{{
    {"FP16", TensorType::kFloat},
    {"FP32", TensorType::kFloat},
    {"FP64", TensorType::kFloat},
    {"BF16", TensorType::kFloat},
    {"INT8", TensorType::kInteger},
    {"INT16", TensorType::kInteger},
    {"INT32", TensorType::kInteger},
    {"INT64", TensorType::kInteger},
    {"UINT8", TensorType::kInteger},
    {"UINT16", TensorType::kInteger},
    {"UINT32", TensorType::kInteger},
    {"UINT64", TensorType::kInteger},
    {"BOOL", TensorType::kBool},
    {"BYTES", TensorType::kBytes},
    {"STRING", TensorType::kBytes},  // what older answers call BYTES
}};

absl::Status Fault(const Tensor& tensor, std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("output \"{}\" {}", ShownText(tensor.name, kShownName), what));
}

absl::Status ReadType(JsonValue output, Tensor& tensor) {
  const std::optional<JsonValue> dtype = output.Find("datatype");
  if (!dtype || !dtype->is_string()) return Fault(tensor, "has no \"datatype\"");
  const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeName& type) {
    return type.name == dtype->AsString();
  });
  if (known == kTypes.end()) {
    return Fault(tensor, fmt::format("has the unknown datatype \"{}\"",
                                     ShownText(dtype->AsString(), kShownName)));
  }
  tensor.type = known->type;
  tensor.dtype = known->type == TensorType::kBytes ? "BYTES" : known->name;
  return absl::OkStatus();
}

absl::Status ReadShape(JsonValue output, Tensor& tensor) {
  const std::optional<JsonValue> shape = output.Find("shape");
  if (!shape || !shape->is_array()) return Fault(tensor, "has no \"shape\"");
  if (shape->size() > kMaxRank) {
    return Fault(tensor, fmt::format("has {} axes; at most {} are read", shape->size(), kMaxRank));
  }
  const std::uint64_t most = tensor.data.document().node_count();
  bool good = true;
  bool empty = false;
  shape->ForEachElement([&](JsonValue size) {
    const JsonNode& node = size.node();
    good = good && node.kind == JsonKind::kInt && node.payload.signed_integer >= 0;
    if (!good) return;
    tensor.shape.push_back(node.payload.unsigned_integer);
    empty = empty || tensor.shape.back() == 0;
    // More than the document holds is wrong in any case; stopping there avoids an overflow.
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

absl::StatusOr<Tensor> ReadOutput(JsonValue output, std::uint64_t position) {
  const std::optional<JsonValue> name = output.Find("name");
  const std::optional<JsonValue> data = output.Find("data");
  if (!name || !name->is_string()) {
    return absl::InvalidArgumentError(fmt::format("output {} has no \"name\"", position));
  }
  if (!data || !data->is_array()) {
    return absl::InvalidArgumentError(fmt::format("output \"{}\" has no \"data\" in JSON",
                                                  ShownText(name->AsString(), kShownName)));
  }
  Tensor tensor{.name = name->AsString(), .dtype = {}, .data = *data, .path = {}};
  tensor.path = fmt::format("/outputs/{}/data", position);
  tensor.ignored = output.ignored() || data->ignored();
  absl::Status status = ReadType(output, tensor);
  if (status.ok()) status = ReadShape(output, tensor);
  if (status.ok() && !tensor.ignored) status = CheckData(tensor);
  if (!status.ok()) return status;
  return tensor;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> ReadOutputs(const Document& document) {
  const std::optional<JsonValue> outputs = document.root().Find("outputs");
  if (!outputs || !outputs->is_array() || outputs->ignored()) {
    return absl::InvalidArgumentError("there is no list \"outputs\"");
  }
  if (outputs->size() > kMaxOutputs) {
    return absl::InvalidArgumentError(
        fmt::format("{} outputs; at most {} are read", outputs->size(), kMaxOutputs));
  }
  std::vector<Tensor> tensors;
  absl::flat_hash_set<std::string_view> names;
  absl::Status status;
  std::uint64_t position = 0;
  outputs->ForEachElement([&](JsonValue output) {
    if (!status.ok()) return;
    absl::StatusOr<Tensor> tensor = ReadOutput(output, position++);
    status = tensor.status();
    if (!status.ok()) return;
    if (!names.insert(tensor->name).second) status = Fault(*tensor, "is there twice");
    tensors.push_back(*std::move(tensor));
  });
  if (!status.ok()) return status;
  return tensors;
}

std::string ShapeText(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.shape, ","));
}

std::string ElementPath(const Tensor& tensor, std::uint64_t element) {
  const Document& document = tensor.data.document();
  const std::uint32_t first = tensor.data.index() + 1;
  const bool nested = tensor.elements > 0 && document.node(first).kind == JsonKind::kArray;
  if (!nested) return fmt::format("{}/{}", tensor.path, element);
  std::vector<std::uint64_t> position(tensor.shape.size());
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    position[axis] = element % tensor.shape[axis];
    element /= tensor.shape[axis];
  }
  return fmt::format("{}/{}", tensor.path, fmt::join(position, "/"));
}

}  // namespace understudy
