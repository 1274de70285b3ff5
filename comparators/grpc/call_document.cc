// Messages, one after the other, and whether their descriptor fits.
#include "comparators/grpc/call_document.h"

#include <algorithm>
#include <utility>

#include "comparators/document_writer.h"
#include "comparators/grpc/infer_stream.h"
#include "fmt/format.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;

constexpr std::string_view kInferAnswer = "inference.ModelInferResponse";
constexpr std::string_view kInferRequest = "inference.ModelInferRequest";
constexpr std::string_view kInferStreamAnswer = "inference.ModelStreamInferResponse";
constexpr std::size_t kMostIds = 1'024;

std::string NameOf(const Descriptor& type) { return type.full_name(); }

// Whether what was read last may be what the descriptor says.
absl::Status FitOf(const MessageWriter& writer, const Descriptor& type) {
  if (!writer.status().ok()) {
    return absl::FailedPreconditionError(fmt::format(
        "a message is no {}: {}", NameOf(type),
        std::string_view(writer.status().message().data(), writer.status().message().size())));
  }
  const FieldTally& root = writer.root();
  const FieldTally& all = writer.all();
  const bool strange = (root.unknown > 0 && root.known == 0) || all.unknown > all.known;
  if (!strange) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("a message has {} fields that {} does not know, and {} that it does", all.unknown,
                  NameOf(type), all.known));
}

class CallReader {
 public:
  CallReader(std::string_view text, const GrpcMethod& method, CallSide side,
             const CallReading& reading)
      : text_(text),
        method_(method),
        side_(side),
        reading_(reading),
        streams_(side == CallSide::kAnswer ? method.server_streams : method.client_streams),
        type_(side == CallSide::kAnswer ? *method.response : *method.request),
        out_(text, reading.limits),
        writer_(text, out_, streams_ ? Written(reading.raw_tensors) : reading.raw_tensors) {}

  absl::StatusOr<CallDocument> Run(std::vector<std::string_view> messages) {
    CallDocument call;
    const Descriptor* type = &type_;
    if (side_ == CallSide::kAnswer && IsInferStream(method_)) {
      InferStream stream = ReadInferStream(text_, messages, reading_.request_ids);
      call.failure = std::move(stream.failure);
      messages = std::move(stream.answers);
      const auto* answer = type_.file()->pool()->FindMessageTypeByName(std::string(kInferAnswer));
      if (answer != nullptr) type = answer;
    }
    if (!streams_ && messages.size() != 1) {
      return absl::InvalidArgumentError(
          fmt::format("{} messages, where the method has one",
                      messages.empty() ? std::string("no") : std::to_string(messages.size())));
    }
    if (streams_) {
      out_.BeginObject();
      out_.Key(side_ == CallSide::kAnswer ? "responses" : "requests");
      out_.BeginArray();
    }
    const MessagePlan& plan = method_.plans->Of(*type);
    for (const std::string_view message : messages) {
      writer_.Write(plan, message);
      if (!out_.ok()) return out_.status();
      if (absl::Status fit = FitOf(writer_, *type); !fit.ok()) return fit;
    }
    if (streams_) {
      out_.End();
      out_.End();
    }
    absl::StatusOr<std::unique_ptr<Document>> document = out_.Finish();
    if (!document.ok()) return document.status();
    call.document = *std::move(document);
    call.raw = writer_.raw();
    call.tensors = writer_.tensor_status();
    return call;
  }

 private:
  static RawTensors Written(RawTensors wanted) {
    return wanted == RawTensors::kBeside ? RawTensors::kWritten : wanted;
  }

  std::string_view text_;
  const GrpcMethod& method_;
  CallSide side_;
  const CallReading& reading_;
  bool streams_;
  const Descriptor& type_;
  DocumentWriter out_;
  MessageWriter writer_;
};

std::vector<std::string_view> MessagesOf(std::string_view text, const GrpcFrames& frames) {
  std::vector<std::string_view> messages;
  messages.reserve(frames.messages.size());
  for (const GrpcFrames::Message& message : frames.messages) {
    messages.push_back(text.substr(message.at, message.size));
  }
  return messages;
}

}  // namespace

bool IsInferStream(const GrpcMethod& method) {
  return method.server_streams && method.request->full_name() == kInferRequest &&
         (method.response->full_name() == kInferStreamAnswer ||
          method.response->full_name() == kInferAnswer);
}

std::vector<std::string> InferRequestIds(std::string_view text, const GrpcFrames& frames) {
  std::vector<std::string> ids;
  for (const std::string_view message : MessagesOf(text, frames)) {
    std::string id(InferIdOf(text, message));
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    ids.push_back(std::move(id));
    if (ids.size() == kMostIds) break;
  }
  return ids;
}

absl::StatusOr<CallDocument> ReadCall(std::string_view text, const GrpcFrames& frames,
                                      const GrpcMethod& method, CallSide side,
                                      const CallReading& reading) {
  return CallReader(text, method, side, reading).Run(MessagesOf(text, frames));
}

}  // namespace understudy
