// Names of verdicts and reasons, as the outside reads them.
#include "proxy/model/verdict.h"

namespace understudy {

std::string_view ToString(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kPass:
      return "PASS";
    case VerdictKind::kWarn:
      return "WARN";
    case VerdictKind::kInconclusive:
      return "INCONCLUSIVE";
    case VerdictKind::kFail:
      return "FAIL";
  }
  return "INCONCLUSIVE";
}

std::string_view ToString(InconclusiveReason reason) {
  switch (reason) {
    case InconclusiveReason::kNone:
      return "";
    case InconclusiveReason::kNoTraffic:
      return "NO_TRAFFIC";
    case InconclusiveReason::kInsufficientSamples:
      return "INSUFFICIENT_SAMPLES";
    case InconclusiveReason::kInsufficientCoverage:
      return "INSUFFICIENT_COVERAGE";
    case InconclusiveReason::kComparatorError:
      return "COMPARATOR_ERROR";
    case InconclusiveReason::kMirrorLoss:
      return "MIRROR_LOSS";
    case InconclusiveReason::kBudgetExhausted:
      return "BUDGET_EXHAUSTED";
    case InconclusiveReason::kSampleRatioMismatch:
      return "SAMPLE_RATIO_MISMATCH";
    case InconclusiveReason::kEvidenceStale:
      return "EVIDENCE_STALE";
    case InconclusiveReason::kNoiseFloorUnknown:
      return "NOISE_FLOOR_UNKNOWN";
    case InconclusiveReason::kStoreUnavailable:
      return "STORE_UNAVAILABLE";
    case InconclusiveReason::kReviewPending:
      return "REVIEW_PENDING";
  }
  return "";
}

}  // namespace understudy
