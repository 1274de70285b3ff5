// What a judge is shown of a pair: texts of the request and of both answers. Pure functions, safe
// on any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/path_pattern.h"

namespace understudy {

struct JudgeQuestion {
  // Set when there is nothing to ask: the comparison is decided already.
  std::optional<Comparison> decided;
  std::string request;
  std::string incumbent;
  std::string candidate;
};

// Of JSON what rules do not ignore; at `paths` texts as they are and other values as JSON, places
// one after the other. Without paths the whole answer, and of a body that is no JSON its text.
// Decided: by the statuses (CompareErrors), and wholly different when the candidate's answer has no
// JSON, or nothing at the paths, where the incumbent's has. Errors: InvalidArgument when there are
// paths and the incumbent's body is no JSON, Unimplemented when it has nothing there,
// ResourceExhausted above 1 MiB of texts.
absl::StatusOr<JudgeQuestion> QuestionOf(const Pair& pair, const std::vector<PathPattern>& paths,
                                         const std::vector<PathPattern>& request_paths);

}  // namespace understudy
