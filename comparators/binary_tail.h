// The binary tensor data extension of the Open Inference Protocol: an answer's body is JSON, whose
// length the header Inference-Header-Content-Length says, and then the bytes of the outputs that
// have `parameters.binary_data_size`, in the order in which they are declared. Source: the
// protocol's "Binary Tensor Data Extension".
//
// Threads: immutable once rules are applied, then shared freely. Ownership: borrows the body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/document.h"
#include "comparators/path_pattern.h"

namespace understudy {

inline constexpr std::string_view kBinaryTailHeader = "inference-header-content-length";

struct BinaryTail {
  bool empty() const { return bytes.empty() && raw.empty(); }

  std::string_view bytes;  // all that follows the JSON
  // Of a gRPC message in place of them: the raw contents of its outputs, by their position.
  std::vector<std::optional<std::string_view>> raw;
  // What ignore rules cover of outputs in the tail, by their position among the outputs.
  absl::flat_hash_map<std::uint64_t, ListCover> covers;
};

// Whether an output's data is in the tail.
bool IsInTail(const BinaryTail& tail, JsonValue output, std::uint64_t position);

// How many bytes of the body are JSON; nothing when no header says so. InvalidArgument when the
// header is there twice, is no number, or says more than `body_bytes`.
absl::StatusOr<std::optional<std::size_t>> JsonLength(std::span<const AnswerHeader> headers,
                                                      std::size_t body_bytes);

// `parameters.binary_data_size` of an output, whatever stands there; nothing: its data is in JSON.
std::optional<JsonValue> BinarySizeOf(JsonValue output);

// Adds what an ignore rule covers of the outputs in the tail. Returns how many elements that is.
std::uint64_t CoverTail(const Document& document, const PathPattern& rule, BinaryTail& tail);

}  // namespace understudy
