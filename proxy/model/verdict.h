// Check results and verdicts: what a look at the evidence says, with its reason.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/plan.h"

namespace understudy {

// In order of weight: the worst over the required checks wins.
enum class VerdictKind { kPass, kWarn, kInconclusive, kFail };

enum class InconclusiveReason {
  kNone,
  kNoTraffic,
  kInsufficientSamples,
  kInsufficientCoverage,
  kComparatorError,
  kMirrorLoss,
  kBudgetExhausted,
  kSampleRatioMismatch,
  kEvidenceStale,
  kNoiseFloorUnknown,
  kStoreUnavailable,
  kReviewPending,
};

std::string_view ToString(VerdictKind kind);           // "PASS", "WARN", "INCONCLUSIVE", "FAIL"
std::string_view ToString(InconclusiveReason reason);  // "NO_TRAFFIC", ...; "" for kNone

struct CheckResult {
  std::string check;
  std::string metric;   // "mean divergence of top1", "error rate", "latency p99", "coverage"
  std::string segment;  // empty: all traffic
  VerdictKind kind = VerdictKind::kInconclusive;
  InconclusiveReason reason = InconclusiveReason::kNone;
  std::string sentence;  // for people: what was seen, or what would resolve it
  bool required = true;
  std::uint64_t samples = 0;
  double estimate = 0;      // in the metric's own unit (share, ratio)
  double interval_low = 0;  // confidence interval of the estimate, anytime-valid
  double interval_high = 0;
  double limit = 0;            // the margin, in the same unit
  double log_e_rollback = 0;   // natural log of the e-value against "within the margin"
  double log_e_promotion = 0;  // natural log of the e-value against "beyond the margin"
  std::optional<std::uint64_t> samples_missing;  // estimated, until a verdict
  std::optional<Duration> eta;                   // for those, at the present rate
  // False for a segment with fewer pairs than could pass, were they all clean.
  bool covered = true;
};

// A check's alarm that a change for the worse began lately (evidence/change_detector.h).
struct LateChange {
  std::string check;
  double log_statistic = 0;
  std::uint64_t samples = 0;  // watched

  bool operator==(const LateChange&) const = default;
};

// What a verdict was concluded from, beside the plan: enough to conclude it again.
struct VerdictBasis {
  std::shared_ptr<const std::string> ledger;  // as Ledger::Encode() gives it; null: none
  std::shared_ptr<const Plan> plan;
  std::size_t stage = 0;  // beyond the plan's last: baking
  double pairs_per_second = 0;
  double mirror_rate = 1;
  std::vector<LateChange> late;
};

struct Verdict {
  VerdictKind kind = VerdictKind::kInconclusive;
  InconclusiveReason reason = InconclusiveReason::kNoTraffic;
  std::string sentence;
  std::vector<CheckResult> checks;
  std::uint64_t samples = 0;          // pairs compared in this window
  std::uint64_t control_samples = 0;  // requests the incumbent was asked twice, over the rollout
  double coverage = 0;                // compared / eligible, 0..1
  double log_e_rollback = 0;          // weighted over all checks
  WallTime evaluated_at{};
  WallTime newest_sample_at{};
  std::optional<Duration> eta;  // at the present rate
};

}  // namespace understudy
