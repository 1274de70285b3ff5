// From fields to nodes.
#include "comparators/grpc/message_writer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "comparators/grpc/base64.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kMaxDepth = 100;        // what Protobuf's own readers take
constexpr std::size_t kMaxFields = 4u << 20;  // of one message, lists that are not packed included

std::int64_t ZigZag(std::uint64_t bits) {
  return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
}

// Runs of the same number, one after the other.
template <typename Visit>
void ForEachRun(std::span<const WireField> fields, Visit visit) {
  for (std::size_t i = 0; i < fields.size();) {
    std::size_t end = i + 1;
    while (end < fields.size() && fields[end].number == fields[i].number) ++end;
    visit(fields.subspan(i, end - i));
    i = end;
  }
}

}  // namespace

MessageWriter::Level::Level(MessageWriter& writer, const MessagePlan& plan, Run messages)
    : writer_(writer) {
  if (writer.levels_.size() == writer.depth_) writer.levels_.emplace_back();
  fields_ = &writer.levels_[writer.depth_++];
  fields_->clear();
  writer.Scan(plan, messages, *fields_);
}

void MessageWriter::Fail(std::string_view what) {
  if (status_.ok()) status_ = absl::InvalidArgumentError(std::string(what));
}

void MessageWriter::FailTensor(std::string_view what) {
  if (tensor_status_.ok()) tensor_status_ = absl::DataLossError(std::string(what));
}

void MessageWriter::Scan(const MessagePlan& plan, Run messages, Fields& out) {
  if (depth_ > kMaxDepth + 1) {
    return Fail(fmt::format("more than {} messages inside another", kMaxDepth));
  }
  for (const WireField& message : messages) {
    if (Failed()) return;
    const FieldScan scan = ScanFields(text_, message.Bytes(text_), kMaxFields, out);
    if (scan == FieldScan::kMalformed) {
      Fail(fmt::format("the bytes are no {}", std::string(plan.type->full_name())));
    } else if (scan == FieldScan::kTooMany) {
      out_.Refuse();
    }
  }
  if (Failed()) {
    out.clear();
    return;
  }
  if (plan.has_oneofs) KeepLastOfOneofs(plan, out);
  const auto by_number = [](const WireField& a, const WireField& b) { return a.number < b.number; };
  if (!std::is_sorted(out.begin(), out.end(), by_number)) {
    std::stable_sort(out.begin(), out.end(), by_number);
  }
}

// A member of a oneof clears the others when it is read.
void MessageWriter::KeepLastOfOneofs(const MessagePlan& plan, Fields& fields) {
  absl::flat_hash_map<const google::protobuf::OneofDescriptor*, std::uint32_t> last;
  const auto oneof_of = [&plan](const WireField& field) {
    const FieldPlan* known = plan.Find(field.number);
    const bool member = known != nullptr && known->Fits(field.type);
    return member ? known->field->real_containing_oneof() : nullptr;
  };
  std::vector<WireField> kept;
  for (std::size_t i = fields.size(); i-- > 0;) {
    const auto* oneof = oneof_of(fields[i]);
    if (oneof != nullptr) {
      // Seen from the end: once another member comes, all before it is cleared.
      const auto [found, first] = last.emplace(oneof, fields[i].number);
      if (!first && found->second != fields[i].number) {
        found->second = 0;
        continue;
      }
    }
    kept.push_back(fields[i]);
  }
  fields.assign(kept.rbegin(), kept.rend());
}

MessageWriter::Run MessageWriter::RunOf(const Fields& fields, std::uint32_t number) {
  const auto [first, last] =
      std::equal_range(fields.begin(), fields.end(), WireField{.number = number},
                       [](const WireField& a, const WireField& b) { return a.number < b.number; });
  return {first, last};
}

void MessageWriter::Write(const MessagePlan& plan, std::string_view message) {
  root_ = all_ = {};
  raw_.clear();
  WireField whole{.type = WireType::kBytes};
  whole.value = message.empty() ? 0 : static_cast<std::uint64_t>(message.data() - text_.data());
  whole.size = static_cast<std::uint32_t>(message.size());
  Message(plan, {&whole, 1});
}

bool MessageWriter::AllFit(const FieldPlan& field, Run run) {
  return std::all_of(run.begin(), run.end(),
                     [&](const WireField& one) { return field.Fits(one.type); });
}

MessageWriter::Fields MessageWriter::Fitting(const FieldPlan& field, Run run) {
  Fields fitting;
  for (const WireField& one : run) {
    if (field.Fits(one.type)) fitting.push_back(one);
  }
  return fitting;
}

bool MessageWriter::IsAsKnown(const MessagePlan& plan, const Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](const WireField& field) {
    const FieldPlan* known = plan.Find(field.number);
    return known == nullptr || known->Fits(field.type);
  });
}

bool MessageWriter::KnowsAll(const MessagePlan& plan, const Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](const WireField& field) {
    const FieldPlan* known = plan.Find(field.number);
    return known != nullptr && known->Fits(field.type);
  });
}

void MessageWriter::Count(const MessagePlan& plan, const Fields& fields) {
  ForEachRun(fields, [&](Run run) {
    const FieldPlan* known = plan.Find(run.front().number);
    std::size_t FieldTally::*which =
        known != nullptr && AllFit(*known, run) ? &FieldTally::known : &FieldTally::unknown;
    ++(all_.*which);
    if (depth_ == 1) ++(root_.*which);
  });
}

void MessageWriter::Message(const MessagePlan& plan, Run messages) {
  if (plan.form == MessageForm::kTensorProto) return TensorProto(plan, messages, {}, {});
  const Level level(*this, plan, messages);
  if (Failed()) return;
  const Fields& fields = level.fields();
  Count(plan, fields);
  switch (plan.form) {
    case MessageForm::kOneValue:
      if (KnowsAll(plan, fields)) return OneValue(plan, fields);
      break;
    case MessageForm::kWrapper:
      if (KnowsAll(plan, fields)) return Wrapper(plan, fields);
      break;
    case MessageForm::kInferRequest:
      return InferMessage(plan, fields, 5, 7);
    case MessageForm::kInferResponse:
      return InferMessage(plan, fields, 5, 6);
    case MessageForm::kPredictRequest:
      return PredictMessage(plan, fields, 2);
    case MessageForm::kPredictResponse:
      return PredictMessage(plan, fields, 1);
    default:
      break;
  }
  out_.BeginObject();
  Members(plan, fields);
  out_.End();
}

void MessageWriter::Members(const MessagePlan& plan, const Fields& fields,
                            std::span<const std::uint32_t> but) {
  const auto left_out = [but](std::uint32_t number) {
    return std::find(but.begin(), but.end(), number) != but.end();
  };
  auto next = plan.fields.begin();
  const auto absent_until = [&](std::uint32_t number) {
    for (; next != plan.fields.end() && next->number < number; ++next) {
      if (!left_out(next->number)) Member(*next, {});
    }
  };
  ForEachRun(fields, [&](Run run) {
    const std::uint32_t number = run.front().number;
    absent_until(number);
    if (Failed()) return;
    const bool known = next != plan.fields.end() && next->number == number;
    if (!known) return left_out(number) ? void() : Unknown(number, run);
    const FieldPlan& field = *next++;
    if (left_out(number)) return;
    if (AllFit(field, run)) return Member(field, run);
    // Some of them are of another wire type, and so unknown.
    Fields other;
    for (const WireField& one : run) {
      if (!field.Fits(one.type)) other.push_back(one);
    }
    Member(field, Fitting(field, run));
    Unknown(number, other);
  });
  absent_until(std::numeric_limits<std::uint32_t>::max());
}

void MessageWriter::Member(const FieldPlan& field, Run run) {
  if (Failed() || (run.empty() && field.has_presence)) return;
  out_.Key(names_.Of(field));
  if (run.empty() && !field.repeated) return Default(field);
  Value(field, run);
}

void MessageWriter::Value(const FieldPlan& field, Run run) {
  if (field.map) return Map(field, run);
  if (field.repeated) return List(field, run);
  if (field.message != nullptr) return Message(*field.message, run);
  Scalar(field, run.back());
}

void MessageWriter::Default(const FieldPlan& field) {
  if (field.message != nullptr) return Message(*field.message, {});
  if (field.wire_type == WireType::kBytes) return out_.String("");
  Number(field, 0);
}

void MessageWriter::Scalar(const FieldPlan& field, const WireField& value) {
  if (field.wire_type == WireType::kBytes) return Text(field, value.Bytes(text_));
  Number(field, value.value);
}

void MessageWriter::Number(const FieldPlan& field, std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits);
  switch (field.field->type()) {
    case FieldDescriptor::TYPE_DOUBLE:
      return out_.Decimal(std::bit_cast<double>(bits));
    case FieldDescriptor::TYPE_FLOAT:
      return out_.Decimal(std::bit_cast<float>(low));
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return out_.Integer(static_cast<std::int64_t>(bits));
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return out_.Unsigned(bits);
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SFIXED32:
      return out_.Integer(static_cast<std::int32_t>(low));
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return out_.Unsigned(low);
    case FieldDescriptor::TYPE_SINT32:
      return out_.Integer(static_cast<std::int32_t>(ZigZag(low)));
    case FieldDescriptor::TYPE_SINT64:
      return out_.Integer(ZigZag(bits));
    case FieldDescriptor::TYPE_BOOL:
      return out_.Bool(bits != 0);
    case FieldDescriptor::TYPE_ENUM:
      return EnumValue(field, static_cast<std::int32_t>(low));
    default:
      return out_.Null();  // texts and messages, which are no numbers
  }
}

void MessageWriter::EnumValue(const FieldPlan& field, std::int32_t number) {
  const EnumValueDescriptor* value = field.field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) return out_.Integer(number);
  const auto [word, is_new] = words_.try_emplace(value);
  if (is_new) word->second = out_.Keep(value->name());
  out_.String(word->second);
}

void MessageWriter::Text(const FieldPlan& field, std::string_view bytes) {
  if (field.field->type() == FieldDescriptor::TYPE_STRING) {
    if (IsUtf8Text(bytes)) return out_.BorrowedString(bytes);
    if (field.checked_utf8) {
      return Fail(fmt::format("the text \"{}\" is no UTF-8", field.field->full_name()));
    }
  }
  std::string base64;
  AppendBase64(bytes, base64);
  out_.String(base64);
}

void MessageWriter::List(const FieldPlan& field, Run run) {
  out_.BeginArray();
  Elements(field, run);
  out_.End();
}

void MessageWriter::Elements(const FieldPlan& field, Run run) {
  for (const WireField& one : run) {
    if (Failed()) break;
    if (field.message != nullptr) {
      Message(*field.message, {&one, 1});
    } else if (one.type != field.wire_type) {
      Packed(field, one.Bytes(text_));
    } else {
      Scalar(field, one);
    }
  }
}

void MessageWriter::Packed(const FieldPlan& field, std::string_view bytes) {
  const auto broken = [&] {
    Fail(fmt::format("the list \"{}\" is cut", field.field->full_name()));
  };
  if (field.wire_type == WireType::kVarint) {
    while (!bytes.empty() && out_.ok()) {
      const auto value = TakeVarint(bytes);
      if (!value) return broken();
      Number(field, *value);
    }
    return;
  }
  const std::size_t width = field.wire_type == WireType::kFixed64 ? 8 : 4;
  if (bytes.size() % width != 0) return broken();
  const std::span<JsonNode> nodes = out_.Room(bytes.size() / width);
  const char* at = bytes.data();
  const auto fill = [&](auto node_of) {
    for (JsonNode& node : nodes) {
      node_of(at, node);
      at += width;
    }
  };
  switch (field.field->type()) {
    case FieldDescriptor::TYPE_FLOAT:
      return fill([](const char* from, JsonNode& node) {
        node.kind = JsonKind::kDouble;
        node.payload.decimal = std::bit_cast<float>(Fixed32At(from));
      });
    case FieldDescriptor::TYPE_DOUBLE:
      return fill([](const char* from, JsonNode& node) {
        node.kind = JsonKind::kDouble;
        node.payload.decimal = std::bit_cast<double>(Fixed64At(from));
      });
    case FieldDescriptor::TYPE_SFIXED32:
      return fill([](const char* from, JsonNode& node) {
        node.kind = JsonKind::kInt;
        node.payload.signed_integer = static_cast<std::int32_t>(Fixed32At(from));
      });
    case FieldDescriptor::TYPE_FIXED32:
      return fill([](const char* from, JsonNode& node) {
        node.kind = JsonKind::kInt;
        node.payload.signed_integer = Fixed32At(from);
      });
    default:
      return fill([&](const char* from, JsonNode& node) {
        node.payload.unsigned_integer = Fixed64At(from);
        const bool is_signed = field.field->type() == FieldDescriptor::TYPE_SFIXED64;
        node.kind =
            is_signed || node.payload.signed_integer >= 0 ? JsonKind::kInt : JsonKind::kUint;
      });
  }
}

std::vector<MessageWriter::Entry> MessageWriter::Entries(const FieldPlan& field, Run run) {
  const MessagePlan& plan = *field.message;
  const FieldDescriptor& key = *field.field->message_type()->map_key();
  std::vector<Entry> entries;
  entries.reserve(run.size());
  for (const WireField& one : run) {
    const Level level(*this, plan, {&one, 1});
    if (Failed()) return {};
    Entry entry{{}, one};
    const Fields keys = Fitting(*plan.Find(1), RunOf(level.fields(), 1));
    const std::uint64_t bits = keys.empty() ? 0 : keys.back().value;
    switch (key.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (!keys.empty()) entry.key = keys.back().Bytes(text_);
        if (!IsUtf8Text(entry.key))
          Fail(fmt::format("a key of \"{}\" is no UTF-8", field.field->full_name()));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        entry.key = bits != 0 ? "true" : "false";
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        entry.key = fmt::format("{}", static_cast<std::uint32_t>(bits));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        entry.key = fmt::format("{}", bits);
        break;
      default: {
        const bool zigzag = key.type() == FieldDescriptor::TYPE_SINT32 ||
                            key.type() == FieldDescriptor::TYPE_SINT64;
        const bool narrow = key.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
        const std::uint64_t used = narrow && zigzag ? bits & 0xFFFFFFFFu : bits;
        const std::int64_t number = zigzag ? ZigZag(used) : static_cast<std::int64_t>(used);
        entry.key = fmt::format("{}", narrow ? static_cast<std::int32_t>(number) : number);
      }
    }
    entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.key < b.key; });
  std::vector<Entry> last;
  for (Entry& entry : entries) {
    if (!last.empty() && last.back().key == entry.key) {
      last.back() = std::move(entry);
    } else {
      last.push_back(std::move(entry));
    }
  }
  return last;
}

void MessageWriter::Map(const FieldPlan& field, Run run) {
  out_.BeginObject();
  const MessagePlan& plan = *field.message;
  const FieldPlan* value = plan.Find(2);
  for (const Entry& entry : Entries(field, run)) {
    if (Failed()) break;
    const Level level(*this, plan, {&entry.message, 1});
    const Fields values = Fitting(*value, RunOf(level.fields(), 2));
    out_.Key(entry.key);
    if (values.empty()) {
      Default(*value);
    } else {
      Value(*value, values);
    }
  }
  out_.End();
}

void MessageWriter::OneValue(const MessagePlan& plan, const Fields& fields) {
  if (fields.empty()) return out_.Null();
  const FieldPlan& field = *plan.Find(fields.back().number);
  const bool is_null = field.field->enum_type() != nullptr;  // of Value
  if (is_null) return out_.Null();
  Value(field, RunOf(fields, field.number));
}

void MessageWriter::Wrapper(const MessagePlan& plan, const Fields& fields) {
  const FieldPlan& field = plan.fields.front();
  if (fields.empty() && !field.repeated) return Default(field);
  Value(field, RunOf(fields, field.number));
}

void MessageWriter::Unknown(std::uint32_t number, Run run) {
  if (Failed()) return;
  Key(fmt::format("#{}", number));
  out_.BeginArray();
  for (const WireField& one : run) {
    if (Failed()) break;
    out_.BeginObject();
    switch (one.type) {
      case WireType::kVarint:
        Key("varint");
        out_.Unsigned(one.value);
        break;
      case WireType::kFixed32:
        Key("fixed32");
        out_.Unsigned(one.value);
        break;
      case WireType::kFixed64:
        Key("fixed64");
        out_.Unsigned(one.value);
        break;
      default: {
        Key(one.type == WireType::kGroup ? "group" : "bytes");
        std::string base64;
        AppendBase64(one.Bytes(text_), base64);
        out_.String(base64);
      }
    }
    out_.End();
  }
  out_.End();
}

}  // namespace understudy
