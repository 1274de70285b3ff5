// Messages of the Open Inference Protocol: a tensor's elements are in `contents`, in the list of
// their kind, or all tensors' are in raw contents beside them, in the same order.
#include <algorithm>
#include <array>

#include "comparators/binary_element.h"
#include "comparators/grpc/base64.h"
#include "comparators/grpc/message_writer.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kData = "data";
// Of InferInputTensor and InferOutputTensor.
constexpr std::uint32_t kDatatype = 2;
constexpr std::uint32_t kContents = 5;

std::string_view LastText(std::span<const WireField> run, std::string_view text) {
  if (run.empty() || run.back().type != WireType::kBytes) return {};
  return run.back().Bytes(text);
}

// Floats in blocks, others one by one.
void ReadElements(ElementFormat format, const char* bytes, std::size_t width,
                  std::span<JsonNode> nodes) {
  const bool floats = format == ElementFormat::kFp16 || format == ElementFormat::kBf16 ||
                      format == ElementFormat::kFp32 || format == ElementFormat::kFp64;
  std::array<double, 256> block;
  while (!nodes.empty()) {
    const std::size_t count = floats ? std::min(block.size(), nodes.size()) : 1;
    if (floats) {
      ReadFloats(format, bytes, std::span(block).first(count));
      for (std::size_t i = 0; i < count; ++i) {
        nodes[i].kind = JsonKind::kDouble;
        nodes[i].payload.decimal = block[i];
      }
    } else {
      nodes.front() = ReadElement(format, bytes);
    }
    bytes += count * width;
    nodes = nodes.subspan(count);
  }
}

}  // namespace

void MessageWriter::InferMessage(const MessagePlan& plan, const Fields& fields,
                                 std::uint32_t list_number, std::uint32_t raw_number) {
  const std::array but{list_number, raw_number};
  const FieldPlan& list = *plan.Find(list_number);
  const Run tensors = RunOf(fields, list_number);
  const Run raw = RunOf(fields, raw_number);
  out_.BeginObject();
  if (!AllFit(list, tensors) || !AllFit(*plan.Find(raw_number), raw)) {
    Members(plan, fields);  // as it is: nobody reads it as tensors
    out_.End();
    return;
  }
  Members(plan, fields, but);
  out_.Key(names_.Of(list));
  out_.BeginArray();
  const MessagePlan& tensor_plan = *list.message;
  const bool one_each = raw.size() == tensors.size();
  // Servers differ in whether a tensor that has its elements in `contents` has raw contents, too,
  // and in whether one that has raw contents has `contents` without elements.
  const auto has_contents = [&](const WireField& tensor) {
    const Level level(*this, tensor_plan, {&tensor, 1});
    const Run run = RunOf(level.fields(), kContents);
    return std::any_of(run.begin(), run.end(), [&](const WireField& contents) {
      return !one_each || contents.type != WireType::kBytes || contents.size > 0;
    });
  };
  std::size_t next = 0;
  for (std::size_t i = 0; i < tensors.size() && !Failed(); ++i) {
    std::optional<std::string_view> bytes;
    if (!raw.empty()) {
      const bool typed = has_contents(tensors[i]);
      if (one_each) next = i;
      if (!typed || (one_each && raw[next].size > 0)) {
        if (next < raw.size()) {
          bytes = raw[next].Bytes(text_);
        } else {
          FailTensor(fmt::format("there are raw contents of {} tensors, and there are {} tensors",
                                 raw.size(), tensors.size()));
        }
        if (typed) FailTensor(fmt::format("tensor {} has contents of both kinds", i));
        ++next;
      }
    }
    const Level level(*this, tensor_plan, {&tensors[i], 1});
    InferTensor(tensor_plan, level.fields(), i, bytes);
  }
  if (!one_each && next < raw.size()) {
    FailTensor(fmt::format("there are raw contents of {} tensors, and there are {} tensors",
                           raw.size(), tensors.size()));
  }
  out_.End();
  out_.End();
}

void MessageWriter::InferTensor(const MessagePlan& plan, const Fields& fields, std::size_t position,
                                std::optional<std::string_view> raw) {
  if (Failed()) return;
  Count(plan, fields);
  constexpr std::array kBut{kContents};
  const FieldPlan* contents = plan.Find(kContents);
  const Run content_run = RunOf(fields, kContents);
  const std::string_view datatype = LastText(RunOf(fields, kDatatype), text_);
  out_.BeginObject();
  if (contents == nullptr || contents->message == nullptr) {
    Members(plan, fields);
    out_.End();
    return;
  }
  Members(plan, fields, kBut);
  if (raw && !content_run.empty()) Member(*contents, Fitting(*contents, content_run));
  if (raw && raw_tensors_ == RawTensors::kBeside) {
    if (raw_.size() <= position) raw_.resize(position + 1);
    raw_[position] = *raw;
  } else if (raw) {
    Key(kData);
    RawData(datatype, *raw);
  } else if (!content_run.empty() && AllFit(*contents, content_run)) {
    if (!Contents(*contents->message, content_run)) Member(*contents, content_run);
  } else if (!content_run.empty()) {
    Unknown(kContents, content_run);
  } else {
    Key(kData);
    out_.BeginArray();
    out_.End();
  }
  out_.End();
}

// Writes the only list that is there as the data. False: there are several.
bool MessageWriter::Contents(const MessagePlan& contents, Run run) {
  const Level level(*this, contents, run);
  const Fields& fields = level.fields();
  if (Failed()) return true;
  Count(contents, fields);
  const bool one = fields.empty() || fields.front().number == fields.back().number;
  const FieldPlan* list = fields.empty() ? nullptr : contents.Find(fields.front().number);
  if (!one || (!fields.empty() && (list == nullptr || !list->repeated || !AllFit(*list, fields)))) {
    return false;
  }
  Key(kData);
  if (list == nullptr) {
    out_.BeginArray();
    out_.End();
  } else if (list->wire_type == WireType::kBytes && list->message == nullptr) {
    out_.BeginArray();
    for (const WireField& text : fields) TensorText(text.Bytes(text_));
    out_.End();
  } else {
    List(*list, fields);
  }
  return true;
}

void MessageWriter::TensorText(std::string_view bytes) {
  if (raw_tensors_ != RawTensors::kShown || IsUtf8Text(bytes)) return out_.BorrowedString(bytes);
  std::string base64;
  AppendBase64(bytes, base64);
  out_.String(base64);
}

void MessageWriter::RawData(std::string_view datatype, std::string_view bytes) {
  out_.BeginArray();
  const std::optional<ElementFormat> format = FormatOfDatatype(datatype);
  const std::size_t width = format ? ElementWidth(*format) : 0;
  if (!format) {
    FailTensor(
        fmt::format("raw contents of the datatype \"{}\" cannot be read", ShownText(datatype, 64)));
  } else if (width > 0) {
    if (bytes.size() % width != 0) {
      FailTensor(
          fmt::format("{} bytes are no whole number of {}", bytes.size(), std::string(datatype)));
    }
    ReadElements(*format, bytes.data(), width, out_.Room(bytes.size() / width));
  }
  while (format && width == 0 && !bytes.empty() && out_.ok()) {
    const bool has_length = bytes.size() >= 4;
    const std::uint32_t length = has_length ? Fixed32At(bytes.data()) : 0;
    if (!has_length || bytes.size() - 4 < length) {
      FailTensor("a text of the raw contents is cut");
      break;
    }
    TensorText(bytes.substr(4, length));
    bytes.remove_prefix(4 + length);
  }
  out_.End();
}

}  // namespace understudy
