// Who judges: over HTTP, or a comparator service.
//
// Threads: immutable; Ask() runs on many threads at once and waits for the answer.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/judge/judge_messages.h"
#include "comparators/judge/judge_question.h"

namespace understudy {

class JudgeSource {
 public:
  virtual ~JudgeSource() = default;
  // Shows the candidate's answer first, or the incumbent's. The comparison is turned back: its
  // sides are those of `pair`. `question` is of that pair, and undecided.
  virtual absl::StatusOr<Comparison> Ask(const Pair& pair, const JudgeQuestion& question,
                                         bool candidate_first) const = 0;
};

}  // namespace understudy
