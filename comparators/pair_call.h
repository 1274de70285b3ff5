// The gRPC call that the two answers of a pair belong to: which method it is, and its request.
// Nothing is looked up or read before it is asked for.
//
// Threads: used by one, for one pair. Ownership: borrows the pair and the descriptors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/decode.h"
#include "comparators/document.h"
#include "comparators/grpc/frames.h"
#include "comparators/grpc/methods.h"
#include "comparators/scorer.h"

namespace understudy {

class PairCall {
 public:
  PairCall(const RawPair& pair, const GrpcMethods& methods, const DecodeLimits& decode_limits,
           const DocumentLimits& document_limits);

  // Whether it is one: by the content-type of the request, or of the incumbent's answer.
  bool is_grpc() const { return is_grpc_; }
  // FailedPrecondition where no descriptor is known, Unimplemented where messages are not
  // Protobuf's.
  const absl::StatusOr<GrpcMethod>& Method();
  // For ModelStreamInfer: the ids of its requests.
  const std::vector<std::string>& RequestIds();
  // The request as JSON; empty where it cannot be read.
  const std::string& RequestJson();

 private:
  // Null when the request's body cannot be read.
  const GrpcFrames* Frames();

  const RawPair& pair_;
  const GrpcMethods& methods_;
  const DecodeLimits& decode_limits_;
  const DocumentLimits& document_limits_;
  bool is_grpc_ = false;
  std::string_view body_;
  std::optional<absl::StatusOr<GrpcMethod>> method_;
  std::optional<absl::StatusOr<GrpcFrames>> frames_;
  std::optional<std::vector<std::string>> ids_;
  std::optional<std::string> json_;
};

}  // namespace understudy
