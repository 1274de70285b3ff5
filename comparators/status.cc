// The `status` comparator.
#include "comparators/status.h"

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {

absl::StatusOr<Comparison> StatusComparator::Compare(const Pair& pair) const {
  Comparison comparison;
  const int baseline = pair.baseline.status;
  const int candidate = pair.candidate.status;
  if (baseline == candidate) return comparison;
  comparison.divergence = baseline / 100 == candidate / 100 ? 0.5 : 1;
  comparison.reason = fmt::format("status {} became {}", baseline, candidate);
  AddDifference(comparison, "", "status", std::to_string(baseline), std::to_string(candidate));
  return comparison;
}

}  // namespace understudy
