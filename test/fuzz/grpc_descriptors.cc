// Descriptor sets, of a file or of a server that tells of itself: they are refused in words, or
// every method of theirs reads any message into a document that JSON can say, or refuses it. The
// input is two bytes with the size of a set, the set, and a message.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>

#include "comparators/grpc/call_document.h"
#include "comparators/grpc/descriptor_sets.h"
#include "comparators/streams/json_text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr DocumentLimits kLimits{.max_bytes = 1u << 18, .max_nodes = 1u << 14};
constexpr int kMethods = 8;  // of one service

void ReadWith(const GrpcMethod& method, const std::string& body, const GrpcFrames& frames) {
  for (const CallSide side : {CallSide::kAnswer, CallSide::kRequest}) {
    const auto call = ReadCall(body, frames, method, side, {RawTensors::kShown, kLimits, {}});
    if (!call.ok()) continue;
    std::string json;
    AppendJson(call->document->root(), json);
    Require(Document::Parse(json).ok(), "a document is JSON, with no member twice");
  }
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  google::protobuf::SetLogHandler(nullptr);
  Choices input(TextOf(data, size));
  const std::size_t low = input.Byte();
  const std::size_t size_of_set = low | std::size_t{input.Byte()} << 8;
  const std::string_view bytes = input.Rest().substr(0, size_of_set);
  std::string body;
  AppendGrpcFrame(input.Rest().substr(bytes.size()), body);
  const auto frames = ReadGrpcFrames(body, "");
  Require(frames.ok(), "what is framed has frames");
  std::vector<DescriptorSetFault> faults;
  const auto sets = DescriptorSets::Build({{"set", std::string(bytes)}}, faults);
  Require(faults.empty() || faults[0].message.size() > 10, "a fault is a sentence");
  Require(faults.empty() || sets->Services().empty(), "what has a fault knows nothing");
  google::protobuf::FileDescriptorSet set;
  if (!faults.empty() || !set.ParseFromString(std::string(bytes))) return 0;
  const BuiltDescriptors built = BuildDescriptors(set);
  Require(built.fault.empty(), "a set that was built is built again");
  for (const std::string& name : sets->Services()) {
    const auto* service = built.pool->FindServiceByName(name);
    for (int i = 0; i < std::min(kMethods, service->method_count()); ++i) {
      const auto method = sets->Find({name, service->method(i)->name()});
      Require(method.has_value(), "every method is found");
      ReadWith(*method, body, *frames);
    }
  }
  return 0;
}
