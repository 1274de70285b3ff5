// There and back.
#include "comparators/judge/service_judge.h"

#include <utility>

namespace understudy {

absl::StatusOr<Comparison> ServiceJudge::Ask(const Pair& pair, const JudgeQuestion&,
                                             bool candidate_first) const {
  if (!candidate_first) return service_->Compare(pair);
  auto comparison = service_->Compare({pair.request_body, pair.candidate, pair.baseline});
  if (!comparison.ok()) return comparison;
  for (Difference& one : comparison->differences) {
    std::swap(one.baseline, one.candidate);
    if (one.kind == "missing") {
      one.kind = "extra";
    } else if (one.kind == "extra") {
      one.kind = "missing";
    }
  }
  return comparison;
}

}  // namespace understudy
