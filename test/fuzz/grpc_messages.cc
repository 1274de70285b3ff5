// gRPC messages as documents: whatever the bytes are, there is a document that JSON can say, or a
// refusal; what Protobuf's own reader takes is taken, and what it writes again is the same
// document. The input is a method's letter, one that says how raw tensors are read, and a body:
// framed messages, or, with the letter's highest bit, one message without its frame.
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/stubs/logging.h>

#include <array>
#include <cmath>
#include <memory>

#include "comparators/grpc/call_document.h"
#include "comparators/grpc/descriptor_sets.h"
#include "comparators/grpc/regular_message.h"
#include "comparators/streams/json_text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;

constexpr DocumentLimits kLimits{.max_bytes = 1u << 20, .max_nodes = 1u << 16};

// A message with a field of every type, alone and in lists, one of a oneof, maps and itself.
FileDescriptorProto EveryType() {
  FileDescriptorProto file;
  file.set_name("every.proto");
  file.set_package("fuzz");
  file.set_syntax("proto3");
  auto& message = *file.add_message_type();
  message.set_name("Every");
  message.add_oneof_decl()->set_name("choice");
  int number = 0;
  const auto add = [&](const std::string& name, int type, bool repeated) -> FieldDescriptorProto& {
    auto& field = *message.add_field();
    field.set_name(name);
    field.set_number(++number);
    field.set_type(static_cast<FieldDescriptorProto::Type>(type));
    field.set_label(repeated ? FieldDescriptorProto::LABEL_REPEATED
                             : FieldDescriptorProto::LABEL_OPTIONAL);
    return field;
  };
  for (int type = 1; type <= FieldDescriptorProto::Type_MAX; ++type) {
    if (type == FieldDescriptorProto::TYPE_GROUP) continue;
    for (const bool repeated : {false, true}) {
      auto& field = add("f" + std::to_string(number), type, repeated);
      if (type == FieldDescriptorProto::TYPE_MESSAGE) field.set_type_name(".fuzz.Every");
      if (type == FieldDescriptorProto::TYPE_ENUM) field.set_type_name(".fuzz.Word");
    }
  }
  add("one_number", FieldDescriptorProto::TYPE_SINT64, false).set_oneof_index(0);
  add("one_text", FieldDescriptorProto::TYPE_STRING, false).set_oneof_index(0);
  auto& inner = add("one_message", FieldDescriptorProto::TYPE_MESSAGE, false);
  inner.set_type_name(".fuzz.Every");
  inner.set_oneof_index(0);
  add("map", FieldDescriptorProto::TYPE_MESSAGE, true).set_type_name(".fuzz.Every.MapEntry");
  auto& entry = *message.add_nested_type();
  entry.set_name("MapEntry");
  entry.mutable_options()->set_map_entry(true);
  auto& key = *entry.add_field();
  key.set_name("key");
  key.set_number(1);
  key.set_type(FieldDescriptorProto::TYPE_SINT32);
  key.set_label(FieldDescriptorProto::LABEL_OPTIONAL);
  auto& value = *entry.add_field();
  value.set_name("value");
  value.set_number(2);
  value.set_type(FieldDescriptorProto::TYPE_MESSAGE);
  value.set_type_name(".fuzz.Every");
  value.set_label(FieldDescriptorProto::LABEL_OPTIONAL);
  auto& words = *file.add_enum_type();
  words.set_name("Word");
  auto& none = *words.add_value();
  none.set_name("NONE");
  none.set_number(0);
  auto& service = *file.add_service();
  service.set_name("S");
  auto& method = *service.add_method();
  method.set_name("M");
  method.set_input_type(".fuzz.Every");
  method.set_output_type(".fuzz.Every");
  return file;
}

const std::vector<GrpcMethod>& Methods() {
  static const MethodPool pool = [] {
    google::protobuf::FileDescriptorSet set;
    *set.add_file() = EveryType();
    BuiltDescriptors built = BuildDescriptors(set);
    Require(built.fault.empty(), "the descriptors of this target can be built");
    return MethodPool(std::move(built.pool));
  }();
  static const std::vector<GrpcMethod> methods = [] {
    std::vector<GrpcMethod> found = {*pool.Find({"fuzz.S", "M"})};
    for (const char* path : {"/inference.GRPCInferenceService/ModelInfer",
                             "/inference.GRPCInferenceService/ModelStreamInfer",
                             "/tensorflow.serving.PredictionService/Predict",
                             "/tensorflow.serving.PredictionService/Classify",
                             "/tensorflow.serving.PredictionService/GetModelMetadata"}) {
      found.push_back(*BundledMethods().Find(GrpcMethodNameOf(path)));
    }
    return found;
  }();
  return methods;
}

bool IsRefusal(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument ||
         code == absl::StatusCode::kFailedPrecondition ||
         code == absl::StatusCode::kResourceExhausted;
}

void RequireSayable(const CallDocument& call) {
  std::string json;
  AppendJson(call.document->root(), json);
  const auto again = Document::Parse(json);
  Require(again.ok(), "a document is JSON, with no member twice");
  Require((*again)->node_count() == call.document->node_count(), "of as many values");
}

// One message, as JSON; nothing when it is none.
std::optional<std::string> JsonOf(const MessagePlan& plan, std::string_view message,
                                  bool* too_large) {
  DocumentWriter out(message, kLimits);
  MessageWriter writer(message, out, RawTensors::kShown);
  writer.Write(plan, message);
  *too_large = !out.ok();
  if (!writer.status().ok() || !out.ok()) return std::nullopt;
  const auto document = out.Finish();
  return JsonText((*document)->root());
}

// What is known of a message without writing it holds when it is written.
void RequireRegularFits(const MessagePlan& plan, std::string_view message) {
  if (!IsRegularMessage(plan, message)) return;
  DocumentWriter out(message, kLimits);
  MessageWriter writer(message, out, RawTensors::kBeside);
  writer.Write(plan, message);
  Require(writer.status().ok(), "a regular message can be written");
  Require(writer.all().unknown == 0, "a regular message has no unknown fields");
}

void RequireAsProtobuf(const MessagePlan& plan, std::string_view message) {
  google::protobuf::SetLogHandler(nullptr);
  static google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> read(factory.GetPrototype(plan.type)->New());
  const bool is_message = read->ParseFromArray(message.data(), static_cast<int>(message.size()));
  bool too_large = false;
  const std::optional<std::string> json = JsonOf(plan, message, &too_large);
  if (too_large || !is_message) return;
  // Not the other way round: what a later value replaces is not looked at here.
  Require(json.has_value(), "what Protobuf takes is taken");
  const std::string written = read->SerializeAsString();
  const std::optional<std::string> again = JsonOf(plan, written, &too_large);
  if (too_large) return;
  Require(again == json, "what Protobuf writes again is the same document");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr std::array kRaw = {RawTensors::kWritten, RawTensors::kShown, RawTensors::kBeside};
  Choices input(TextOf(data, size));
  const std::uint8_t letter = input.Byte();
  const GrpcMethod& method = Methods()[(letter & 0x7F) % Methods().size()];
  const RawTensors raw = kRaw[input.Below(kRaw.size())];
  std::string body(input.Rest());
  if ((letter & 0x80) != 0) {
    const MessagePlan& plan = method.plans->Of(*method.response);
    RequireAsProtobuf(plan, body);
    RequireRegularFits(plan, body);
    std::string framed;
    AppendGrpcFrame(body, framed);
    body = framed;
  }
  const auto frames = ReadGrpcFrames(body, "");
  if (!frames.ok()) return 0;
  for (const CallSide side : {CallSide::kAnswer, CallSide::kRequest}) {
    const auto call =
        ReadCall(body, *frames, method, side, {raw, kLimits, InferRequestIds(body, *frames)});
    if (!call.ok()) {
      Require(IsRefusal(call.status().code()), "messages are refused by one of three codes");
      continue;
    }
    if (raw == RawTensors::kShown) RequireSayable(*call);
  }
  return 0;
}
