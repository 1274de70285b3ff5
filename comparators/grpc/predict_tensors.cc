// Messages of TensorFlow: a tensor has its elements in the list of its type, whose last one stands
// for those that are missing, or as bytes in `tensor_content`. Source: tensor.proto, and
// Tensor::FromProto for what is not said there.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "comparators/binary_element.h"
#include "comparators/grpc/message_writer.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// Fields of TensorShapeProto and its Dim.
constexpr std::uint32_t kDims = 2;
constexpr std::uint32_t kSize = 1;
// Fields of TensorProto.
constexpr std::uint32_t kDtype = 1;
constexpr std::uint32_t kShape = 2;
constexpr std::uint32_t kContent = 4;
constexpr std::uint32_t kTexts = 8;
constexpr std::uint32_t kHalves = 13;
constexpr std::uint32_t kLastKnown = 18;

constexpr std::size_t kMaxRank = 254;
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 40;

struct TensorflowType {
  std::uint64_t dtype;
  std::string_view datatype;  // as the Open Inference Protocol calls it
  std::uint32_t list;         // the field with the elements
};
constexpr std::array<TensorflowType, 14> kTypes{{
    {1, "FP32", 5},
    {2, "FP64", 6},
    {3, "INT32", 7},
    {4, "UINT8", 7},
    {5, "INT16", 7},
    {6, "INT8", 7},
    {7, "BYTES", kTexts},
    {9, "INT64", 10},
    {10, "BOOL", 11},
    {14, "BF16", kHalves},
    {17, "UINT16", 7},
    {19, "FP16", kHalves},
    {22, "UINT32", 16},
    {23, "UINT64", 17},
}};

// The texts of `tensor_content`: all their lengths as varints, then all their bytes. Calls
// visit(text) for each; false when they are not what `count` says.
template <typename Visit>
bool ForEachText(std::string_view content, std::uint64_t count, Visit visit) {
  std::vector<std::uint64_t> lengths;
  if (count > content.size()) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto length = TakeVarint(content);
    if (!length) return false;
    lengths.push_back(*length);
  }
  for (const std::uint64_t length : lengths) {
    if (length > content.size()) return false;
    visit(content.substr(0, length));
    content.remove_prefix(length);
  }
  return content.empty();
}

}  // namespace

void MessageWriter::PredictMessage(const MessagePlan& plan, const Fields& fields,
                                   std::uint32_t map_number) {
  const std::array but{map_number};
  const FieldPlan& map = *plan.Find(map_number);
  const Run run = RunOf(fields, map_number);
  out_.BeginObject();
  if (!AllFit(map, run)) {
    Members(plan, fields);  // as it is: nobody reads it as tensors
    out_.End();
    return;
  }
  Members(plan, fields, but);
  out_.Key(names_.Of(map));
  out_.BeginArray();
  const MessagePlan& entry_plan = *map.message;
  const FieldPlan& value = *entry_plan.Find(2);
  std::size_t position = 0;
  for (const Entry& entry : Entries(map, run)) {
    if (Failed()) break;
    const Level level(*this, entry_plan, {&entry.message, 1});
    const Fields tensor = Fitting(value, RunOf(level.fields(), 2));
    TensorProto(*value.message, tensor, entry.key, position++);
  }
  out_.End();
  out_.End();
}

// The sizes of the axes; nothing where they are not all known, or anything else is told of them.
std::optional<std::vector<std::int64_t>> MessageWriter::PredictShape(const MessagePlan& plan,
                                                                     Run run) {
  std::vector<std::int64_t> sizes;
  const Level level(*this, plan, run);
  const FieldPlan* dims = plan.Find(kDims);
  const Run axes = RunOf(level.fields(), kDims);
  const bool only_axes = axes.size() == level.fields().size() && axes.size() <= kMaxRank;
  if (dims == nullptr || !only_axes || !AllFit(*dims, axes)) return std::nullopt;
  for (const WireField& axis : axes) {
    const Level inner(*this, *dims->message, {&axis, 1});
    const Run size = RunOf(inner.fields(), kSize);
    if (size.size() != inner.fields().size()) return std::nullopt;
    const bool is_number = size.empty() || size.back().type == WireType::kVarint;
    sizes.push_back(size.empty() ? 0 : static_cast<std::int64_t>(size.back().value));
    if (!is_number || sizes.back() < 0) return std::nullopt;
  }
  return sizes;
}

// With a name it is an entry of a map, whose position it has.
void MessageWriter::TensorProto(const MessagePlan& plan, Run messages,
                                std::optional<std::string_view> name,
                                std::optional<std::size_t> position) {
  const Level level(*this, plan, messages);
  if (Failed()) return;
  const Fields& fields = level.fields();
  Count(plan, fields);
  const Run dtype = RunOf(fields, kDtype);
  const std::uint64_t number = dtype.empty() ? 0 : dtype.back().value;
  const auto* const type = std::find_if(kTypes.begin(), kTypes.end(),
                                        [&](const auto& one) { return one.dtype == number; });
  const FieldPlan* shape_field = plan.Find(kShape);
  std::optional<std::vector<std::int64_t>> shape;
  if (type != kTypes.end() && shape_field != nullptr && IsAsKnown(plan, fields)) {
    shape = PredictShape(*shape_field->message, RunOf(fields, kShape));
  }
  out_.BeginObject();
  if (name) {
    Key("name");
    out_.String(*name);
  }
  if (!shape) {
    Members(plan, fields);  // as it is: nobody reads it as a tensor
    out_.End();
    return;
  }
  // Whatever else is there is shown, too; what is absent need not be.
  std::vector<std::uint32_t> left_out = {kDtype, kShape, kContent, type->list};
  for (std::uint32_t known = 1; known <= kLastKnown; ++known) {
    if (RunOf(fields, known).empty()) left_out.push_back(known);
  }
  Members(plan, fields, left_out);
  Key("datatype");
  out_.String(type->datatype);
  Key("shape");
  out_.BeginArray();
  std::uint64_t elements = 1;
  for (const std::int64_t size : *shape) {
    out_.Integer(size);
    const auto axis = static_cast<std::uint64_t>(size);
    elements = axis != 0 && elements > kMostElements / axis ? kMostElements : elements * axis;
  }
  out_.End();
  const Run content = RunOf(fields, kContent);
  const std::string_view bytes = content.empty() ? "" : content.back().Bytes(text_);
  if (!bytes.empty() && !RunOf(fields, type->list).empty()) {
    Member(*plan.Find(type->list), RunOf(fields, type->list));
  }
  if (!bytes.empty() && position && raw_tensors_ == RawTensors::kBeside && type->list != kTexts) {
    if (raw_.size() <= *position) raw_.resize(*position + 1);
    raw_[*position] = bytes;
  } else {
    Key("data");
    PredictData(type->datatype, *plan.Find(type->list), RunOf(fields, type->list), bytes, elements);
  }
  out_.End();
}

void MessageWriter::PredictData(std::string_view datatype, const FieldPlan& list, Run run,
                                std::string_view content, std::uint64_t elements) {
  if (!content.empty() && list.number != kTexts) return RawData(datatype, content);
  out_.BeginArray();
  if (!content.empty()) {
    const bool whole =
        ForEachText(content, elements, [&](std::string_view text) { TensorText(text); });
    if (!whole) FailTensor(fmt::format("tensor_content does not hold {} texts", elements));
    out_.End();
    return;
  }
  const std::size_t before = out_.nodes();
  if (list.number == kTexts) {
    for (const WireField& text : run) TensorText(text.Bytes(text_));
  } else if (list.number == kHalves) {
    Halves(*FormatOfDatatype(datatype), run);
  } else {
    Elements(list, run);
  }
  const std::size_t there = out_.nodes() - before;
  if (there < elements && !Failed()) {
    if (there == 0) Default(list);
    out_.Repeat(elements - std::max<std::size_t>(there, 1));
  }
  out_.End();
}

// The bits of 16-bit numbers, each in an integer.
void MessageWriter::Halves(ElementFormat format, Run run) {
  const auto write = [&](std::uint64_t bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    out_.Node(ReadElement(format, reinterpret_cast<const char*>(&half)));
  };
  for (const WireField& one : run) {
    if (one.type == WireType::kVarint) {
      write(one.value);
      continue;
    }
    std::string_view bytes = one.Bytes(text_);
    while (!bytes.empty() && out_.ok()) {
      const auto bits = TakeVarint(bytes);
      if (!bits) return Fail("a list of a tensor is cut");
      write(*bits);
    }
  }
}

}  // namespace understudy
