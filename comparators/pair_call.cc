// Looking up, reading once.
#include "comparators/pair_call.h"

#include <utility>

#include "comparators/answer_header.h"
#include "comparators/grpc/call_document.h"
#include "comparators/grpc/call_status.h"
#include "comparators/streams/json_text.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kContentType = "content-type";

bool SaysGrpc(std::span<const AnswerHeader> headers) {
  std::string joined;
  return IsGrpcContentType(HeaderValue(headers, kContentType, joined));
}

}  // namespace

PairCall::PairCall(const RawPair& pair, const GrpcMethods& methods,
                   const DecodeLimits& decode_limits, const DocumentLimits& document_limits)
    : pair_(pair),
      methods_(methods),
      decode_limits_(decode_limits),
      document_limits_(document_limits),
      is_grpc_(SaysGrpc(pair.request_headers) || SaysGrpc(pair.baseline.headers)) {}

const absl::StatusOr<GrpcMethod>& PairCall::Method() {
  if (method_) return *method_;
  std::string joined;
  std::string_view type = HeaderValue(pair_.request_headers, kContentType, joined);
  if (type.empty()) type = HeaderValue(pair_.baseline.headers, kContentType, joined);
  if (!IsProtobufType(type)) {
    return method_.emplace(absl::UnimplementedError(
        fmt::format("messages of \"{}\" are not read", ShownText(type, 64))));
  }
  if (const auto found = methods_.Find(GrpcMethodNameOf(pair_.request_path))) {
    return method_.emplace(*found);
  }
  return method_.emplace(absl::FailedPreconditionError(
      fmt::format("no descriptor is known of {}", ShownText(pair_.request_path, 128))));
}

const GrpcFrames* PairCall::Frames() {
  if (!frames_) {
    body_ = pair_.request_body ? pair_.request_body() : std::string_view();
    frames_ =
        ReadGrpcFrames(body_, HeaderValue(pair_.request_headers, "grpc-encoding"), decode_limits_);
  }
  return frames_->ok() ? &**frames_ : nullptr;
}

const std::vector<std::string>& PairCall::RequestIds() {
  if (ids_) return *ids_;
  ids_.emplace();
  if (!Method().ok() || !IsInferStream(*Method())) return *ids_;
  if (const GrpcFrames* frames = Frames()) ids_ = InferRequestIds(frames->Text(body_), *frames);
  return *ids_;
}

const std::string& PairCall::RequestJson() {
  if (json_) return *json_;
  json_.emplace();
  const GrpcFrames* frames = Method().ok() ? Frames() : nullptr;
  if (frames == nullptr) return *json_;
  const auto request = ReadCall(frames->Text(body_), *frames, *Method(), CallSide::kRequest,
                                {RawTensors::kShown, document_limits_, {}});
  if (request.ok()) AppendJson(request->document->root(), *json_);
  return *json_;
}

}  // namespace understudy
