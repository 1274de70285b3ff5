// The messages of one side of a gRPC call as a document.
//
// A unary side is its message. A stream is {"responses": [...]} or {"requests": [...]} in the order
// of its messages, but for ModelStreamInfer of the Open Inference Protocol: whether its answers are
// wrapped (Triton) or not (MLServer) is seen from them, and what is shown is ModelInferResponse;
// answers to one request (by their `id`) stand together, in the order of the requests; Triton's
// empty last answer (`triton_final_response`) is left out.
//
// Threads: pure functions, safe on any thread. Ownership: what is read refers to the frames' text
// and to the method's descriptors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/grpc/frames.h"
#include "comparators/grpc/message_writer.h"
#include "comparators/grpc/methods.h"

namespace understudy {

enum class CallSide { kRequest, kAnswer };

struct CallDocument {
  std::unique_ptr<Document> document;
  // Of a message with raw tensors that were left beside it: their bytes by the position of their
  // tensor.
  std::vector<std::optional<std::string_view>> raw;
  // DataLoss: tensors that are not what the message says of them.
  absl::Status tensors;
  // Not empty: the stream says itself that it failed.
  std::string failure;
};

struct CallReading {
  RawTensors raw_tensors = RawTensors::kWritten;
  DocumentLimits limits;
  // Ids of a stream's requests, in their order.
  std::vector<std::string> request_ids;
};

// `text` is GrpcFrames::Text(). Errors: InvalidArgument where a side that is no stream has not
// exactly one message; FailedPrecondition where messages are not what the descriptor says: they
// cannot be parsed, or more of their fields are unknown than known; ResourceExhausted beyond the
// limits.
absl::StatusOr<CallDocument> ReadCall(std::string_view text, const GrpcFrames& frames,
                                      const GrpcMethod& method, CallSide side,
                                      const CallReading& reading = {});

// Whether the method is ModelStreamInfer, whose answers are put in the order of the requests.
bool IsInferStream(const GrpcMethod& method);
// The ids of the requests of such a call, in their order, each once.
std::vector<std::string> InferRequestIds(std::string_view text, const GrpcFrames& frames);

}  // namespace understudy
