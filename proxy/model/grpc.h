// What a proxy has to know of gRPC over HTTP/2 (gRPC's PROTOCOL-HTTP2): statuses and what they
// amount to in HTTP, deadlines, where messages begin.
//
// Threads: pure functions, and a counter per body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/base/time.h"

namespace understudy {

enum class GrpcCode {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kDeadlineExceeded = 4,
  kResourceExhausted = 8,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
};

// Of a content type: gRPC's, whatever its messages are made of. gRPC-Web is not.
bool IsGrpcTypeAtLength(std::string_view content_type);
inline bool IsGrpcType(std::string_view content_type) {
  static constexpr std::size_t kSubtype = 12;  // behind "application/"
  return content_type.size() > kSubtype && (content_type[kSubtype] | 0x20) == 'g' &&
         IsGrpcTypeAtLength(content_type);
}

// Health checks and reflection: they ask about a server, not a model.
bool IsGrpcInfrastructure(std::string_view path);

// The number of a grpc-status; what is none is UNKNOWN.
int ParseGrpcStatus(std::string_view value);
// In trailers, as lines. Without one: UNKNOWN.
int GrpcStatusOfTrailers(std::string_view lines);

// What a grpc-status amounts to as an HTTP status (the mapping of google.rpc.Code): 14 is 503.
int HttpStatusOfGrpc(int code);

// The grpc-status of a failure that is answered here, by its HTTP status and reason.
GrpcCode GrpcCodeOf(int http_status, std::string_view reason);

// As grpc-message has it: bytes beyond printable ASCII, and %, as %XX.
std::string PercentEncoded(std::string_view text);

// A grpc-timeout: up to eight digits and a unit. Nothing where it is none. Capped at a year.
std::optional<Duration> ParseGrpcTimeout(std::string_view value);
// The longest that is not more than `left`, which is at least a nanosecond.
std::string FormatGrpcTimeout(Duration left);

// Counts the messages of a body: a flag, four bytes of length, and so many bytes.
class GrpcMessageCounter {
 public:
  // More of the payload, in order.
  void Take(std::string_view payload);
  // Messages whose first byte has come.
  std::uint64_t Count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  int prefix_ = 0;  // bytes of the prefix that have come
  std::uint64_t left_ = 0;
};

}  // namespace understudy
