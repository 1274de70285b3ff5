// From descriptors to plans.
#include "comparators/grpc/message_plan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

WireType WireTypeOf(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::kBytes;
    case FieldDescriptor::TYPE_GROUP:
      return WireType::kGroup;
    default:
      return WireType::kVarint;
  }
}

bool IsRepeatedMessage(const Descriptor& type, int number, std::string_view name) {
  const FieldDescriptor* field = type.FindFieldByNumber(number);
  return field != nullptr && field->name() == name && field->is_repeated() &&
         field->message_type() != nullptr;
}

bool IsField(const Descriptor* type, int number, FieldDescriptor::Type wanted, bool repeated) {
  const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByNumber(number);
  return field != nullptr && field->type() == wanted && field->is_repeated() == repeated;
}

// TensorFlow's, with all lists that its data types are in.
bool IsTensor(const Descriptor& type) {
  using List = std::pair<int, FieldDescriptor::Type>;
  constexpr std::array kLists{
      List{5, FieldDescriptor::TYPE_FLOAT},  List{6, FieldDescriptor::TYPE_DOUBLE},
      List{7, FieldDescriptor::TYPE_INT32},  List{8, FieldDescriptor::TYPE_BYTES},
      List{10, FieldDescriptor::TYPE_INT64}, List{11, FieldDescriptor::TYPE_BOOL},
      List{13, FieldDescriptor::TYPE_INT32}, List{16, FieldDescriptor::TYPE_UINT32},
      List{17, FieldDescriptor::TYPE_UINT64}};
  const auto message_of = [](const Descriptor* of, int number) {
    const FieldDescriptor* field = of == nullptr ? nullptr : of->FindFieldByNumber(number);
    return field == nullptr ? nullptr : field->message_type();
  };
  const Descriptor* const shape = message_of(&type, 2);
  return type.full_name() == "tensorflow.TensorProto" &&
         IsField(&type, 1, FieldDescriptor::TYPE_ENUM, false) &&
         IsField(&type, 4, FieldDescriptor::TYPE_BYTES, false) &&
         IsField(&type, 2, FieldDescriptor::TYPE_MESSAGE, false) &&
         IsField(shape, 2, FieldDescriptor::TYPE_MESSAGE, true) &&
         IsField(message_of(shape, 2), 1, FieldDescriptor::TYPE_INT64, false) &&
         std::all_of(kLists.begin(), kLists.end(),
                     [&](List list) { return IsField(&type, list.first, list.second, true); });
}

bool IsMapOfTensors(const Descriptor& type, int number) {
  const FieldDescriptor* field = type.FindFieldByNumber(number);
  if (field == nullptr || !field->is_map()) return false;
  const FieldDescriptor* value = field->message_type()->map_value();
  return value->message_type() != nullptr && IsTensor(*value->message_type());
}

// A message of a known name that has not the fields it is known for is a plain one.
MessageForm FormOf(const Descriptor& type) {
  constexpr std::array<std::string_view, 9> kWrappers{
      "google.protobuf.DoubleValue", "google.protobuf.FloatValue",  "google.protobuf.Int64Value",
      "google.protobuf.UInt64Value", "google.protobuf.Int32Value",  "google.protobuf.UInt32Value",
      "google.protobuf.BoolValue",   "google.protobuf.StringValue", "google.protobuf.BytesValue"};
  const std::string_view name = type.full_name();
  const bool of_one = type.field_count() == 1 && type.field(0)->number() == 1;
  if (std::find(kWrappers.begin(), kWrappers.end(), name) != kWrappers.end() && of_one) {
    return MessageForm::kWrapper;
  }
  if ((name == "google.protobuf.Struct" || name == "google.protobuf.ListValue") && of_one) {
    return MessageForm::kWrapper;
  }
  if (name == "google.protobuf.Value" || name == "inference.InferParameter") {
    const bool of_oneof =
        type.oneof_decl_count() == 1 && type.oneof_decl(0)->field_count() == type.field_count();
    return of_oneof ? MessageForm::kOneValue : MessageForm::kPlain;
  }
  if (name == "inference.ModelInferRequest" && IsRepeatedMessage(type, 5, "inputs") &&
      IsField(&type, 7, FieldDescriptor::TYPE_BYTES, true)) {
    return MessageForm::kInferRequest;
  }
  if (name == "inference.ModelInferResponse" && IsRepeatedMessage(type, 5, "outputs") &&
      IsField(&type, 6, FieldDescriptor::TYPE_BYTES, true)) {
    return MessageForm::kInferResponse;
  }
  if (name == "tensorflow.serving.PredictRequest" && IsMapOfTensors(type, 2)) {
    return MessageForm::kPredictRequest;
  }
  if (name == "tensorflow.serving.PredictResponse" && IsMapOfTensors(type, 1)) {
    return MessageForm::kPredictResponse;
  }
  return IsTensor(type) ? MessageForm::kTensorProto : MessageForm::kPlain;
}

// `index`: of its first field; then of the next plan's.
std::unique_ptr<MessagePlan> PlanOf(const Descriptor& type, std::uint32_t& index) {
  auto plan = std::make_unique<MessagePlan>();
  plan->type = &type;
  plan->form = FormOf(type);
  for (int i = 0; i < type.oneof_decl_count(); ++i) {
    plan->has_oneofs = plan->has_oneofs || type.oneof_decl(i)->field_count() > 1;
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    FieldPlan one;
    one.field = field;
    one.number = static_cast<std::uint32_t>(field->number());
    one.name = field->name();
    one.index = index++;
    one.wire_type = WireTypeOf(field->type());
    one.packable = one.wire_type != WireType::kBytes && one.wire_type != WireType::kGroup;
    one.repeated = field->is_repeated();
    one.map = field->is_map();
    one.has_presence = field->has_presence();
    one.text = field->type() == FieldDescriptor::TYPE_STRING;
    one.checked_utf8 =
        one.text && field->file()->syntax() == google::protobuf::FileDescriptor::SYNTAX_PROTO3;
    plan->fields.push_back(one);
  }
  std::sort(plan->fields.begin(), plan->fields.end(),
            [](const FieldPlan& a, const FieldPlan& b) { return a.number < b.number; });
  return plan;
}

}  // namespace

const FieldPlan* MessagePlan::Find(std::uint32_t number) const {
  const auto found = std::lower_bound(
      fields.begin(), fields.end(), number,
      [](const FieldPlan& field, std::uint32_t wanted) { return field.number < wanted; });
  return found != fields.end() && found->number == number ? &*found : nullptr;
}

const MessagePlan& MessagePlans::Of(const Descriptor& type) const {
  const MessagePlan* plan = known_.With([&](const Known& known) -> const MessagePlan* {
    const auto found = known.plans.find(&type);
    return found != known.plans.end() ? found->second.get() : nullptr;
  });
  if (plan == nullptr) plan = known_.Changing([&](Known& known) { return Make(known, type); });
  return *plan;
}

const MessagePlan* MessagePlans::Make(Known& known, const Descriptor& type) {
  std::vector<MessagePlan*> unfinished;
  const auto plan_of = [&](const Descriptor& wanted) -> const MessagePlan* {
    std::unique_ptr<MessagePlan>& plan = known.plans[&wanted];
    if (plan == nullptr) {
      plan = PlanOf(wanted, known.fields);
      unfinished.push_back(plan.get());
    }
    return plan.get();
  };
  const MessagePlan* const made = plan_of(type);
  while (!unfinished.empty()) {
    MessagePlan& plan = *unfinished.back();
    unfinished.pop_back();
    for (FieldPlan& field : plan.fields) {
      const Descriptor* const message = field.field->message_type();
      if (message != nullptr) field.message = plan_of(*message);
    }
  }
  return made;
}

}  // namespace understudy
