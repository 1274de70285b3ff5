// Builds ledgers, samples and plans.
#include "test/bench/decisions/product.h"

#include <utility>

namespace understudy::decisions {
namespace {

constexpr const char* kRule = "slice";

ArmResult Answered() {
  return {.outcome = ExchangeOutcome::kAnswered,
          .status = 200,
          .latency = std::chrono::milliseconds(10)};
}

Plan PlanOf(Check check, double alpha) {
  Plan plan;
  plan.alpha_rollback = alpha;
  plan.alpha_promotion = alpha;
  plan.checks.push_back(std::move(check));
  return plan;
}

}  // namespace

Ledger StartedLedger(std::uint16_t segments) {
  LedgerShape shape{.comparators = {"same"}};
  if (segments > 0) shape.segments.push_back({.name = kRule});
  for (std::uint16_t i = 0; i < segments; ++i) {
    shape.segments[0].values.push_back(std::to_string(i));
  }
  Ledger ledger(std::move(shape));
  ledger.StartWindow(1, kNow);
  return ledger;
}

std::string SegmentName(std::uint16_t segment) {
  return std::string(kRule) + "=" + std::to_string(segment);
}

Sample Pair(bool differs, std::uint64_t window) {
  Sample sample;
  sample.window = window;
  sample.at = kNow;
  sample.incumbent = sample.candidate_result = Answered();
  sample.scores = {{.comparator = 0, .divergence = differs ? 1.0 : 0.0}};
  return sample;
}

Sample PairOfSegment(bool differs, std::uint16_t segment) {
  Sample sample = Pair(differs);
  sample.segments = {segment};
  return sample;
}

Plan MeanAtMost(double margin, double alpha) {
  return PlanOf({.name = "differences",
                 .kind = CheckKind::kComparatorMean,
                 .comparator = "same",
                 .at_most = margin},
                alpha);
}

Plan LatencyAtMost(double quantile, double ratio, double alpha) {
  return PlanOf({.name = "latency",
                 .kind = CheckKind::kLatency,
                 .quantile = quantile,
                 .at_most_ratio = ratio},
                alpha);
}

Verdict Look(const Ledger& ledger, const Plan& plan) {
  return Evaluate(ledger, plan, StageContext(), kNow);
}

bool Fails(const Ledger& ledger, const Plan& plan) {
  return Look(ledger, plan).kind == VerdictKind::kFail;
}

std::vector<std::string> FailedSegments(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const CheckResult& check : verdict.checks) {
    if (check.kind == VerdictKind::kFail && !check.segment.empty()) names.push_back(check.segment);
  }
  return names;
}

}  // namespace understudy::decisions
