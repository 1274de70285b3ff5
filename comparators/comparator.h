// The contract of a comparator: a pair of answers to the same request goes in, a divergence comes
// out. Comparators measure; margins belong to the plan.
//
// Threads: a comparator is immutable once built and Compare() runs on many threads at once.
// Ownership: everything a Pair refers to outlives the call and nothing of it may be kept.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"

namespace understudy {

class Document;         // comparators/document.h: a decoded JSON body
struct BinaryTail;      // comparators/binary_tail.h: the bytes of tensors that follow it
struct AnswerMeasures;  // comparators/measures.h: times and tokens
struct GrpcCallStatus;  // comparators/grpc/call_status.h: how a gRPC call ended

// One header field as received; `name` keeps its case and is compared without it.
struct AnswerHeader {
  std::string_view name;
  std::string_view value;
};

// An answer as a comparator sees it: content-encoding already removed from `body`.
struct Answer {
  int status = 0;                         // HTTP status, 100..599
  std::span<const AnswerHeader> headers;  // in wire order
  std::string_view body;                  // decoded bytes
  const Document* document = nullptr;     // decoded once and shared; null when the body is no JSON
  // `body` in UTF-8 by the charset that content-type names, for comparators that need documents;
  // ill-formed bytes may be left when no charset is named.
  std::string_view text;
  // What stands in `body` after the JSON and is in neither of the two above; null when the answer
  // does not say that anything may.
  const BinaryTail* tail = nullptr;
  // Of a comparator that needs them (ComparatorNeeds::kMeasures); else null.
  const AnswerMeasures* measures = nullptr;
  std::span<const AnswerHeader> trailers = {};  // in wire order
  // Of an answer to a gRPC call, whatever it is, else null. `body` then has the framed messages,
  // none of them compressed.
  const GrpcCallStatus* grpc = nullptr;
};

struct Pair {
  std::string_view request_body;
  Answer baseline;  // the incumbent's
  Answer candidate;
};

// One place where two answers part. `kind` is one of: "value", "type", "missing" (absent in the
// candidate), "extra" (absent in the baseline), "shape", "dtype", "length", "status", "label",
// "bytes". Texts are cut to 256 bytes.
struct Difference {
  std::string path;  // JSON pointer, or empty for the whole body
  std::string kind;
  std::string baseline;
  std::string candidate;
};

struct Comparison {
  double divergence = 0;  // in [0,1]: 0 the same, 1 nothing in common
  std::string reason;     // a short sentence; empty when the divergence is 0
  absl::InlinedVector<Difference, 4> differences;  // at most 32, in document order
};

class Comparator {
 public:
  virtual ~Comparator() = default;
  // An error means "cannot tell" (the pair is uncomparable), never "different". Unavailable: not at
  // this moment, for want of room; Cancelled: not any more, as the process ends.
  virtual absl::StatusOr<Comparison> Compare(const Pair& pair) const = 0;
};

}  // namespace understudy
