// The texts of two answers put side by side: at configured paths, or the whole bodies. Pure
// functions, safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/path_pattern.h"

namespace understudy {

// A text of one answer. Borrows from the answer unless it had to be put together.
struct AnswerText {
  std::string_view borrowed;
  std::string joined;
  bool present = false;  // false: there is nothing at that place, and the text is empty

  std::string_view view() const { return joined.empty() ? borrowed : joined; }
};

struct TextPair {
  std::string path;  // JSON pointer; empty: the whole body
  AnswerText baseline;
  AnswerText candidate;
};

struct AlignedTexts {
  // Set when there is nothing to put side by side: the comparison is decided already.
  std::optional<Comparison> decided;
  std::vector<TextPair> pairs;  // at least one unless decided
};

// At `paths`: a string is a text, null is an empty one, and a list of them is one, its lines. No
// paths: the incumbent's whole body when it is no JSON, a JSON string (then of both answers what
// the string says) or another scalar. Decided: as AlignValues(), and wholly different when the
// candidate has no text where the incumbent has one. Errors: InvalidArgument when the incumbent's
// whole body is a JSON object or list, otherwise as AlignValues(); Unimplemented when neither
// answer has anything at the paths, or what the incumbent has is no text.
absl::StatusOr<AlignedTexts> AlignTexts(const Pair& pair, const std::vector<PathPattern>& paths);

}  // namespace understudy
