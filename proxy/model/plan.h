// A plan: the recipe of a rollout. Shares are 0..1 here; weights are integer parts per million.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/base/time.h"

namespace understudy {

inline constexpr std::uint32_t kWholePpm = 1'000'000;

enum class CheckKind {
  kComparatorMean,  // mean divergence of one comparator, at_most; beyond the incumbent's own where
                    // the route has a control
  kErrorRate,  // failed or 5xx answers, at_most_ratio of the incumbent's with a floor, or at_most,
               // or at_most_increase over the incumbent's on the same requests
  kLatency,    // latency_pNN, at_most_ratio of the incumbent's frozen at the stage's start
  kCoverage,   // compared / eligible, at_least
  kServingErrors,   // as kErrorRate with at_most_ratio, of what each arm served
  kServingLatency,  // as kLatency, of what each arm served
  kValue,  // mean of a number in the answers as share of its cap, at_most; or at_most_increase; or
           // a quantile of a time, at_most_ratio as kLatency
};

struct Check {
  std::string name;  // unique in the plan
  CheckKind kind = CheckKind::kComparatorMean;
  std::string comparator;                  // with kComparatorMean
  std::string value;                       // with kValue: the name of a value rule
  double quantile = 0.99;                  // of latencies and times: 0.50, 0.90, 0.95 or 0.99
  std::optional<double> at_most;           // kComparatorMean, kErrorRate: in (0,1)
  std::optional<double> at_most_ratio;     // kErrorRate, kLatency, kValue: >= 1
  std::optional<double> at_most_increase;  // kErrorRate, kValue: in (0,1)
  double floor = 0;                        // error rates: a rate that is always allowed
  std::optional<double> at_least;          // kCoverage
  bool required = true;                    // false: its FAIL is a WARN
  bool raw = false;  // kComparatorMean: the incumbent's own noise is not taken off
};

struct Stage {
  std::uint32_t weight_ppm = 0;
  std::uint64_t min_samples = 0;
  Duration min_duration = Duration::zero();
  Duration max_duration = Duration::zero();  // zero: none
  std::optional<double> min_coverage;        // else the plan's
  bool approval_required = false;
  std::optional<double> exposure_risk;  // else the plan's
  std::vector<Check> checks;            // besides the plan's
};

// Reacts to the serving candidate within a second, without statistics.
struct Breaker {
  std::uint32_t consecutive_failures = 20;  // 0: off
  double error_ratio = 0.5;                 // over `window`; 0: off
  Duration window = std::chrono::seconds(5);
  std::uint32_t min_requests = 20;
};

enum class OnFail { kRollback, kHold, kStepDown };
enum class OnInconclusive { kHold, kRollback };

struct Plan {
  std::string name;
  double alpha_rollback = 0.01;   // in (0, 0.5]
  double alpha_promotion = 0.05;  // in (0, 0.5]
  std::vector<Stage> stages;      // weights never fall; leading stages of weight 0 are SHADOWING
  Duration bake_duration = std::chrono::minutes(10);
  std::vector<Check> checks;
  Breaker breaker;
  OnFail on_fail = OnFail::kRollback;
  OnInconclusive on_inconclusive = OnInconclusive::kHold;
  double min_coverage = 0.9;
  // The largest chance, in (0,1), that a candidate beyond a margin ever gets a later stage's
  // traffic; none: alpha_promotion.
  std::optional<double> exposure_risk;
  Duration warm_up = Duration::zero();  // of each window; its samples do not count
  std::uint64_t calibration_samples =
      0;  // CALIBRATING ends with so many control pairs; 0: no phase
  Duration max_evidence_age = std::chrono::minutes(10);
  bool auto_start = false;
  std::string hash;  // of everything above, 16 hex digits: a verdict is bound to it
};

}  // namespace understudy
