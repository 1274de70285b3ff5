// The comparators that come with the product, in plain sight: what `comparator list` and
// `comparator describe` show and what a suite is built from.
//
// Threads: the table is constant; what it builds is immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"

namespace understudy {

// What a comparator looks at; a suite decodes no more than its comparators need. kTensors is a
// document with the binary tensors that may follow it: what needs a document alone is not asked
// about an answer that has some. kMeasures are times and tokens, whatever the body is.
enum class ComparatorNeeds { kHead, kBody, kDocument, kTensors, kMeasures };

inline bool NeedsDocument(ComparatorNeeds needs) {
  return needs == ComparatorNeeds::kDocument || needs == ComparatorNeeds::kTensors;
}

struct BuiltComparator {
  std::unique_ptr<const Comparator> comparator;
  ComparatorNeeds needs = ComparatorNeeds::kDocument;
  // Whether two answers of the same status, content-encoding and bytes are at divergence 0, so that
  // it need not be asked.
  bool same_bytes_are_equal = false;
  // Whether Compare() waits for somebody outside this process; such pairs are scored on threads of
  // their own.
  bool waits = false;
  // The share of pairs that it is asked about, in (0,1]; it does not apply to the others. Which
  // they are is decided by the request and the incumbent's answer, before anything else.
  double share = 1;
  // Of kTensors: whether it looks for numbers at paths, and so not into binary tensors.
  bool reads_paths = false;
  // Whether it looks at Pair::request_body.
  bool reads_request = true;
  // Moves when what it asks in its turn gives another score; 0: it asks nothing that may.
  std::uint64_t depends_on = 0;
};

struct Builtin {
  std::string_view name;
  std::string_view summary;  // one line
  // Moves when the same pair and options give another score; it is part of a suite's fingerprint.
  std::uint32_t version;
  std::span<const OptionDoc> options;
  // `options_json` is an object or empty. InvalidArgument says what is wrong and what is allowed.
  absl::StatusOr<BuiltComparator> (*build)(std::string_view options_json);
};

// All of them, in the order they are shown.
std::span<const Builtin> Builtins();

// NotFound names the nearest one.
absl::StatusOr<const Builtin*> FindBuiltin(std::string_view name);

}  // namespace understudy
