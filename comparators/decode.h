// Removes content-encodings from a body: gzip (several members), deflate (zlib or raw), br, zstd
// (several frames), identity, and stacks of them such as "gzip, br".
//
// Threads: a pure function, safe on any thread. Memory: at most two outputs at once, each bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace understudy {

struct DecodeLimits {
  std::size_t max_bytes = 64u << 20;  // of each decoded layer
  // Output per input byte, looked at above 1 MiB. Honest deflate ends at 1,032.
  std::size_t max_ratio = 2'000;
};

// Whether `encoding` (a Content-Encoding value, comma-separated) says nothing but identity.
bool IsIdentity(std::string_view encoding);

// `body` with all of `encoding` removed, last one first. An empty body decodes to an empty one
// whatever its encoding (answers to HEAD, 204, 304). Errors: InvalidArgument when the bytes are not
// what the encoding says or end too soon, ResourceExhausted beyond `limits`, Unimplemented for an
// encoding that is not known or more than four of them.
absl::StatusOr<std::string> RemoveContentEncoding(std::string_view encoding, std::string_view body,
                                                  const DecodeLimits& limits = {});

}  // namespace understudy
