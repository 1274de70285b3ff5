// How a gRPC call ended, as a client of it reads that: grpc-status in the trailers, in the head of
// an answer that has nothing else (trailers-only), or made up from the HTTP status where there is
// none. Source: gRPC over HTTP2, "Responses", and its "HTTP to gRPC Status Code Mapping".
//
// Threads: pure functions, safe on any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "comparators/comparator.h"

namespace understudy {

// google.rpc.Code.
enum GrpcStatusCode : int {
  kGrpcOk = 0,
  kGrpcCancelled = 1,
  kGrpcUnknown = 2,
  kGrpcInvalidArgument = 3,
  kGrpcDeadlineExceeded = 4,
  kGrpcNotFound = 5,
  kGrpcAlreadyExists = 6,
  kGrpcPermissionDenied = 7,
  kGrpcResourceExhausted = 8,
  kGrpcFailedPrecondition = 9,
  kGrpcAborted = 10,
  kGrpcOutOfRange = 11,
  kGrpcUnimplemented = 12,
  kGrpcInternal = 13,
  kGrpcUnavailable = 14,
  kGrpcDataLoss = 15,
  kGrpcUnauthenticated = 16,
};

struct GrpcCallStatus {
  int code = kGrpcOk;
  std::string message;  // of grpc-message, its escapes undone; cut to 256 bytes
};

// Whether a content-type is gRPC's, with whatever messages: "application/grpc", or with "+" or ";"
// behind it. gRPC-Web is not.
bool IsGrpcContentType(std::string_view content_type);
// Whether its messages are Protobuf's: "application/grpc" or "application/grpc+proto".
bool IsProtobufType(std::string_view content_type);

// "UNAVAILABLE"; "code 77" for one that is none.
std::string GrpcCodeName(int code);

// Whether a code says that the server failed, as a 5xx status does; other codes but OK are the
// caller's, as a 4xx status is.
bool IsServerFault(int code);

GrpcCallStatus GrpcCallStatusOf(int http_status, std::span<const AnswerHeader> headers,
                                std::span<const AnswerHeader> trailers);

// A field of a call's metadata: of the trailers, else of the head. Values of "-bin" fields are
// decoded from base64, each of them when several are joined by commas; one that is no base64 is
// left as it is.
std::string GrpcMetadata(std::span<const AnswerHeader> headers,
                         std::span<const AnswerHeader> trailers, std::string_view name);

}  // namespace understudy
