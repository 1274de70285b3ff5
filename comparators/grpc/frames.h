// The messages of a gRPC body: each has a byte that says whether it is compressed, its length in
// four bytes, big-endian, and its bytes (gRPC over HTTP2, "Length-Prefixed-Message"). Where chunks
// or frames of the transport end has no meaning.
//
// Threads: pure functions, safe on any thread. Memory: at most one copy of the body, inflated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/decode.h"

namespace understudy {

struct GrpcFrames {
  // One message within text().
  struct Message {
    std::size_t at = 0;
    std::size_t size = 0;
  };

  std::vector<Message> messages;
  // Where each message ended in the body as it came.
  std::vector<std::uint64_t> ends;
  // The body with every message inflated, framed as before; empty when none was compressed.
  std::string inflated;

  // `body` is what the frames were read from.
  std::string_view Text(std::string_view body) const {
    return inflated.empty() ? body : std::string_view(inflated);
  }
};

// `encoding` is grpc-encoding. Errors: InvalidArgument for a body that ends inside a message, a
// flag that is none, a compressed message without an encoding, and bytes that are not of their
// encoding; ResourceExhausted beyond `limits` (over all messages) and a million messages;
// Unimplemented for a compressed message of another encoding than gzip and deflate.
absl::StatusOr<GrpcFrames> ReadGrpcFrames(std::string_view body, std::string_view encoding,
                                          const DecodeLimits& limits = {});

// A message framed, not compressed.
void AppendGrpcFrame(std::string_view message, std::string& out);

}  // namespace understudy
